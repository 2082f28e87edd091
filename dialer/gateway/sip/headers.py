"""Header names, and the values with a structure: addresses, Via, parameters, lists (RFC 3261 sections 7.3, 20)."""

import re
from typing import NamedTuple

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.uri import parse_hostport

COMPACT_NAMES = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
"""IANA's compact forms."""

ODDLY_SPELLED = ("Call-ID", "CSeq", "WWW-Authenticate", "MIME-Version", "RAck", "RSeq", "SIP-ETag", "SIP-If-Match")
USUAL = (
    *("Via", "From", "To", "Contact", "Content-Type", "Content-Length", "Max-Forwards", "Allow", "Supported"),
    *("User-Agent", "Server", "Record-Route", "Route", "Require", "Reason", "Retry-After", "Authorization"),
    *("Proxy-Authenticate", "Proxy-Authorization", "P-Asserted-Identity", "Date", "Accept", "Privacy"),
)

CANONICAL_NAMES = {
    **COMPACT_NAMES,
    **{short.upper(): name for short, name in COMPACT_NAMES.items()},
    **{name.lower(): name for name in ODDLY_SPELLED},
    **{name.title(): name for name in ODDLY_SPELLED},
    **{name: name for name in ODDLY_SPELLED},
    **{name.lower(): name for name in USUAL},
    **{name: name for name in USUAL},
}

_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_VIA = re.compile(r"SIP\s*/\s*2\.0\s*/\s*([A-Za-z0-9\-.]+)\s+([^\s;][^;]*)(;.*)?", re.IGNORECASE | re.DOTALL)
_MARK = re.compile(r'[",<]')
_QUOTED_END = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def canonical_name(name: str) -> str:
    """The one spelling under which a header is kept: `i`, `CALL-ID` and `call-id` are all `Call-ID`.

    Raises:
        MalformedMessage: The name is empty or has characters that no name may have.
    """
    known = CANONICAL_NAMES.get(name)
    if known is not None:
        return known
    if not _TOKEN.fullmatch(name):
        raise MalformedMessage(f"not a header name: {name[:40]!r}")
    return CANONICAL_NAMES.get(name.lower()) or name.title()


class NameAddress(NamedTuple):
    """A `name-addr` or `addr-spec` with its header parameters, as in From, To, Contact and Route."""

    display: str
    uri: str
    parameters: dict[str, str | None]

    def __str__(self) -> str:
        display = f"{quoted(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{format_parameters(self.parameters)}"


def parse_name_address(value: str) -> NameAddress:
    """Take an address apart; parameters of an address without brackets belong to the header (section 20).

    Raises:
        MalformedMessage: A quote or bracket that is never closed, or nothing where the URI belongs.
    """
    value = value.strip()
    display = ""
    if value.startswith('"'):
        end = _QUOTED_END.match(value, 1)
        if end is None:
            raise MalformedMessage(f"a quote is never closed: {value[:80]!r}")
        display = re.sub(r"\\(.)", r"\1", value[1 : end.end() - 1], flags=re.DOTALL)
        value = value[end.end() :].lstrip()
        if not value.startswith("<"):
            raise MalformedMessage(f"no <uri> after the display name: {value[:80]!r}")
    start = value.find("<")
    if start < 0:
        uri, semicolon, rest = value.partition(";")
        if "?" in uri:
            raise MalformedMessage(f"a URI with headers has to be in brackets: {value[:80]!r}")
        parameters = parse_parameters(semicolon + rest)
    else:
        end_at = value.find(">", start)
        if end_at < 0:
            raise MalformedMessage(f"a bracket is never closed: {value[:80]!r}")
        display = display or value[:start].strip()
        uri = value[start + 1 : end_at]
        parameters = parse_parameters(value[end_at + 1 :])
    uri = uri.strip()
    if not uri:
        raise MalformedMessage(f"no URI in {value[:80]!r}")
    return NameAddress(display, uri, parameters)


