"""The short way of a packet: from a far end that its stream is tied to, to the one other that hears it.

Nearly all packets go this way, so it is written for them alone: read into one buffer, the header's numbers changed
where they lie, sent from there. Whatever is out of the ordinary (another header, keys, RTCP, a new talker) is handed
back and goes the long way, which does the same for all.
"""

from typing import Final

from dialer.gateway.media.g711 import TRANSLATION
from dialer.gateway.media.rtp import HEADER, HEADER_BYTES, PLAIN
from dialer.gateway.media.stream import LISTENED_EVERY, PAYLOAD_TYPES, Stream

DATAGRAM_BYTES_MAX: Final = 2048


class Shortcut:
    """One buffer and what has just been read into it."""

    __slots__ = ("_buffer", "_length", "_views")

    def __init__(self) -> None:
        self._buffer = bytearray(DATAGRAM_BYTES_MAX)
        self._length = 0
        whole = memoryview(self._buffer)
        self._views = [whole[:length] for length in range(DATAGRAM_BYTES_MAX + 1)]

    @property
    def received(self) -> bytes:
        """The datagram that was not passed on."""
        return self._views[self._length].tobytes()

    def pass_on(self, stream: Stream, now: float) -> bool:
        """Read a packet and pass it on; False where that is for others to do, with what was `received`.

        True as well where nothing was to be read: a false alarm, or nobody at home there, which says nothing of the
        call.
        """
        buffer = self._buffer
        try:
            length = self._length = stream.socket.recv_into(buffer)
        except OSError:
            return True
        to, reception = stream.relays_to, stream.reception
        if to is None or not to.is_tied or length <= HEADER_BYTES:
            return False
        first, payload_type, sequence, timestamp, ssrc = HEADER.unpack_from(buffer)
        if first != PLAIN or payload_type not in PAYLOAD_TYPES or not ssrc == reception.ssrc == to.sender.source:
            return False
        size = length - HEADER_BYTES
        reception.hear(ssrc, sequence, timestamp, now)
        stream.packets_in += 1
        stream.bytes_in += size
        stream.heard_at = now
        if not (stream.has_sound or sequence % LISTENED_EVERY):
            stream.look_for_sound(buffer[HEADER_BYTES:length], payload_type)
        if stream.ears:
            payload = self._views[length][HEADER_BYTES:].tobytes()
            for ear in stream.ears:
                ear(payload, payload_type)
            if stream.relays_to is not to:
                # An ear has had the bridge undone.
                return True
        if payload_type != to.payload_type:
            table = TRANSLATION[payload_type, to.payload_type]
            buffer[HEADER_BYTES:length] = buffer[HEADER_BYTES:length].translate(table)
            buffer[1] = to.payload_type
        to.sender.readdress(buffer, size, sequence, timestamp, now)
        try:
            to.socket.send(self._views[length])
        except OSError:
            # Full buffers and unreachable far ends lose packets; the media timeout notices where it lasts.
            return True
        to.packets_out += 1
        to.bytes_out += size
        return True
