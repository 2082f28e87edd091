"""Dialogs: what two user agents share after the first answer (RFC 3261 section 12)."""

from functools import lru_cache

import msgspec

from dialer.gateway.sip.addresses import TLS, TRANSPORTS, UDP, Address, HostPort, at, is_reliable, transport_of
from dialer.gateway.sip.derived import MAX_FORWARDS, HeaderLines
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import first_of_list, parse_name_address
from dialer.gateway.sip.identity import Identity
from dialer.gateway.sip.message import Request, Response, WrittenRequest, check_line_ends
from dialer.gateway.sip.uri import parse_uri


class Dialog(msgspec.Struct, kw_only=True, eq=False):
    """Tags, route set, remote target and the two CSeq numbers."""

    call_id: str
    local_party: str
    """Our From in requests of this dialog, tag included."""
    local_tag: str
    remote_party: str
    remote_tag: str
    remote_target: str
    route_set: list[str]
    local_cseq: int
    remote_cseq: int | None
    peer: Address
    """Where the far end was when the dialog began: used where its target is a name and not an IP address."""
    keeps_flow: bool = False
    """Send to where the dialog began, whatever the target says: a phone behind NAT is reached in no other way."""
    _hop: Address | None = None
    _written: tuple[str, str, str] | None = None

    @classmethod
    def of_caller(cls, invite: Request, response: Response, peer: Address) -> "Dialog":
        """The dialog that a 2xx (or 101 to 199) to our INVITE makes (section 12.1.2)."""
        return cls(
            call_id=invite.call_id,
            local_party=invite.sender,
            local_tag=invite.from_tag or "",
            remote_party=response.receiver,
            remote_tag=response.to_tag or "",
            remote_target=target_of(response) or invite.uri,
            route_set=list(reversed(_record_route_of(response))),
            local_cseq=invite.cseq,
            remote_cseq=None,
            peer=peer,
        )

    @classmethod
    def of_callee(cls, invite: Request, local_tag: str, source: Address) -> "Dialog":
        """The dialog that our answer to an INVITE makes (section 12.1.1)."""
        dialog = cls(
            call_id=invite.call_id,
            local_party=f"{invite.headers['To'][0]};tag={local_tag}",
            local_tag=local_tag,
            remote_party=invite.sender,
            remote_tag=invite.from_tag or "",
            remote_target=target_of(invite) or parse_name_address(invite.sender).uri,
            route_set=_record_route_of(invite),
            local_cseq=0,
            remote_cseq=invite.cseq,
            peer=source,
        )
        # Whoever has connected to us need not listen: the connection that is there leads back (RFC 5923).
        dialog.keeps_flow = is_reliable(source)
        return dialog

    def make_request(
        self, method: str, identity: Identity, *, cseq: int | None = None, headers: HeaderLines = (), body: bytes = b""
    ) -> WrittenRequest:
        """A request inside the dialog (section 12.2.1.1); an ACK names the CSeq of its INVITE, others take the next."""
        if cseq is None:
            self.local_cseq += 1
            cseq = self.local_cseq
        uri, via, common = self._written or self._write(identity)
        branch = identity.new_branch()
        more = ""
        if headers:
            more = "".join([f"{name}: {value}\r\n" for name, value in headers])
            check_line_ends(more, len(headers))
        head = (
            f"{method} {uri} SIP/2.0\r\nVia: {via}{branch}\r\n{common}CSeq: {cseq} {method}\r\n"
            f"{more}Content-Length: {len(body)}\r\n\r\n"
        )
        return WrittenRequest(method, branch, cseq, uri, head.encode() + body)

    def contact(self, identity: Identity) -> str:
        """Our Contact, over the transport that this dialog's requests take."""
        return identity.contact_over(transport_of(self.next_hop()))

    def next_hop(self) -> Address:
        """Where a request of this dialog is sent: the first route, else the target; the peer where that is a name."""
        if self._hop is None:
            self._hop = self._find_hop()
        return self._hop

    def take_cseq(self, cseq: int) -> bool:
        """Note the CSeq of a request from the far end; False if it is out of order (section 12.2.2)."""
        if self.remote_cseq is not None and cseq <= self.remote_cseq:
            return False
        self.remote_cseq = cseq
        return True

    def refresh_target(self, message: Request | Response) -> None:
        """Take over the Contact of a re-INVITE or of its answer."""
        target = target_of(message)
        if target is not None:
            self.remote_target = target
            self._hop = None
            self._written = None

    def _write(self, identity: Identity) -> tuple[str, str, str]:
        """The Request-URI, our Via up to its branch, and the lines that are the same in every request of the dialog."""
        uri, routes = self.remote_target, self.route_set
        if routes and not _is_loose(routes[0]):
            # A strict router (RFC 2543) wants itself in the Request-URI and the target at the end of the Route.
            uri = parse_name_address(routes[0]).uri
            routes = [*routes[1:], f"<{self.remote_target}>"]
        common = (
            f"Max-Forwards: {MAX_FORWARDS}\r\nFrom: {self.local_party}\r\nTo: {self.remote_party}\r\n"
            f"Call-ID: {self.call_id}\r\n"
        )
        via = identity.via("", transport_of(self.next_hop()))
        self._written = (uri, via, common + "".join([f"Route: {route}\r\n" for route in routes]))
        return self._written

    def _find_hop(self) -> Address:
        if self.keeps_flow and not self.route_set:
            return self.peer
        place = _place_of_route(self.route_set[0]) if self.route_set else _place_of(self.remote_target)
        if place is None:
            return self.peer
        address, transport = place
        # No transport means UDP (RFC 3263 section 4.1), but not for the very address that we talk to.
        return at(*address, transport or (transport_of(self.peer) if address == self.peer[:2] else UDP))


class EarlyDialog:
    """What a reliable response has begun: its dialog, and the number of the last one acknowledged."""

    __slots__ = ("dialog", "rseq")

    def __init__(self, dialog: Dialog, rseq: int) -> None:
        self.dialog = dialog
        self.rseq = rseq


@lru_cache(maxsize=4096)
def _place_of(target: str) -> tuple[HostPort, str] | None:
    """The address that a URI names, and its transport, empty where it names none; None where its host is a name."""
    try:
        uri = parse_uri(target)
    except MalformedMessage:
        return None
    if not uri.has_ip_host:
        return None
    transport = TLS if uri.scheme == "sips" else (uri.parameters.get("transport") or "").lower()
    return uri.address, transport if transport in TRANSPORTS else ""


def _place_of_route(route: str) -> tuple[HostPort, str] | None:
    try:
        return _place_of(parse_name_address(route).uri)
    except MalformedMessage:
        return None


def target_of(message: Request | Response) -> str | None:
    """The URI of the first Contact; None where there is none that can be read."""
    contact = message.get("Contact")
    return None if contact is None else _uri_of_contact(contact)


@lru_cache(maxsize=4096)
def _uri_of_contact(value: str) -> str | None:
    # A Contact that cannot be read must not cost the call: the caller falls back to an address that is known to work.
    try:
        uri = parse_name_address(first_of_list(value)).uri
        parse_uri(uri)
    except MalformedMessage:
        return None
    return None if any(c.isspace() for c in uri) else uri


def _record_route_of(message: Request | Response) -> list[str]:
    try:
        routes = message.get_list("Record-Route")
        for route in routes:
            parse_uri(parse_name_address(route).uri)
    except MalformedMessage:
        return []
    return routes


def _is_loose(route: str) -> bool:
    return "lr" in parse_uri(parse_name_address(route).uri).parameters
