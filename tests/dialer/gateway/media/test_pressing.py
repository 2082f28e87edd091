from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.dtmf import KEYS, Events
from dialer.gateway.media.pressing import EVENT_PACKETS, GAP_FRAMES, KEY_FRAMES, WAITING_MAX, Pressing
from dialer.gateway.media.rtp import RtpPacket, RtpSender, parse_packet
from dialer.gateway.media_port import MediaError

SILENCE = b"\xff" * 160


def sent(keys: str, sender: RtpSender | None = None) -> list[RtpPacket]:
    pressing, sender = Pressing(96), sender or RtpSender(7, 100, 5000)
    pressing.add(keys)
    packets = []
    while (data := pressing.next_packet(sender, SILENCE, 0, len(packets) * 0.02)) is not None:
        packets.append(parse_packet(data))
    return packets


def test_a_key_begins_with_a_marker_and_ends_three_times() -> None:
    packets = sent("5")
    events = [packet for packet in packets if packet.payload_type == 96]
    assert len(events) == EVENT_PACKETS
    assert len(packets) == EVENT_PACKETS + GAP_FRAMES
    assert [packet.marker for packet in events] == [True] + [False] * (EVENT_PACKETS - 1)
    assert {packet.timestamp for packet in events} == {5000}
    assert {packet.payload[0] for packet in events} == {5}
    ends = [packet for packet in events if packet.payload[1] & 0x80]
    assert [int.from_bytes(packet.payload[2:4]) for packet in ends] == [KEY_FRAMES * 160] * 3
    lengths = [int.from_bytes(packet.payload[2:4]) for packet in events]
    assert lengths[:KEY_FRAMES] == [160 * count for count in range(1, KEY_FRAMES + 1)]


def test_the_row_of_packets_is_unbroken_and_what_follows_begins_after_the_event() -> None:
    sender = RtpSender(7, 65_530, 0xFFFFFF00)
    before = parse_packet(sender.write(SILENCE, 0, -0.02))
    packets = [before, *sent("1#", sender)]
    steps = [(after.sequence - one.sequence) & 0xFFFF for one, after in pairwise(packets)]
    assert set(steps) == {1}
    assert {packet.ssrc for packet in packets} == {7}
    gap = packets[1 + EVENT_PACKETS]
    assert (gap.timestamp - packets[1].timestamp) & 0xFFFFFFFF == KEY_FRAMES * 160
    times = [packet.timestamp for packet in packets]
    assert all((after - one) & 0xFFFFFFFF < 0x80000000 for one, after in pairwise(times))


@given(st.text(KEYS, min_size=1, max_size=WAITING_MAX))
def test_whoever_reads_events_hears_each_key_once_in_its_order(keys: str) -> None:
    ear = Events()
    heard = [ear.hear(packet) for packet in sent(keys) if packet.payload_type == 96]
    assert "".join(heard) == keys


def test_no_more_wait_than_may() -> None:
    pressing = Pressing(101)
    pressing.add("1" * WAITING_MAX)
    with pytest.raises(MediaError, match="64 keys are still being sent"):
        pressing.add("2")
