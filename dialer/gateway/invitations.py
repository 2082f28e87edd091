"""The INVITEs that the gateway sends: a customer's call over a trunk, an agent's leg to their phone."""

from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip import Address, Credentials, Invitation, MalformedMessage
from dialer.gateway.sip.addresses import DEFAULT_PORTS, TLS, TRANSPORTS, UDP, at
from dialer.gateway.sip.uri import Uri, bracketed, escape_user, parse_uri
from dialer.messages import OpenLeg, PlaceCall
from dialer.routing.translation import translated

ANONYMOUS = "<sip:anonymous@anonymous.invalid>"
"""RFC 3323 section 4.1.1.3: the From of a call without caller ID."""
DEFAULT_PORT = 5060


def call_invitation(
    command: PlaceCall, trunk: TrunkAddress, destination: Address, own_host: str, offer: bytes, identity: str = ""
) -> Invitation:
    """The INVITE of a customer's call; `identity` is the Identity header's value, empty for none."""
    number = escape_user(command.number)
    port = f":{trunk.port}" if trunk.port not in (0, DEFAULT_PORT) else ""
    domain = bracketed(trunk.domain or own_host)
    shown = translated(trunk.caller_rules, command.caller_id)
    known = f"<sip:{escape_user(shown)}@{domain}>" if shown else ""
    caller = ANONYMOUS if trunk.hides_caller_id or not known else known
    headers = trunk.headers
    if known and (trunk.asserts_identity or trunk.hides_caller_id):
        headers = (*headers, ("P-Asserted-Identity", known))
    if known and trunk.hides_caller_id:
        headers = (*headers, ("Privacy", "id"))
    if trunk.diverted_from:
        diversion = f"<sip:{escape_user(trunk.diverted_from)}@{domain}>;reason=unconditional;counter=1"
        headers = (*headers, ("Diversion", diversion))
    if identity:
        headers = (*headers, ("Identity", identity))
    if trunk.attempt_header:
        headers = (*headers, (trunk.attempt_header, command.call_id))
    credentials = None
    if trunk.username:
        credentials = Credentials(username=trunk.username, password=trunk.password, realm=trunk.realm)
    return Invitation(
        session_id=command.call_id,
        uri=f"sip:{number}@{bracketed(trunk.host)}{port}",
        destination=destination,
        caller=caller,
        body=offer,
        headers=headers,
        credentials=credentials,
        redirects_max=trunk.redirects_max,
        ring_timeout_s=command.ring_timeout_s,
    )


def outside_leg(command: OpenLeg, settings: GatewaySettings) -> PlaceCall:
    """An agent's leg at an outside number, as a call over its trunk."""
    return PlaceCall(
        call_id=command.leg_id,
        number=command.address,
        caller_id=command.caller_id,
        trunk=command.trunk,
        ring_timeout_s=settings.leg_ring_timeout_s,
    )


def leg_uri(address: str) -> Uri:
    """An agent's phone: `sip:1001@192.0.2.7:5060`, or the same without `sip:`.

    Raises:
        MalformedMessage: Not an address that can be called; the text says why.
    """
    text = address.strip()
    if not text.lower().startswith(("sip:", "sips:")):
        text = f"sip:{text}"
    if any(c.isspace() or c in '<>"' for c in text):
        raise MalformedMessage(f"not a SIP address: {address[:80]!r}")
    return parse_uri(text)


def address_of(uri: Uri, host: str) -> Address:
    """Where an agent's phone is, its host looked up: `;transport=tcp` or `tls` is heeded."""
    transport = TLS if uri.scheme == "sips" else (uri.parameters.get("transport") or "").lower()
    if transport not in TRANSPORTS:
        transport = UDP
    port = uri.port if uri.port is not None else DEFAULT_PORTS[transport]
    return at(host, port, transport)


def leg_invitation(
    command: OpenLeg, uri: str, destination: Address, own_host: str, offer: bytes, settings: GatewaySettings
) -> Invitation:
    """The INVITE of an agent's leg."""
    return Invitation(
        session_id=command.leg_id,
        uri=uri,
        destination=destination,
        caller=f'"Dialer" <sip:dialer@{bracketed(own_host)}>',
        body=offer,
        headers=(("Require", "replaces"), ("Replaces", command.replaces)) if command.replaces else (),
        ring_timeout_s=settings.leg_ring_timeout_s,
    )
