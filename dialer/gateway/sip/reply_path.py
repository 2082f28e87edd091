"""The way back of a response: where its request came from, and where it goes (RFC 3261 section 18.2, RFC 3581)."""

from dialer.gateway.sip.addresses import Address, is_reliable
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import Via, parse_via, split_list
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.uri import is_ip_address

DEFAULT_PORT = 5060


def note_source(request: Request, source: Address) -> Via:
    """Write into the top Via where the request really came from; returns it.

    Raises:
        MalformedMessage: A hop that cannot be read, or semicolons with nothing between them.
    """
    via, line = seen_from(request.headers["Via"][0], source)
    request.headers["Via"][0] = line
    return via


def seen_from(line: str, source: Address) -> tuple[Via, str]:
    """The first hop of a Via line and the whole line, both with the address that the request came from.

    Raises:
        MalformedMessage: See `note_source`.
    """
    if ";;" in line:
        raise MalformedMessage(f"a parameter without a name in Via: {line[:80]!r}")
    hops = split_list(line) if "," in line else [line]
    if not hops:
        raise MalformedMessage(f"no hop in Via: {line[:80]!r}")
    via = parse_via(hops[0])
    host, port = source[0], source[1]
    if "rport" in via.parameters:
        via.parameters["rport"] = str(port)
        via.parameters["received"] = host
    elif via.host != host:
        via.parameters["received"] = host
    else:
        return via, line
    return via, ", ".join([str(via), *hops[1:]])


def reply_address(via: Via, source: Address) -> Address:
    """Where responses go: back to the source; to the port that Via names where it has no rport."""
    if "rport" in via.parameters or is_reliable(source):
        return source
    maddr = via.parameters.get("maddr")
    host = maddr if maddr is not None and is_ip_address(maddr) else source[0]
    return host, via.port if via.port is not None else DEFAULT_PORT
