"""Who a user agent is: its address in Via and Contact, its name, and where its ids come from."""

from collections.abc import Callable

from dialer.gateway.sip.addresses import UDP, WS, WSS, HostPort
from dialer.gateway.sip.derived import MAX_FORWARDS
from dialer.gateway.sip.transaction_layer import MAGIC_COOKIE
from dialer.gateway.sip.uri import bracketed

ALLOWED_METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "PRACK", "UPDATE", "INFO", "REFER")
ALLOW = ", ".join(ALLOWED_METHODS)
SUPPORTED = "100rel, timer, replaces, norefersub"


class Identity:
    """One user agent's address and ids.

    `tokens` returns a new string at each call, never the same twice; where it matters they are not to be guessed
    (section 19.3 wants 32 random bits in a tag). Live: `RandomTokens`; in tests a counter will do.
    """

    def __init__(self, address: HostPort, tokens: Callable[[], str], name: str) -> None:
        self.address = address
        self.name = name
        self.new_tag = tokens
        self._tokens = tokens
        self._hops: dict[str, str] = {}
        self._contacts: dict[str, str] = {}
        self._introductions: dict[str, str] = {}
        self.listen_on(UDP, address[1])
        self.sent_by = f"{bracketed(address[0])}:{address[1]}"

    def listen_on(self, transport: str, port: int) -> None:
        """Say in Via and Contact that this transport reaches us on a port of our address."""
        sent_by = f"{bracketed(self.address[0])}:{port}"
        self._hops[transport] = f"SIP/2.0/{transport.upper()} {sent_by};rport;branch="
        # Over TLS too a WebSocket's URI says `ws` (RFC 7118 section 5.2).
        parameter = "" if transport == UDP else f";transport={WS if transport == WSS else transport}"
        self._contacts[transport] = f"<sip:{sent_by}{parameter}>"
        self._introductions.clear()

    def introduction(self, transport: str) -> str:
        """The header lines of every INVITE of ours over a transport: how we are reached, and what we can do."""
        lines = self._introductions.get(transport)
        if lines is None:
            lines = self._introductions[transport] = (
                f"Max-Forwards: {MAX_FORWARDS}\r\nContact: {self.contact_over(transport)}\r\nAllow: {ALLOW}\r\n"
                f"Supported: {SUPPORTED}\r\nUser-Agent: {self.name}\r\n"
            )
        return lines

    def contact_over(self, transport: str) -> str:
        """Where far ends reach us over a transport; where we do not listen on it, over UDP."""
        return self._contacts.get(transport) or self._contacts[UDP]

    @property
    def contact(self) -> str:
        """Where far ends reach us over UDP."""
        return self._contacts[UDP]

    def new_branch(self) -> str:
        """An id for a new transaction."""
        return f"{MAGIC_COOKIE}{self._tokens()}"

    def new_call_id(self) -> str:
        """A Call-ID for a new call."""
        return f"{self._tokens()}@{self.sent_by}"

    def via(self, branch: str, transport: str = UDP) -> str:
        """Our hop in a Via header; rport asks for the answer where we sent from (RFC 3581)."""
        hop = self._hops.get(transport)
        if hop is None:
            # A connection that we open brings the answers back, whether or not we listen on that transport.
            hop = f"SIP/2.0/{transport.upper()} {self.sent_by};rport;branch="
        return f"{hop}{branch}"
