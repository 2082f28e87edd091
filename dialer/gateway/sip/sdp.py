"""SDP (RFC 4566) and offer/answer (RFC 3264) for one G.711 stream with telephone events (RFC 4733).

What cannot be carried is refused the way the RFCs say: an answer mirrors the offer's media lines and puts port 0 on
each that is not taken.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import msgspec

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.uri import is_ip_address

CONTENT_TYPE = "application/sdp"
PCMU, PCMA = 0, 8
STATIC_CODECS = {PCMU: "PCMU/8000", PCMA: "PCMA/8000"}
STATIC_FORMATS = {str(codec): codec for codec in STATIC_CODECS}
DYNAMIC_FORMATS = frozenset(map(str, range(96, 128)))
TELEPHONE_EVENT = "telephone-event/8000"
TELEPHONE_EVENT_PAYLOAD_TYPE = 101
BODY_BYTES_MAX = 16384

_DIRECTION = re.compile(r"\na=(sendrecv|sendonly|recvonly|inactive)[ \t]*(?:\n|\Z)")
_LINE = r"(?:.=.*+|[ \t]*+)"
_SHAPE = re.compile(rf"{_LINE}(?:\n{_LINE})*+")


class NothingInCommon(Exception):  # noqa: N818 - named for what was found
    """The offer has no audio stream that we can carry (488 Not Acceptable Here)."""


class Direction(StrEnum):
    """Which way media flows, seen from whoever says it."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


DIRECTIONS = {str(direction): direction for direction in Direction}
REVERSED = {
    Direction.SENDRECV: Direction.SENDRECV,
    Direction.SENDONLY: Direction.RECVONLY,
    Direction.RECVONLY: Direction.SENDONLY,
    Direction.INACTIVE: Direction.INACTIVE,
}


class Audio(NamedTuple):
    """What an audio stream's section says, but for its port."""

    codecs: tuple[int, ...] = ()
    telephone_event: int | None = None
    connection: str = ""
    """Its own c= line, where it has one."""
    direction: Direction | None = None
    shares_rtcp: bool = False
    rtcp_port: int | None = None


