"""SIP over a stream: where one message ends and the next begins (RFC 3261 section 18.3), and keep-alives (RFC 5626).

Bytes go in, whole messages come out. Each byte is looked at once: what is incomplete is searched only where it grew.
"""

import re

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.message import MESSAGE_BYTES_MAX

PING = b"\r\n\r\n"
"""Section 4.4.1: two line ends between messages ask for one in return."""
PONG = b"\r\n"

_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_BLANK_LINE = b"\r\n\r\n"


class StreamFramer:
    """Cuts what one connection brings into messages; a connection whose frames are lost is of no more use."""

    __slots__ = ("_buffer", "_missing", "_searched")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        """So many bytes are known to hold no blank line."""
        self._missing = 0
        """The whole message's bytes, once its head is there; 0 before."""

    @property
    def is_between_messages(self) -> bool:
        """Whether no message is half received."""
        return len(self._buffer) < len(PING) and not self._buffer.strip(PONG)

    def feed(self, data: bytes) -> list[bytes]:
        """Take what has come; the messages that are whole now, and a `PING` for each that is asked.

        Raises:
            MalformedMessage: No Content-Length, one that is no number, or a message beyond all measure.
        """
        self._buffer += data
        frames: list[bytes] = []
        begin = 0
        while True:
            if not self._missing:
                begin = self._skip_line_ends(begin, frames)
            end = self._end_of_message(begin)
            if end is None:
                break
            frames.append(bytes(self._buffer[begin:end]))
            begin, self._missing, self._searched = end, 0, end
        del self._buffer[:begin]
        self._searched -= begin
        return frames

    def _skip_line_ends(self, begin: int, frames: list[bytes]) -> int:
        while True:
            ahead = self._buffer[begin : begin + 4]
            if ahead == PING:
                if not frames or frames[-1] is not PING:
                    frames.append(PING)
                begin += len(PING)
            elif ahead[:2] == PONG and not PING.startswith(ahead):
                begin += len(PONG)
            else:
                break
        self._searched = max(self._searched, begin)
        return begin

    def _end_of_message(self, begin: int) -> int | None:
        """Where the message that begins at `begin` ends; None while some of it is missing."""
        buffer = self._buffer
        if not self._missing:
            blank = buffer.find(_BLANK_LINE, max(begin, self._searched - 3))
            if blank < 0:
                self._searched = len(buffer)
                if len(buffer) - begin > MESSAGE_BYTES_MAX:
                    raise MalformedMessage(f"no end of the headers in {MESSAGE_BYTES_MAX} bytes")
                return None
            self._missing = blank + len(_BLANK_LINE) - begin + _content_length(bytes(buffer[begin : blank + 2]))
            if self._missing > MESSAGE_BYTES_MAX:
                raise MalformedMessage(f"a message of {self._missing} bytes; at most {MESSAGE_BYTES_MAX} are read")
        end = begin + self._missing
        return end if len(buffer) >= end else None


def _content_length(head: bytes) -> int:
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1:
        raise MalformedMessage(f"{len(lengths)} Content-Length headers on a stream; there must be one (section 20.14)")
    text = lengths[0].strip()
    if not (text.isdigit() and len(text) <= 10):
        raise MalformedMessage(f"not a Content-Length: {text[:40]!r}")
    return int(text)
