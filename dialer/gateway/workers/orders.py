"""What is said between the gateway and a media worker: orders to it, reports of it; sound goes bare.

Streams have a serial number that is never used again, so that a late report of a closed stream is nobody else's.
"""

import struct
from collections.abc import Iterable

import msgspec

from dialer.gateway.media.handover import Carried
from dialer.gateway.media_port import StreamStatistics
from dialer.model import MonitorMode

Sound = tuple[int, int, bytes]
"""Serial number, payload type and payload."""

SOUND = 0x00
"""First byte of a message that carries sound: nothing that msgspec writes here begins so."""
_SOUND_HEAD = struct.Struct("!IBH")


class _Said(msgspec.Struct, frozen=True, array_like=True, tag=True):
    pass


class Open(_Said, frozen=True):
    """Receive on the socket that comes with it; `carried` where the stream was with another worker."""

    serial: int
    carried: Carried | None = None


class Connect(_Said, frozen=True):
    """See `MediaEngine.connect`."""

    serial: int
    host: str
    port: int
    payload_type: int
    rtcp_port: int


class Bridge(_Said, frozen=True):
    """See `MediaEngine.bridge`."""

    first: int
    second: int


class Unbridge(_Said, frozen=True):
    """See `MediaEngine.unbridge`."""

    serial: int


class Join(_Said, frozen=True):
    """See `MediaEngine.join`."""

    guest: int
    call: int
    leg: int
    mode: MonitorMode


class Part(_Said, frozen=True):
    """See `MediaEngine.part`."""

    guest: int


class Play(_Said, frozen=True):
    """See `MediaEngine.play`; `Played` follows with the same number."""

    serial: int
    prompt: str
    number: int


class SendKeys(_Said, frozen=True):
    """See `MediaEngine.send_keys`."""

    serial: int
    keys: str
    payload_type: int


class Stop(_Said, frozen=True):
    """See `MediaEngine.stop`."""

    serial: int


class Listen(_Said, frozen=True):
    """Send what the far end says here, or do so no more."""

    serial: int
    is_on: bool


class Release(_Said, frozen=True):
    """Let go of a stream that another worker takes over; `Released` follows."""

    serial: int


class Close(_Said, frozen=True):
    """End a stream; `Closed` follows."""

    serial: int


Order = Open | Connect | Bridge | Unbridge | Join | Part | Play | SendKeys | Stop | Listen | Release | Close


class Digit(_Said, frozen=True):
    """A key has been pressed."""

    serial: int
    key: str


class Played(_Said, frozen=True):
    """A prompt has come to its end."""

    serial: int
    number: int


class TimedOut(_Said, frozen=True):
    """No packet came for the media timeout."""

    serial: int


class Released(_Said, frozen=True):
    """A stream has been let go of."""

    serial: int
    carried: Carried


class Closed(_Said, frozen=True):
    """A stream has ended, its socket is closed over there."""

    serial: int


class Figures(_Said, frozen=True):
    """What streams have carried so far, and the worker's counters."""

    streams: dict[int, StreamStatistics]
    counters: dict[str, int]


Report = Digit | Played | TimedOut | Released | Closed | Figures

encode = msgspec.msgpack.Encoder().encode
decode_order = msgspec.msgpack.Decoder(Order).decode
decode_report = msgspec.msgpack.Decoder(Report).decode


def pack_sound(sounds: Iterable[Sound]) -> bytes:
    """One message of many packets' sound."""
    parts = [bytes((SOUND,))]
    for serial, payload_type, payload in sounds:
        parts += (_SOUND_HEAD.pack(serial, payload_type, len(payload)), payload)
    return b"".join(parts)


def unpack_sound(message: bytes) -> list[Sound]:
    """The packets of a message that `pack_sound` made."""
    sounds, at = [], 1
    while at < len(message):
        serial, payload_type, length = _SOUND_HEAD.unpack_from(message, at)
        at += _SOUND_HEAD.size
        sounds.append((serial, payload_type, message[at : at + length]))
        at += length
    return sounds
