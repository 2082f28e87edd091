"""SIP messages: bytes to `Request` or `Response` and back (RFC 3261 section 7).

What every message must have is read and checked when it is parsed, so that nobody downstream meets a message without
it; everything else stays text until someone asks. Of a response in plain form (`plain`) that means the header lines:
few of them are ever looked at.
"""

import re
from functools import lru_cache

import msgspec

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import CANONICAL_NAMES, branch_of, canonical_name, split_list, tag_of
from dialer.gateway.sip.plain import match_plain, values_in

Headers = dict[str, list[str]]
"""Values by canonical name; several lines of one header are several values, in their order."""

MESSAGE_BYTES_MAX = 65535
HEADER_LINES_MAX = 256
CSEQ_MAX = 2**31 - 1

NO_URI = ("", "<")
"""What no Request-URI begins with: it is never in brackets."""
_FOLD = re.compile(r"\r\n[ \t]+")
_METHOD = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")


class Message:
    """What requests and responses have in common."""

    __slots__ = (
        *("body", "branch", "call_id", "cseq", "from_tag", "headers", "lines", "method", "receiver", "sender"),
        "to_tag",
    )

    def __init__(self, method: str, headers: Headers, body: bytes) -> None:
        """Index what is looked at in every message.

        Raises:
            MalformedMessage: A header that every message has is missing, there twice, or wrong.
        """
        self.method = method
        """Of the request; of a response, the method it answers."""
        self.headers = headers
        self.lines = ""
        """Its headers as they go on the wire, where they are written and have not been read one by one."""
        self.body = body
        try:
            (self.call_id,) = headers["Call-ID"]
            (cseq,) = headers["CSeq"]
            (self.sender,) = headers["From"]
            (self.receiver,) = headers["To"]
            via = headers["Via"][0]
        except KeyError as missing:
            raise MalformedMessage(f"no {missing.args[0]} header") from None
        except ValueError:
            raise MalformedMessage("Call-ID, CSeq, From or To is there twice") from None
        if not self.call_id:
            raise MalformedMessage("an empty Call-ID")
        self.cseq, cseq_method = _parse_cseq(cseq)
        if method == "ACK" and cseq_method == "INVITE":
            # Wrong, and written by more than one implementation; refusing it would end calls that work otherwise.
            cseq_method = method
        if method and cseq_method != method:
            raise MalformedMessage(f"CSeq of {cseq_method[:40]!r} in a {method} request")
        self.method = cseq_method
        self.from_tag = tag_of(self.sender)
        self.to_tag = tag_of(self.receiver)
        self.branch = branch_of(via)

    def __getattr__(self, name: str) -> Headers:
        # Asked only for what has not been set: that can be nothing but headers that are still text.
        if name != "headers":
            raise AttributeError(name)
        self.headers = headers = _read_headers(f"\r\n{self.lines}".removesuffix("\r\n"))
        headers.pop("Content-Length", None)
        self.lines = ""
        return headers

    def values(self, name: str) -> list[str]:
        """The values of a header, by canonical name; of one that is not there, an empty list."""
        return self.headers.get(name, [])

    def get(self, name: str) -> str | None:
        """The first value of a header."""
        values = self.values(name)
        return values[0] if values else None

    def get_list(self, name: str) -> list[str]:
        """Every value of a header that may be a list, over all its lines.

        Raises:
            MalformedMessage: A quote or bracket that is never closed.
        """
        return [value for line in self.values(name) for value in split_list(line)]

    def _to_bytes(self, start_line: str) -> bytes:
        lines = [start_line, *[f"{name}: {value}" for name, values in self.headers.items() for value in values]]
        head = "\r\n".join(lines)
        check_line_ends(head, len(lines) - 1)
        return f"{head}\r\nContent-Length: {len(self.body)}\r\n\r\n".encode() + self.body


