"""SIP URIs (RFC 3261 section 19.1): enough to find where a request goes, and to write the ones we send."""

import ipaddress
from functools import lru_cache
from typing import NamedTuple

from dialer.gateway.sip.errors import MalformedMessage

DEFAULT_PORTS = {"sip": 5060, "sips": 5061}
NEVER_ESCAPED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/#")
"""`unreserved` and `user-unreserved`, and the `#` that telephone keypads have and every carrier takes as it is."""


class Uri(NamedTuple):
    """One `sip:` or `sips:` URI; the host of an IPv6 address is without its brackets."""

    scheme: str
    user: str
    host: str
    port: int | None
    parameters: dict[str, str | None]
    """Names in lower case; a flag such as `lr` has the value None."""
    headers: str = ""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to send to, the scheme's port where none is written."""
        return self.host, self.port if self.port is not None else DEFAULT_PORTS[self.scheme]

    @property
    def has_ip_host(self) -> bool:
        """Whether the host is an IP address rather than a name that has to be looked up."""
        return is_ip_address(self.host)

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port is not None else ""
        parameters = "".join(
            f";{name}" if value is None else f";{name}={value}" for name, value in self.parameters.items()
        )
        headers = f"?{self.headers}" if self.headers else ""
        return f"{self.scheme}:{user}{bracketed(self.host)}{port}{parameters}{headers}"


@lru_cache(maxsize=4096)
def parse_uri(text: str) -> Uri:
    """Take a URI apart; the user part keeps its escapes. Results are shared: do not change their parameters.

    Raises:
        MalformedMessage: Another scheme (`tel:`), no host, or a port that is none.
    """
    scheme, colon, rest = text.partition(":")
    scheme = scheme.strip().lower()
    if not colon or scheme not in DEFAULT_PORTS:
        raise MalformedMessage(f"not a sip or sips URI: {text[:80]!r}")
    # A user part may hold ; and ?, so the @ is looked for first (RFC 3261 section 19.1.1).
    user, at, rest_after_user = rest.rpartition("@")
    if at:
        rest = rest_after_user
    rest, _, headers = rest.partition("?")
    hostport, *pieces = rest.split(";")
    host, port = parse_hostport(hostport)
    parameters: dict[str, str | None] = {}
    for piece in pieces:
        name, equals, value = piece.partition("=")
        if name.strip():
            parameters[name.strip().lower()] = value.strip() if equals else None
    return Uri(scheme, user, host, port, parameters, headers)


def host_of(uri: str) -> str:
    """The host of a URI; empty where it is none of ours."""
    try:
        return parse_uri(uri).host
    except MalformedMessage:
        return ""


def has_known_scheme(uri: str) -> bool:
    """Whether a Request-URI is of a scheme that telephony has; any other is answered 416 (RFC 3261 section 8.2.2.1)."""
    return uri.partition(":")[0].lower() in ("sip", "sips", "tel")


def parse_hostport(text: str) -> tuple[str, int | None]:
    """Take `host`, `host:port`, `[v6]` or `[v6]:port` apart; the port is None where none is written.

    Raises:
        MalformedMessage: No host, an open bracket, or a port outside 1 to 65535.
    """
    text = text.strip()
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest.strip() and not rest.lstrip().startswith(":")):
            raise MalformedMessage(f"bad IPv6 address: {text[:80]!r}")
        port = rest.strip()[1:]
    else:
        host, _, port = text.partition(":")
    host, port = host.strip(), port.strip()
    if not host or len(host.split()) != 1:
        raise MalformedMessage(f"no host in {text[:80]!r}")
    if not port:
        return host, None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise MalformedMessage(f"not a port: {port[:20]!r}")
    return host, int(port)


def bracketed(host: str) -> str:
    """A host as URIs and Via write it: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


@lru_cache(maxsize=4096)
def is_ip_address(host: str) -> bool:
    """Whether `host` is an IPv4 or IPv6 address."""
    if not host or not (host[-1].isdigit() or ":" in host):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def escape_user(user: str) -> str:
    """A user part with what may not stand there as %xx: `+1 202` becomes `+1%20202`."""
    if NEVER_ESCAPED.issuperset(user):
        return user
    return "".join(c if c in NEVER_ESCAPED else "".join(f"%{byte:02X}" for byte in c.encode()) for c in user)
