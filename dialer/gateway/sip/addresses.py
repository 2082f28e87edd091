"""Where a message goes to or came from: an IP address, a port, and what carries it there (RFC 3261 section 18)."""

from typing import Final

Address = tuple[str, int] | tuple[str, int, str]
"""An IP address and a port, reached by UDP; a third member names a transport that keeps connections instead."""

HostPort = tuple[str, int]
"""Where a socket is bound."""

UDP: Final = "udp"
TCP: Final = "tcp"
TLS: Final = "tls"
WS: Final = "ws"
WSS: Final = "wss"
TRANSPORTS = (UDP, TCP, TLS)
"""Those that lead anywhere: over WebSocket phones come to us, and are reached on the connection that they opened."""
WEBSOCKETS = (WS, WSS)
DEFAULT_PORTS = {UDP: 5060, TCP: 5060, TLS: 5061}


def transport_of(address: Address) -> str:
    """`udp`, `tcp` or `tls`."""
    return address[2] if len(address) == 3 else UDP


def is_reliable(address: Address) -> bool:
    """Whether nothing sent there is lost on the way, so that nothing is sent twice."""
    return len(address) == 3


def at(host: str, port: int, transport: str) -> Address:
    """The address of a host and port over a transport."""
    return (host, port) if transport == UDP else (host, port, transport)
