import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.rtp import MalformedPacket, RtpPacket, RtpSender, parse_packet

FRAME = b"\xff" * 160
SSRC, SEQUENCE, TIMESTAMP = 0xABCDEF01, 0xFFFE, 0xFFFFFF00


def sender() -> RtpSender:
    return RtpSender(SSRC, SEQUENCE, TIMESTAMP)


def packet(sequence: int, timestamp: int, ssrc: int = 7, marker: bool = False) -> RtpPacket:
    return RtpPacket(0, marker, sequence % 2**16, timestamp % 2**32, ssrc, FRAME)


def relayed(to: RtpSender, source: RtpPacket, now: float) -> RtpPacket:
    return parse_packet(to.relay(source, source.payload, 0, now))


def test_a_plain_packet_is_read() -> None:
    data = struct.pack("!BBHII", 0x80, 0x88, 5, 800, 99) + b"sound"
    assert parse_packet(data) == RtpPacket(8, True, 5, 800, 99, b"sound")


def test_sources_extension_and_padding_are_taken_off() -> None:
    header = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 0, 5, 800, 99)
    sources = bytes(8)
    extension = struct.pack("!HH", 0xBEDE, 1) + bytes(4)
    assert parse_packet(header + sources + extension + b"sound" + b"\x00\x00\x03").payload == b"sound"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x80" * 11, "11 bytes"),
        (b"\x40" + bytes(20), "version 1"),
        (b"\x8f" + bytes(20), "need more"),
        (b"\x90" + bytes(12), "extension is cut off"),
        (b"\x90" + bytes(13) + b"\xff\xff" + bytes(4), "need more"),
        (b"\xa0" + bytes(20), "padding of length 0"),
        (b"\xa0" + bytes(20) + b"\xff", "need more"),
    ],
)
def test_what_is_not_rtp_is_said(data: bytes, says: str) -> None:
    with pytest.raises(MalformedPacket, match=says):
        parse_packet(data)


@given(st.binary(max_size=64))
def test_any_bytes_give_a_packet_or_the_one_error(data: bytes) -> None:
    try:
        parsed = parse_packet(data)
    except MalformedPacket:
        return
    assert len(parsed.payload) <= len(data) - 12


def test_our_own_frames_follow_each_other_and_wrap() -> None:
    ours = sender()
    packets = [parse_packet(ours.write(FRAME, 0, now)) for now in (10.0, 10.021, 10.039)]
    assert [p.sequence for p in packets] == [0xFFFF, 0, 1]
    assert [p.timestamp for p in packets] == [TIMESTAMP, TIMESTAMP + 160, (TIMESTAMP + 320) % 2**32]
    assert [p.marker for p in packets] == [True, False, False]
    assert {p.ssrc for p in packets} == {SSRC}


def test_relayed_packets_keep_their_distances() -> None:
    to = sender()
    first = relayed(to, packet(65535, 1000), 5.0)
    lost_one = relayed(to, packet(65537, 1320), 5.04)
    late = relayed(to, packet(65536, 1160), 5.041)
    assert first.marker
    assert (lost_one.sequence - first.sequence) % 2**16 == 2
    assert (late.sequence - first.sequence) % 2**16 == 1
    assert (late.timestamp - first.timestamp) % 2**32 == 160
    assert not lost_one.marker


def test_a_new_source_takes_over_where_the_clock_says() -> None:
    to = sender()
    silence = parse_packet(to.write(FRAME, 0, 5.0))
    first = relayed(to, packet(30000, 4_000_000_000), 6.0)
    assert first.sequence == (silence.sequence + 1) % 2**16
    assert (first.timestamp - silence.timestamp) % 2**32 == 8000
    assert first.marker
    after = parse_packet(to.write(FRAME, 0, 6.001))
    assert after.sequence == (first.sequence + 1) % 2**16
    assert (after.timestamp - first.timestamp) % 2**32 == 160, "never on top of the packet before"


def test_a_second_customer_with_the_same_ssrc_is_still_another() -> None:
    to = sender()
    first = relayed(to, packet(100, 1000), 5.0)
    to.change_source()
    second = relayed(to, packet(50000, 999_999), 5.02)
    assert (second.sequence - first.sequence) % 2**16 == 1
    assert second.timestamp == (first.timestamp + 160) % 2**32


def test_a_marker_is_passed_on() -> None:
    to = sender()
    relayed(to, packet(1, 160), 5.0)
    assert relayed(to, packet(2, 8160, marker=True), 6.0).marker


@given(
    st.lists(
        st.tuples(st.sampled_from(["ours", "first", "second"]), st.floats(0.0, 0.05)),
        min_size=2,
        max_size=60,
    )
)
def test_whoever_speaks_the_far_end_hears_one_unbroken_talker(turns: list[tuple[str, float]]) -> None:
    to = sender()
    now = 100.0
    sources = {"first": packet(60000, 10, ssrc=1), "second": packet(3, 2**32 - 100, ssrc=2)}
    heard = []
    for who, wait in turns:
        now += wait
        if who == "ours":
            heard.append(parse_packet(to.write(FRAME, 0, now)))
        else:
            last = sources[who]
            sources[who] = packet(last.sequence + 1, last.timestamp + 160, ssrc=last.ssrc)
            heard.append(relayed(to, sources[who], now))
    for before, after in itertools.pairwise(heard):
        assert (after.sequence - before.sequence) % 2**16 == 1
        assert 160 <= (after.timestamp - before.timestamp) % 2**32 < 2**31
    assert {p.ssrc for p in heard} == {SSRC}