def tag_of(value: str) -> str | None:
    """The tag of a From or To value; None where it has none."""
    # By far the most messages spell it `<uri>;tag=...`; the full parse costs ten times as much.
    _, has_tag, tag = value.rpartition(">;tag=")
    if has_tag and tag.isalnum() and not value.count('"') % 2:
        return tag
    if value[-1:] == ">" and not value.count('"') % 2:
        return None
    return parse_name_address(value).parameters.get("tag") or None


def branch_of(value: str) -> str:
    """The branch of the first hop of a Via line; empty where an RFC 2543 peer sent none."""
    _, has_branch, rest = value.partition(";branch=")
    if has_branch and "," not in value and '"' not in value:
        return rest.partition(";")[0].strip()
    return parse_via(first_of_list(value)).branch


class Via(NamedTuple):
    """One hop of a Via header."""

    transport: str
    host: str
    port: int | None
    parameters: dict[str, str | None]

    @property
    def branch(self) -> str:
        """The transaction's id; empty where an RFC 2543 peer sent none."""
        return self.parameters.get("branch") or ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port is not None else ""
        return f"SIP/2.0/{self.transport} {host}{port}{format_parameters(self.parameters)}"


def parse_via(value: str) -> Via:
    """Take one Via hop apart.

    Raises:
        MalformedMessage: Not SIP/2.0, or no host.
    """
    match = _VIA.fullmatch(value.strip())
    if match is None:
        raise MalformedMessage(f"not a Via: {value[:80]!r}")
    transport, sent_by, parameters = match.groups()
    host, port = parse_hostport(sent_by)
    return Via(transport.upper(), host, port, parse_parameters(parameters or ""))


def parse_parameters(text: str) -> dict[str, str | None]:
    """Read `;name=value;flag` into a dict, names in lower case; quotes around values are kept.

    Raises:
        MalformedMessage: Text before the first semicolon, or an open quote.
    """
    text = text.strip()
    if not text:
        return {}
    if text[0] != ";":
        raise MalformedMessage(f"expected ';' at {text[:40]!r}")
    pieces = text[1:].split(";") if '"' not in text else _split(text[1:], ";")
    parameters: dict[str, str | None] = {}
    for piece in pieces:
        name, equals, value = piece.partition("=")
        name = name.strip().lower()
        if name:
            parameters[name] = value.strip() if equals else None
    return parameters


def format_parameters(parameters: dict[str, str | None]) -> str:
    """The reverse of `parse_parameters`."""
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in parameters.items())


def split_list(value: str) -> list[str]:
    """Split a header that may list several values at its commas, leaving those in quotes and brackets alone.

    Raises:
        MalformedMessage: A quote or bracket that is never closed.
    """
    if "," not in value:
        return [value.strip()]
    if '"' not in value and "<" not in value:
        return [piece.strip() for piece in value.split(",") if piece.strip()]
    return [piece for piece in _split(value, ",") if piece]


def first_of_list(value: str) -> str:
    """The first value of such a header.

    Raises:
        MalformedMessage: There is none, or a quote or bracket is never closed.
    """
    values = split_list(value)
    if not values:
        raise MalformedMessage(f"a list with nothing in it: {value[:80]!r}")
    return values[0]


def _split(value: str, separator: str) -> list[str]:
    mark = _MARK if separator == "," else re.compile(r'[";]')
    pieces = []
    start = position = 0
    while (found := mark.search(value, position)) is not None:
        position = found.end()
        if found[0] == '"':
            end = _QUOTED_END.match(value, position)
            if end is None:
                raise MalformedMessage(f"a quote is never closed: {value[:80]!r}")
            position = end.end()
        elif found[0] == "<":
            position = value.find(">", position) + 1
            if not position:
                raise MalformedMessage(f"a bracket is never closed: {value[:80]!r}")
        else:
            pieces.append(value[start : found.start()].strip())
            start = position
    pieces.append(value[start:].strip())
    return pieces


def quoted(text: str) -> str:
    """A quoted-string: quotes and backslashes escaped, line ends left out."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", " ")
    return f'"{escaped}"'


def unquoted(text: str) -> str:
    """The text of a quoted-string; anything else as it is."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    return text
