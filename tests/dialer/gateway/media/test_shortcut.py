"""The short way of a packet does what the long way does, and leaves to it what is out of the ordinary."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.gateway.media.g711 import PCMA, PCMU, translate
from dialer.gateway.media.rtp import RtpPacket, RtpSender, parse_packet
from dialer.gateway.media.shortcut import Shortcut
from dialer.gateway.media.stream import Stream

FRAME = bytes(range(160))


def bound() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    opened.setblocking(False)
    return opened


class Pair:
    """Two streams, one relayed to the other, each with a far end."""

    def __init__(self, payload_type: int = PCMU) -> None:
        self.talker, self.listener = bound(), bound()
        self.streams = [Stream(name, bound(), RtpSender(n, 10, 20)) for n, name in enumerate(("call", "leg"))]
        for stream, far in zip(self.streams, (self.talker, self.listener), strict=True):
            far.connect(stream.socket.getsockname())
            stream.connect("127.0.0.1", far.getsockname()[1], PCMU, 0.0)
            stream.accept(RtpPacket(PCMU, False, 1, 160, 99, FRAME), far.getsockname(), 0.0)
        self.call, self.leg = self.streams
        self.leg.payload_type = payload_type
        self.call.relays_to = self.leg
        self.shortcut = Shortcut()

    def begin(self) -> None:
        """The talker's first packet has gone the long way."""
        self.leg.sender.relay(RtpPacket(PCMU, True, 1, 160, 99, FRAME), FRAME, self.leg.payload_type, 0.0)

    def say(self, data: bytes, now: float = 0.02) -> bool:
        self.talker.send(data)
        return self.shortcut.pass_on(self.call, now)

    def heard(self) -> RtpPacket:
        return parse_packet(self.listener.recv(2048))


@contextmanager
def pair(payload_type: int = PCMU) -> Iterator[Pair]:
    made = Pair(payload_type)
    try:
        yield made
    finally:
        for opened in (made.talker, made.listener, made.call.socket, made.leg.socket):
            opened.close()


def packet(sequence: int, payload_type: int = PCMU, payload: bytes = FRAME, ssrc: int = 99) -> bytes:
    return struct.pack("!BBHII", 0x80, payload_type, sequence, 160 * sequence, ssrc) + payload


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_a_packet_is_passed_on_and_counted_on_both_sides(payload_type: int) -> None:
    with pair(payload_type) as room:
        room.begin()
        assert room.say(packet(2))
        heard = room.heard()
        assert (heard.payload_type, heard.ssrc, heard.marker) == (payload_type, 1, False)
        assert heard.payload == translate(FRAME, PCMU, payload_type)
        assert (room.call.packets_in, room.call.bytes_in, room.call.heard_at) == (2, 320, 0.02)
        assert (room.leg.packets_out, room.leg.bytes_out) == (1, 160)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 400)), min_size=1, max_size=20))
def test_it_writes_what_the_long_way_writes(said: list[tuple[int, int]]) -> None:
    with pair() as room:
        room.begin()
        twin = RtpSender(1, 10, 20)
        first = RtpPacket(PCMU, True, 1, 160, 99, FRAME)
        twin.relay(first, FRAME, PCMU, 0.0)
        for n, (sequence, length) in enumerate(said):
            data = packet(sequence, payload=bytes(length))
            now = 0.02 * (n + 1)
            assert room.say(data, now)
            expected = twin.relay(parse_packet(data), bytes(length), PCMU, now)
            assert room.listener.recv(2048) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"\x80",
        packet(2)[:12],
        packet(2, payload_type=101),
        packet(2, payload_type=0x80),
        packet(2, payload_type=18),
        packet(2, ssrc=5),
        b"\x90" + packet(2)[1:],
        b"\x80\xc8" + packet(2)[2:],
    ],
    ids=["too-short", "no-sound", "a-key", "a-marker", "another-codec", "a-new-talker", "an-extension", "rtcp"],
)
def test_what_is_out_of_the_ordinary_is_handed_back_whole(data: bytes) -> None:
    with pair() as room:
        room.begin()
        assert not room.say(data)
        assert room.shortcut.received == data
        assert room.call.packets_in == 1


def test_a_talker_whose_first_packet_was_not_passed_on_yet_goes_the_long_way() -> None:
    with pair() as room:
        assert not room.say(packet(2))
        room.begin()
        room.leg.sender.change_source()
        assert not room.say(packet(3))


def test_who_listens_hears_it_first_and_may_end_it() -> None:
    heard: list[bytes] = []
    with pair() as room:
        room.begin()

        def ear(payload: bytes, payload_type: int) -> None:
            assert payload_type == PCMU
            heard.append(payload)
            if len(heard) == 2:
                room.call.relays_to = None

        room.call.ears = (ear,)
        assert room.say(packet(2))
        assert room.heard().payload == FRAME
        assert room.say(packet(3))
        assert heard == [FRAME, FRAME]
        with pytest.raises(BlockingIOError):
            room.heard()


def test_a_false_alarm_and_a_far_end_that_is_gone_harm_nothing() -> None:
    with pair() as room:
        room.begin()
        assert room.shortcut.pass_on(room.call, 0.02)
        room.listener.close()
        for sequence in (2, 3, 4):
            assert room.say(packet(sequence))
        assert room.call.packets_in == 4
