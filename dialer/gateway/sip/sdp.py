"""SDP (RFC 4566) and offer/answer (RFC 3264) for one G.711 stream with telephone events (RFC 4733).

What cannot be carried is refused the way the RFCs say: an answer mirrors the offer's media lines and puts port 0 on
each that is not taken.
"""

from enum import StrEnum

import msgspec

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.uri import is_ip_address

CONTENT_TYPE = "application/sdp"
PCMU, PCMA = 0, 8
STATIC_CODECS = {PCMU: "PCMU/8000", PCMA: "PCMA/8000"}
TELEPHONE_EVENT = "telephone-event/8000"
TELEPHONE_EVENT_PAYLOAD_TYPE = 101
BODY_BYTES_MAX = 16384


class NothingInCommon(Exception):  # noqa: N818 - named for what was found
    """The offer has no audio stream that we can carry (488 Not Acceptable Here)."""


class Direction(StrEnum):
    """Which way media flows, seen from whoever says it."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


REVERSED = {
    Direction.SENDRECV: Direction.SENDRECV,
    Direction.SENDONLY: Direction.RECVONLY,
    Direction.RECVONLY: Direction.SENDONLY,
    Direction.INACTIVE: Direction.INACTIVE,
}


class SessionDescription(msgspec.Struct, frozen=True, kw_only=True):
    """One side's SDP: its first usable audio stream, and the other media lines that an answer has to mirror."""

    host: str
    port: int
    """0: the stream is refused or not there."""
    codecs: tuple[int, ...]
    """The payload types among PCMU (0) and PCMA (8), most wanted first."""
    telephone_event: int | None
    """The payload type of telephone events."""
    direction: Direction
    origin: tuple[str, int]
    """Session id and version of the o= line."""
    media_lines: tuple[str, ...]
    """Every m= line, without the `m=`."""
    audio_index: int | None
    """Which of them is the audio stream; None where none is usable."""

    @property
    def wants_media(self) -> bool:
        """Whether packets may be sent there: not on hold, new style (direction) or old (address 0.0.0.0)."""
        sends = self.direction in (Direction.SENDRECV, Direction.RECVONLY)
        return sends and self.port != 0 and self.host not in ("0.0.0.0", "::")  # noqa: S104 - RFC 2543's hold


def parse_sdp(body: bytes) -> SessionDescription:
    """Read an SDP body.

    Raises:
        MalformedMessage: What is wrong with it.
    """
    if len(body) > BODY_BYTES_MAX:
        raise MalformedMessage(f"{len(body)} bytes of SDP; at most {BODY_BYTES_MAX} are read")
    text = body.decode("utf-8", "replace")
    if not text.startswith("v=0"):
        raise MalformedMessage(f"SDP does not begin with v=0: {text[:40]!r}")
    session: list[str] = []
    media: list[list[str]] = []
    for raw in text.splitlines():
        line = raw.rstrip()
        if not line:
            continue
        if line[1:2] != "=":
            raise MalformedMessage(f"not a line of SDP: {line[:80]!r}")
        if line[0] == "m":
            media.append([line])
        else:
            (media[-1] if media else session).append(line)
    audio_index = next((n for n, lines in enumerate(media) if _is_usable_audio(lines[0])), None)
    audio = media[audio_index] if audio_index is not None else []
    port, codecs, telephone_event = _read_audio(audio) if audio else (0, (), None)
    return SessionDescription(
        host=_connection(audio) or _connection(session) or "",
        port=port,
        codecs=codecs,
        telephone_event=telephone_event,
        direction=_direction(audio) or _direction(session) or Direction.SENDRECV,
        origin=_origin(session),
        media_lines=tuple(lines[0][2:] for lines in media),
        audio_index=audio_index,
    )


def make_offer(
    host: str,
    port: int,
    *,
    origin_id: int,
    version: int = 1,
    codecs: tuple[int, ...] = (PCMU, PCMA),
    direction: Direction = Direction.SENDRECV,
    telephone_event: int | None = TELEPHONE_EVENT_PAYLOAD_TYPE,
) -> bytes:
    """An offer of one audio stream; `origin_id` is the session's number, `version` grows with each change."""
    head = _head(host, origin_id, version)
    return (head + _audio_section(port, codecs, telephone_event, direction)).encode()


