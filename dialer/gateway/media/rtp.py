"""RTP packets (RFC 3550): bytes to packets, and one outgoing stream that stays whole whoever speaks on it.

An agent's leg hears silence, then one customer, then silence, then another: many sources, one far end. `RtpSender`
gives them all one SSRC, one row of sequence numbers and one time line, so that the far end sees a single talker that
never restarts.
"""

import struct

import msgspec

SAMPLES_PER_S = 8000
VERSION = 2

HEADER = struct.Struct("!BBHII")
HEADER_BYTES = 12
_NUMBERS = struct.Struct("!HII")
"""Sequence number, timestamp and SSRC: all that differs where a packet is passed on."""
PLAIN = VERSION << 6
"""First byte of a packet without padding, extension or contributing sources: nearly all of them."""
_PADDING = 0x20
_EXTENSION = 0x10
_MARKER = 0x80

_EVENT = struct.Struct("!BBH")
_END = 0x80
EVENT_VOLUME = 10
"""Of our own telephone events: 10 dB below the loudest (RFC 4733 section 2.3.4)."""

_NOBODY = -2
_OURSELVES = -1


class MalformedPacket(Exception):  # noqa: N818 - named for what arrived, as in the SIP core
    """A datagram that is not RTP; the text says why."""


class RtpPacket(msgspec.Struct, frozen=True, gc=False):
    """One packet as it arrived."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse_packet(data: bytes) -> RtpPacket:
    """Read one datagram.

    Raises:
        MalformedPacket: Too short, another version, or lengths that do not fit; nothing else is ever raised.
    """
    if len(data) < HEADER_BYTES:
        raise MalformedPacket(f"{len(data)} bytes; an RTP header alone has {HEADER_BYTES}")
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    payload = data[HEADER_BYTES:] if first == PLAIN else _payload_after_options(data, first)
    return RtpPacket(second & 0x7F, second >= _MARKER, sequence, timestamp, ssrc, payload)


def _payload_after_options(data: bytes, first: int) -> bytes:
    if first >> 6 != VERSION:
        raise MalformedPacket(f"RTP version {first >> 6}, not {VERSION}")
    start = HEADER_BYTES + 4 * (first & 0x0F)
    end = len(data)
    if first & _EXTENSION:
        if start + 4 > end:
            raise MalformedPacket("the header extension is cut off")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
    if first & _PADDING:
        # The last byte counts the padding, itself included, so 0 cannot be.
        if data[-1] == 0:
            raise MalformedPacket("padding of length 0")
        end -= data[-1]
    if start > end:
        raise MalformedPacket(f"headers and padding need more than the {len(data)} bytes that came")
    return data[start:end]


class RtpSender:
    """One outgoing stream; times are seconds on any clock that never goes back."""

    __slots__ = (
        "_first",
        "_length",
        "_sent_at",
        "_sequence",
        "_sequence_offset",
        "_timestamp",
        "_timestamp_offset",
        "source",
        "ssrc",
    )

    def __init__(self, ssrc: int, sequence: int, timestamp: int) -> None:
        """Begin after `sequence` and at `timestamp`; RFC 3550 section 5.1 wants all three random."""
        self.ssrc = ssrc
        self._first = sequence + 1
        self._sequence = sequence
        """Of the newest packet sent."""
        self._timestamp = timestamp
        self._length = 0
        """Samples in the newest packet sent."""
        self._sent_at: float | None = None
        self.source = _NOBODY
        """The SSRC that is passed on; none below zero."""
        self._sequence_offset = 0
        self._timestamp_offset = 0

    @property
    def numbers(self) -> tuple[int, int, int, int, float | None]:
        """Where it stands: what another sender needs to go on with the same SSRC as if nothing had happened."""
        return self._first, self._sequence, self._timestamp, self._length, self._sent_at

    @numbers.setter
    def numbers(self, numbers: tuple[int, int, int, int, float | None]) -> None:
        self._first, self._sequence, self._timestamp, self._length, self._sent_at = numbers
        self.change_source()

    def write(self, payload: bytes, payload_type: int, now: float) -> bytes:
        """A packet of our own: the next frame of a prompt, of silence, of a tone."""
        marker = 0 if self.source == _OURSELVES else _MARKER
        timestamp = self._next_own(now)
        return self._packet(payload, marker | payload_type, (self._sequence + 1) & 0xFFFF, timestamp, now)

    def write_event(
        self, code: int, duration: int, payload_type: int, now: float, *, is_first: bool, is_end: bool
    ) -> bytes:
        """A packet of a telephone event of our own (RFC 4733): all of one event have the time of its beginning.

        Args:
            code: of the key, section 3.2.
            duration: samples so far.
            payload_type: under which the far end wants events.
            now: as everywhere here.
            is_first: it begins with this packet.
            is_end: it is over; told three times, as a packet may be lost.
        """
        if is_first:
            self._timestamp = self._next_own(now)
            self._sent_at = now
        began_at = self._sent_at
        payload = _EVENT.pack(code, (_END if is_end else 0) | EVENT_VOLUME, duration)
        marker = _MARKER if is_first else 0
        data = self._packet(payload, marker | payload_type, (self._sequence + 1) & 0xFFFF, self._timestamp, now)
        # Whatever comes next begins after the event, by the clock that it began on.
        self._length, self._sent_at = duration, began_at
        return data

    def relay(self, packet: RtpPacket, payload: bytes, payload_type: int, now: float) -> bytes:
        """A packet of someone else's, with gaps and reordering as they came, so that the far end can see them."""
        marker = _MARKER if packet.marker else 0
        if self.source != packet.ssrc:
            self.source = packet.ssrc
            self._sequence_offset = self._sequence + 1 - packet.sequence
            self._timestamp_offset = self._moment(now) - packet.timestamp
            marker = _MARKER
        sequence = (packet.sequence + self._sequence_offset) & 0xFFFF
        timestamp = (packet.timestamp + self._timestamp_offset) & 0xFFFFFFFF
        return self._packet(payload, marker | payload_type, sequence, timestamp, now)

    def readdress(self, data: bytearray, length: int, sequence: int, timestamp: int, now: float) -> None:
        """Make the next packet of the same source ours where it lies, as `relay` would.

        `data` begins with a plain header, whose numbers are handed in; `length` is the payload's.
        """
        sequence = (sequence + self._sequence_offset) & 0xFFFF
        timestamp = (timestamp + self._timestamp_offset) & 0xFFFFFFFF
        if (sequence - self._sequence) & 0xFFFF < 0x8000:
            self._sequence = sequence
            self._timestamp = timestamp
            self._length = length
            self._sent_at = now
        _NUMBERS.pack_into(data, 2, sequence, timestamp, self.ssrc)

    def change_source(self) -> None:
        """Whatever comes next is of another source, even where its SSRC is the same."""
        self.source = _NOBODY

    def timestamp_at(self, now: float) -> int:
        """What the timestamp of a sample is that is spoken now: what sender reports tell."""
        return self._moment(now)

    def sent_up_to(self, newest: int) -> int:
        """How many packets there were up to the extended sequence number that a receiver reports."""
        return newest - (self._first & 0xFFFF) + 1

    def _next_own(self, now: float) -> int:
        """The timestamp of what we say next ourselves."""
        if self.source == _OURSELVES:
            return (self._timestamp + self._length) & 0xFFFFFFFF
        self.source = _OURSELVES
        return self._moment(now)

    def _moment(self, now: float) -> int:
        """The timestamp of a source that begins now: as much later than the last as the clock says."""
        if self._sent_at is None:
            return self._timestamp
        passed = round((now - self._sent_at) * SAMPLES_PER_S)
        return (self._timestamp + max(passed, self._length)) & 0xFFFFFFFF

    def _packet(self, payload: bytes, second: int, sequence: int, timestamp: int, now: float) -> bytes:
        if (sequence - self._sequence) & 0xFFFF < 0x8000:
            self._sequence = sequence
            self._timestamp = timestamp
            self._length = len(payload)
            self._sent_at = now
        return HEADER.pack(PLAIN, second, sequence, timestamp, self.ssrc) + payload
