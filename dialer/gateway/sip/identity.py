"""Who a user agent is: its address in Via and Contact, its name, and where its ids come from."""

from collections.abc import Callable

from dialer.gateway.sip.transaction import Address
from dialer.gateway.sip.transaction_layer import MAGIC_COOKIE
from dialer.gateway.sip.uri import bracketed

ALLOWED_METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "PRACK", "UPDATE")
ALLOW = ", ".join(ALLOWED_METHODS)
SUPPORTED = "100rel, timer"


class Identity:
    """One user agent's address and ids.

    `tokens` returns a new string at each call, never the same twice; where it matters they are not to be guessed
    (section 19.3 wants 32 random bits in a tag). Live: `RandomTokens`; in tests a counter will do.
    """

    def __init__(self, address: Address, tokens: Callable[[], str], name: str, transport: str = "UDP") -> None:
        host, port = address
        self.address = address
        self.name = name
        self.sent_by = f"{bracketed(host)}:{port}"
        self.contact = f"<sip:{self.sent_by}>"
        self.new_tag = tokens
        self._tokens = tokens
        self._transport = transport

    def new_branch(self) -> str:
        """An id for a new transaction."""
        return f"{MAGIC_COOKIE}{self._tokens()}"

    def new_call_id(self) -> str:
        """A Call-ID for a new call."""
        return f"{self._tokens()}@{self.sent_by}"

    def via(self, branch: str) -> str:
        """Our hop in a Via header; rport asks for the answer where we sent from (RFC 3581)."""
        return f"SIP/2.0/{self._transport} {self.sent_by};rport;branch={branch}"