def make_answer(
    offer: SessionDescription,
    host: str,
    port: int,
    *,
    origin_id: int,
    version: int = 1,
    codecs: tuple[int, ...] = (PCMU, PCMA),
) -> bytes:
    """Answer an offer: its codecs that we have in the offerer's order, its direction turned round (RFC 3264 section 6).

    Raises:
        NothingInCommon: No audio stream, or none of our codecs in it.
    """
    common = tuple(codec for codec in offer.codecs if codec in codecs)
    if offer.audio_index is None or not common:
        raise NothingInCommon("the offer has no RTP/AVP audio stream with PCMU or PCMA")
    sections = [_head(host, origin_id, version)]
    for index, line in enumerate(offer.media_lines):
        if index == offer.audio_index:
            sections.append(_audio_section(port, common, offer.telephone_event, REVERSED[offer.direction]))
        else:
            kind, _, rest = line.partition(" ")
            sections.append(f"m={kind} 0 {rest.partition(' ')[2]}\r\n")
    return "".join(sections).encode()


def answer_again(local_body: bytes, offer: SessionDescription) -> bytes:
    """Answer a new offer inside a session with the address and the codecs of our last SDP, one version on.

    Raises:
        NothingInCommon: As in `make_answer`.
    """
    local = parse_sdp(local_body)
    origin_id, version = local.origin
    return make_answer(
        offer,
        local.host,
        local.port,
        origin_id=int(origin_id) if origin_id.isdigit() else 0,
        version=version + 1,
    )


def _head(host: str, origin_id: int, version: int) -> str:
    family = "IP6" if ":" in host else "IP4"
    return f"v=0\r\no=- {origin_id} {version} IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n"


def _audio_section(port: int, codecs: tuple[int, ...], telephone_event: int | None, direction: Direction) -> str:
    types = [*codecs] if telephone_event is None else [*codecs, telephone_event]
    lines = [f"m=audio {port} RTP/AVP {' '.join(map(str, types))}"]
    lines += [f"a=rtpmap:{codec} {STATIC_CODECS[codec]}" for codec in codecs]
    if telephone_event is not None:
        lines += [f"a=rtpmap:{telephone_event} {TELEPHONE_EVENT}", f"a=fmtp:{telephone_event} 0-15"]
    lines += ["a=ptime:20", f"a={direction}", ""]
    return "\r\n".join(lines)


def _is_usable_audio(line: str) -> bool:
    parts = line[2:].split()
    return len(parts) >= 4 and parts[0] == "audio" and parts[2] == "RTP/AVP" and parts[1].partition("/")[0] != "0"


def _read_audio(lines: list[str]) -> tuple[int, tuple[int, ...], int | None]:
    parts = lines[0][2:].split()
    port_text = parts[1].partition("/")[0]
    if not (port_text.isascii() and port_text.isdigit() and len(port_text) <= 5 and int(port_text) <= 65535):
        raise MalformedMessage(f"not an RTP port: {parts[1][:20]!r}")
    offered = [int(part) for part in parts[3:] if part.isascii() and part.isdigit() and len(part) <= 3]
    telephone_event = None
    for line in lines[1:]:
        if not line.startswith("a=rtpmap:"):
            continue
        number, _, encoding = line[9:].partition(" ")
        if encoding.strip().lower().startswith(TELEPHONE_EVENT) and number.isascii() and number.isdigit():
            telephone_event = int(number[:3])
    codecs = tuple(dict.fromkeys(codec for codec in offered if codec in STATIC_CODECS))
    return int(port_text), codecs, telephone_event if telephone_event in offered else None


def _connection(lines: list[str]) -> str | None:
    for line in lines:
        if line.startswith("c="):
            parts = line[2:].split()
            if len(parts) != 3 or parts[0] != "IN":
                raise MalformedMessage(f"not a connection line: {line[:80]!r}")
            host = parts[2].partition("/")[0]
            if not is_ip_address(host):
                raise MalformedMessage(f"media address {host[:80]!r} is not an IP address")
            return host
    return None


def _direction(lines: list[str]) -> Direction | None:
    for line in lines:
        if line.startswith("a=") and line[2:] in Direction.__members__.values():
            return Direction(line[2:])
    return None


def _origin(lines: list[str]) -> tuple[str, int]:
    for line in lines:
        if line.startswith("o="):
            parts = line[2:].split()
            if len(parts) >= 3 and parts[2].isascii() and parts[2].isdigit() and len(parts[2]) <= 20:
                return parts[1], int(parts[2])
    return "", 0