NO_AUDIO = Audio()


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
    rtcp_port: int = 0
    """Where it wants RTCP: beside the audio unless it says otherwise; on `port` itself where both share it."""

    @property
    def shares_rtcp(self) -> bool:
        """Whether RTP and RTCP come on one port (RFC 5761)."""
        return self.port != 0 and self.rtcp_port == self.port

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
    text = text.replace("\r", "\n")
    if _SHAPE.fullmatch(text) is None:
        wrong = next(line for line in text.split("\n") if _SHAPE.fullmatch(line) is None)
        raise MalformedMessage(f"not a line of SDP: {wrong[:80]!r}")
    session, *media = text.split("\nm=")
    lines = []
    audio_index, port, audio = None, 0, NO_AUDIO
    for index, section in enumerate(media):
        line, line_end, attributes = section.partition("\n")
        lines.append(line.rstrip())
        parts = line.split(None, 3)
        if audio_index is None and _is_usable_audio(parts):
            audio_index, port, audio = index, _port(parts[1]), _read_audio(parts[3], f"{line_end}{attributes}")
    return SessionDescription(
        host=_host(audio.connection or _value(session, "c")),
        port=port,
        codecs=audio.codecs,
        telephone_event=audio.telephone_event,
        direction=audio.direction or _direction(session) or Direction.SENDRECV,
        origin=_origin(_value(session, "o")),
        media_lines=tuple(lines),
        audio_index=audio_index,
        rtcp_port=_rtcp_port(audio, port),
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
    return (head + _audio_section(port, codecs, telephone_event, direction, shares_rtcp=True)).encode()


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
            direction = REVERSED[offer.direction]
            sections.append(
                _audio_section(port, common, offer.telephone_event, direction, shares_rtcp=offer.shares_rtcp)
            )
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


def offer_again(local_body: bytes, host: str, port: int, codecs: tuple[int, ...] = (PCMU, PCMA)) -> bytes:
    """Our next offer in a session whose last SDP is given: another address, one version on (RFC 3264 section 8)."""
    origin_id, version = parse_sdp(local_body).origin
    return make_offer(
        host, port, origin_id=int(origin_id) if origin_id.isdigit() else 0, version=version + 1, codecs=codecs
    )


def _head(host: str, origin_id: int, version: int) -> str:
    family = "IP6" if ":" in host else "IP4"
    return f"v=0\r\no=- {origin_id} {version} IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n"


def _audio_section(
    port: int, codecs: tuple[int, ...], telephone_event: int | None, direction: Direction, *, shares_rtcp: bool
) -> str:
    return f"m=audio {port} {_audio_formats(codecs, telephone_event, direction, shares_rtcp)}"


@lru_cache(maxsize=256)
def _audio_formats(
    codecs: tuple[int, ...], telephone_event: int | None, direction: Direction, shares_rtcp: bool
) -> str:
    types = [*codecs] if telephone_event is None else [*codecs, telephone_event]
    lines = [f"RTP/AVP {' '.join(map(str, types))}"]
    lines += [f"a=rtpmap:{codec} {STATIC_CODECS[codec]}" for codec in codecs]
    if telephone_event is not None:
        lines += [f"a=rtpmap:{telephone_event} {TELEPHONE_EVENT}", f"a=fmtp:{telephone_event} 0-15"]
    lines += ["a=ptime:20", f"a={direction}", *(["a=rtcp-mux"] if shares_rtcp else []), ""]
    return "\r\n".join(lines)


def _is_usable_audio(parts: list[str]) -> bool:
    return len(parts) == 4 and parts[0] == "audio" and parts[2] == "RTP/AVP" and parts[1].partition("/")[0] != "0"


def _port(text: str) -> int:
    text = text.partition("/")[0]
    if not _is_port(text):
        raise MalformedMessage(f"not an RTP port: {text[:20]!r}")
    return int(text)


@lru_cache(maxsize=256)
def _read_audio(formats: str, attributes: str) -> Audio:
    """What all calls of one far end have in common, and is read once."""
    types = formats.split()
    telephone_event = None
    for each in attributes.split("\na=rtpmap:")[1:]:
        number, _, encoding = each.partition("\n")[0].partition(" ")
        is_it = encoding.strip().lower().startswith(TELEPHONE_EVENT)
        if is_it and number in DYNAMIC_FORMATS and number in types:
            telephone_event = int(number)
            break
    lines = [line.rstrip() for line in attributes.split("\n")]
    ports = [line[7:].partition(" ")[0] for line in lines if line.startswith("a=rtcp:")]
    return Audio(
        codecs=tuple(dict.fromkeys(STATIC_FORMATS[each] for each in types if each in STATIC_FORMATS)),
        telephone_event=telephone_event,
        connection=_value(attributes, "c"),
        direction=_direction(attributes),
        shares_rtcp="a=rtcp-mux" in lines,
        rtcp_port=next((int(port) for port in ports if _is_port(port)), None),
    )


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535


def _rtcp_port(audio: Audio, port: int) -> int:
    """RFC 5761 section 5.1.1, RFC 3605, and what they leave as the rule (RFC 3550 section 11)."""
    if not port or audio.shares_rtcp:
        return port
    return min(port + 1, 65535) if audio.rtcp_port is None else audio.rtcp_port


@lru_cache(maxsize=1024)
def _host(connection: str) -> str:
    if not connection:
        return ""
    parts = connection.split()
    if len(parts) != 3 or parts[0] != "IN":
        raise MalformedMessage(f"not a connection line: {connection[:80]!r}")
    host = parts[2].partition("/")[0]
    if not is_ip_address(host):
        raise MalformedMessage(f"media address {host[:80]!r} is not an IP address")
    return host


def _value(section: str, kind: str) -> str:
    """What the first line of a kind says."""
    return section.partition(f"\n{kind}=")[2].partition("\n")[0]


def _direction(section: str) -> Direction | None:
    found = _DIRECTION.search(section)
    return None if found is None else DIRECTIONS[found[1]]


def _origin(value: str) -> tuple[str, int]:
    parts = value.split(None, 3)
    if len(parts) >= 3 and parts[2].isascii() and parts[2].isdigit() and len(parts[2]) <= 20:
        return parts[1], int(parts[2])
    return "", 0
