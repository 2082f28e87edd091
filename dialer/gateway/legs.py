"""How an agent's leg is reached: a registered phone by its user's name, or a SIP address."""

from collections.abc import Callable

import msgspec

from dialer.gateway.hosts import Hosts
from dialer.gateway.invitations import address_of, leg_invitation, leg_uri
from dialer.gateway.settings import GatewaySettings
from dialer.gateway.sip import Invitation, MalformedMessage, UserAgent
from dialer.gateway.sip.addresses import is_reliable
from dialer.gateway.sip.uri import host_of
from dialer.messages import OpenLeg

Make = Callable[[bytes], Invitation]
"""Writes the INVITE around our SDP."""


class Legs:
    """Finds the phones of agents.

    Args:
        agent: Whose registrar knows where phones are.
        hosts: Looks names up.
        settings: The gateway's own side.
        now: The gateway's clock.
    """

    def __init__(self, agent: UserAgent, hosts: Hosts, settings: GatewaySettings, now: Callable[[], float]) -> None:
        self._agent = agent
        self._hosts = hosts
        self._settings = settings
        self._now = now

    def find_then(self, command: OpenLeg, then: Callable[[Make], None], failed: Callable[[str], None]) -> None:
        """Find a phone and hand on how to call it, or the reason why it cannot be called; perhaps at once."""
        user = self._user_of(command.address)
        if user is not None:
            self._find_registered(command, user, then, failed)
            return
        try:
            uri = leg_uri(command.address)
        except MalformedMessage as error:
            failed(str(error))
            return
        own_host = self._agent.identity.address[0]

        def found(host: str) -> None:
            self._agent.know(host)
            destination = address_of(uri, host)
            then(lambda offer: leg_invitation(command, str(uri), destination, own_host, offer, self._settings))

        self._hosts.look_up_then(uri.host, found, failed)

    def _find_registered(
        self, command: OpenLeg, user: str, then: Callable[[Make], None], failed: Callable[[str], None]
    ) -> None:
        assert self._agent.registrar is not None
        phones = self._agent.registrar.phones_of(user, self._now())
        if not phones:
            failed(f"phone {user!r} is not registered; check that it is switched on and has the right password")
            return
        phone, own_host = phones[0], self._agent.identity.address[0]

        def make(offer: bytes) -> Invitation:
            invitation = leg_invitation(command, phone.uri, phone.flow, own_host, offer, self._settings)
            # Behind NAT, and over a connection that the phone has opened, only the way it came leads back.
            keeps_flow = is_reliable(phone.flow) or host_of(phone.uri) != phone.flow[0]
            return msgspec.structs.replace(invitation, keeps_flow=keeps_flow)

        then(make)

    def _user_of(self, address: str) -> str | None:
        """The registered user that an address means: `1001`, or `sip:1001@` and our own address."""
        registrar = self._agent.registrar
        if registrar is None:
            return None
        text = address.strip().removeprefix("sip:")
        user, at_sign, host = text.partition("@")
        own_host, own_port = self._agent.identity.address
        is_ours = not at_sign or host in (own_host, f"{own_host}:{own_port}")
        return user if is_ours and registrar.knows(user) else None