class Request(Message):
    """A request; `uri` is the Request-URI as text."""

    __slots__ = ("uri",)

    def __init__(self, method: str, uri: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__(method, headers, body)
        self.uri = uri

    @classmethod
    def written(
        cls, method: str, uri: str, lines: str, body: bytes = b"", *, sender: str, call_id: str, cseq: int, branch: str,
        from_tag: str
    ) -> "Request":  # fmt: skip
        """A request outside a dialog whose header lines we have written ourselves: read only if somebody wants to.

        Most INVITEs are never looked at again; one that is refused, cancelled or challenged is.
        """
        request = cls.__new__(cls)
        request.method, request.uri, request.lines, request.body = method, uri, lines, body
        request.sender, request.call_id, request.cseq, request.branch = sender, call_id, cseq, branch
        request.from_tag, request.to_tag = from_tag, None
        return request

    def to_bytes(self) -> bytes:
        """As it goes on the wire; Content-Length is counted, not taken from the headers."""
        start_line = f"{self.method} {self.uri} SIP/2.0"
        if not self.lines:
            return self._to_bytes(start_line)
        return f"{start_line}\r\n{self.lines}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body

    def __repr__(self) -> str:
        return f"<{self.method} {self.uri} cseq={self.cseq}>"


class WrittenRequest(msgspec.Struct, frozen=True, gc=False):
    """A request inside a dialog as it goes on the wire, and what its transaction needs to know of it."""

    method: str
    branch: str
    cseq: int
    uri: str
    data: bytes


class Response(Message):
    """A response; `method` is that of the request it answers."""

    __slots__ = ("reason", "status")

    def __init__(self, status: int, reason: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__("", headers, body)
        self.status = status
        self.reason = reason

    @classmethod
    def plain(cls, status: int, reason: str, lines: str, counting: list[str], body: bytes) -> "Response":
        """A response of plain header lines, with what counts of them.

        Raises:
            MalformedMessage: What counts is wrong.
        """
        response = cls.__new__(cls)
        response.status, response.reason, response.lines, response.body = status, reason, lines, body
        via, sender, receiver, response.call_id, cseq = counting
        response.cseq, response.method = _parse_cseq(cseq)
        response.sender, response.from_tag = sender, tag_of(sender)
        response.receiver, response.to_tag = receiver, tag_of(receiver)
        response.branch = branch_of(via)
        return response

    def values(self, name: str) -> list[str]:
        """The values of a header other than Via."""
        return values_in(self.lines, name) if self.lines else self.headers.get(name, [])

    def to_bytes(self) -> bytes:
        """As it goes on the wire; Content-Length is counted, not taken from the headers."""
        return self._to_bytes(f"SIP/2.0 {self.status} {self.reason}")

    def __repr__(self) -> str:
        return f"<{self.status} {self.reason} to {self.method} cseq={self.cseq}>"


def check_line_ends(text: str, lines: int) -> None:
    """Make sure that header lines of ours have no more line ends in them than they should.

    Raises:
        ValueError: One was smuggled in.
    """
    if text.count("\n") != lines or text.count("\r") != lines:
        raise ValueError("a line end inside a header: strip what comes from outside before it is put there")


def parse_message(data: bytes) -> Request | Response:
    """Read one datagram; bytes after the body that Content-Length promises are ignored (section 18.3).

    Raises:
        MalformedMessage: Whatever is wrong with it, and nothing else is ever raised.
    """
    if len(data) > MESSAGE_BYTES_MAX:
        raise MalformedMessage(f"{len(data)} bytes; at most {MESSAGE_BYTES_MAX} are read")
    head_bytes, blank_line, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not blank_line:
        raise MalformedMessage("no empty line after the headers")
    head = _decode(head_bytes)
    start_line, line_end, rest = head.partition("\r\n")
    is_response = start_line[:8].upper() == "SIP/2.0 "
    lines = f"{rest}{line_end}"
    plain = match_plain(lines) if is_response else None
    if plain is not None:
        *counting, length = plain.groups()
        status, reason = _parse_status_line(start_line)
        return Response.plain(status, reason, lines, counting, body if length is None else _cut_body(body, [length]))
    headers = _read_headers(head)
    lengths = headers.pop("Content-Length", [])
    if lengths:
        body = _cut_body(body, lengths)
    if is_response:
        return Response(*_parse_status_line(start_line), headers, body)
    parts = start_line.split(" ")
    if len(parts) != 3 or parts[2].upper() != "SIP/2.0" or parts[1][:1] in NO_URI or not _METHOD.fullmatch(parts[0]):
        raise MalformedMessage(f"not a request line: {start_line[:80]!r}")
    return Request(parts[0], parts[1], headers, body)


@lru_cache(maxsize=1024)
def _parse_status_line(line: str) -> tuple[int, str]:
    status, _, reason = line[8:].partition(" ")
    if not (len(status) == 3 and status.isascii() and status.isdigit() and "1" <= status[0] <= "6"):
        raise MalformedMessage(f"not a status line: {line[:80]!r}")
    return int(status), reason.strip()


@lru_cache(maxsize=1024)
def _parse_cseq(value: str) -> tuple[int, str]:
    number, _, method = value.replace("\t", " ").partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and int(number) <= CSEQ_MAX):
        raise MalformedMessage(f"not a CSeq: {value[:40]!r}")
    method = method.strip()
    if not method:
        raise MalformedMessage("a CSeq without method")
    return int(number), method


def _decode(head: bytes) -> str:
    try:
        return head.decode()
    except UnicodeDecodeError:
        # RFC 3261 wants UTF-8; telephones with Latin-1 display names exist, and only the name would be spoiled.
        return head.decode("latin-1")


def _read_headers(head: str) -> Headers:
    """Values by canonical name, of the lines after the first.

    In a tidy head each line is `Name: value` with no other white space around them.
    """
    if "\r\n " in head or "\r\n\t" in head:
        if head.partition("\r\n")[2].startswith((" ", "\t")):
            raise MalformedMessage("the first line goes on in the second")
        head = _FOLD.sub(" ", head)
    _, *lines = head.split("\r\n")
    if head.count("\n") != len(lines) or head.count("\r") != len(lines):
        raise MalformedMessage("a bare CR or LF in a header")
    if len(lines) > HEADER_LINES_MAX:
        raise MalformedMessage(f"{len(lines)} header lines; at most {HEADER_LINES_MAX} are read")
    is_tidy = not (" \r\n" in head or ":  " in head or "\t" in head or head[-1:] == " ")
    headers: Headers = {}
    canonical_of = CANONICAL_NAMES.get
    for line in lines:
        name, colon, value = line.partition(": ")
        canonical = canonical_of(name) if is_tidy and colon else None
        if canonical is None:
            name, colon, value = line.partition(":")
            if not colon:
                raise MalformedMessage(f"a header without a colon: {line[:80]!r}")
            canonical = canonical_name(name.rstrip())
            value = value.strip()
        if canonical in headers:
            headers[canonical].append(value)
        else:
            headers[canonical] = [value]
    return headers


def _cut_body(body: bytes, lengths: list[str]) -> bytes:
    if lengths == [str(len(body))]:
        return body
    text = lengths[0]
    if len(lengths) > 1 or not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise MalformedMessage(f"not a Content-Length: {lengths[0][:40]!r}")
    length = int(text)
    if length > len(body):
        raise MalformedMessage(f"Content-Length promises {length} bytes of body, {len(body)} came")
    return body[:length] if length < len(body) else body
