import contextlib
import socket
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.ports import free_ports
from dialer.gateway.media.ports import RtpPorts
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media.rtp import RtpPacket, RtpSender
from dialer.gateway.media.stream import Playback, Stream
from dialer.gateway.media_port import MediaError

SIGNALLED = ("192.0.2.10", 4000)
BEHIND_NAT = ("198.51.100.7", 31000)
STRANGER = ("203.0.113.66", 666)


@pytest.fixture
def stream() -> Iterator[Stream]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        yield Stream("4711-1", opened, RtpSender(1, 2, 3))


def packet(payload_type: int = 0) -> RtpPacket:
    return RtpPacket(payload_type, False, 1, 160, 9, b"\xff" * 160)


def test_nothing_is_accepted_before_the_far_end_is_known(stream: Stream) -> None:
    assert not stream.accept(packet(), SIGNALLED, 1.0)
    assert stream.target is None


def test_audio_follows_the_packets_to_where_they_come_from(stream: Stream) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    assert stream.target == SIGNALLED
    assert stream.accept(packet(), BEHIND_NAT, 2.0)
    assert stream.target == BEHIND_NAT


def test_a_stranger_cannot_talk_into_a_call(stream: Stream) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    assert stream.accept(packet(), BEHIND_NAT, 2.0)
    assert not stream.accept(packet(), STRANGER, 2.1)
    assert stream.target == BEHIND_NAT
    assert stream.packets_in == 1


def test_the_signalled_address_takes_over_from_whoever_was_first(stream: Stream) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    assert stream.accept(packet(), STRANGER, 2.0)
    assert stream.accept(packet(), SIGNALLED, 2.1)
    assert not stream.accept(packet(), STRANGER, 2.2)
    assert stream.target == SIGNALLED


def test_a_refreshed_session_keeps_what_was_learned_and_a_moved_one_does_not(stream: Stream) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    stream.accept(packet(), BEHIND_NAT, 2.0)
    stream.connect(*SIGNALLED, 0, 3.0)
    assert stream.target == BEHIND_NAT
    stream.connect("192.0.2.11", 5000, 8, 4.0)
    assert stream.target == ("192.0.2.11", 5000)
    assert stream.payload_type == 8


@pytest.mark.parametrize("held", [("192.0.2.10", 0), ("0.0.0.0", 4000)])
def test_a_far_end_on_hold_is_sent_nothing_and_owes_nothing(stream: Stream, held: tuple[str, int]) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    stream.connect(*held, 0, 2.0)
    assert stream.target is None
    assert not stream.is_overdue(1000.0, 30.0)
    stream.connect(*SIGNALLED, 0, 2000.0)
    assert not stream.is_overdue(2029.9, 30.0)
    assert stream.is_overdue(2030.0, 30.0)


def test_other_payload_types_count_for_nothing(stream: Stream) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    assert not stream.accept(packet(payload_type=96), SIGNALLED, 2.0)
    assert stream.accept(packet(payload_type=8), SIGNALLED, 2.0), "either law may come, whichever we send"
    assert stream.packets_in == 1


def test_a_far_end_is_overdue_from_its_last_packet(stream: Stream) -> None:
    assert not stream.is_overdue(1000.0, 30.0)
    stream.connect(*SIGNALLED, 0, 1.0)
    assert stream.is_overdue(31.0, 30.0)
    stream.accept(packet(), SIGNALLED, 30.0)
    assert not stream.is_overdue(31.0, 30.0)
    assert stream.is_overdue(60.0, 30.0)


def test_bad_far_ends_are_refused_and_change_nothing(stream: Stream) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    with pytest.raises(MediaError, match="payload type 18"):
        stream.connect("192.0.2.11", 5000, 18, 2.0)
    with pytest.raises(MediaError, match=r"'carrier\.example' is not an IP address"):
        stream.connect("carrier.example", 5000, 0, 2.0)
    with pytest.raises(MediaError, match="another IP version"):
        stream.connect("2001:db8::1", 5000, 0, 2.0)
    assert stream.target == SIGNALLED


def test_statistics_are_in_unix_seconds(stream: Stream) -> None:
    assert stream.statistics(1_700_000_000.0).last_packet_at is None
    stream.connect(*SIGNALLED, 0, 1.0)
    stream.accept(packet(), SIGNALLED, 2.5)
    statistics = stream.statistics(1_700_000_000.0)
    assert statistics.last_packet_at == 1_700_000_002.5
    assert (statistics.packets_in, statistics.bytes_in, statistics.packets_out) == (1, 160, 0)


def test_a_playback_ends_after_its_last_frame() -> None:
    playback = Playback(make_prompt("beep", np.full(320, 1000, np.int16)), lambda: None)
    frames = [playback.next_frame(8), playback.next_frame(8), playback.next_frame(8)]
    assert [frame is None for frame in frames] == [False, False, True]


def test_a_far_end_where_its_sdp_says_is_tied_to_until_it_moves() -> None:
    """Over real sockets: strangers are kept out by the kernel, and a far end that moves is heard at its new place."""
    with contextlib.ExitStack() as sockets:
        # A port that was asked for, as the engine's are: one that the kernel chose would be lost with the tie.
        own = sockets.enter_context(RtpPorts("127.0.0.1", port := free_ports(2), port + 1).take())
        own.settimeout(60.0)
        first, second, stranger = (
            sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(3)
        )
        for one in (first, second, stranger):
            one.bind(("127.0.0.1", 0))
            one.settimeout(60.0)
        here = own.getsockname()
        stream = Stream("4711-1", own, RtpSender(1, 2, 3))
        stream.connect(*first.getsockname(), 0, 1.0)
        assert stream.accept(packet(), first.getsockname(), 1.0)
        assert stream.is_tied
        stranger.sendto(b"stranger", here)
        first.sendto(b"first", here)
        assert own.recv(100) == b"first"
        stream.connect(*second.getsockname(), 0, 2.0)
        assert not stream.is_tied
        second.sendto(b"second", here)
        assert own.recvfrom(100) == (b"second", second.getsockname())
        assert own.getsockname() == here
        own.sendto(b"back", second.getsockname())
        assert second.recv(100) == b"back"


def test_a_far_end_behind_nat_is_not_tied_to(stream: Stream) -> None:
    stream.connect(*SIGNALLED, 0, 1.0)
    assert stream.accept(packet(), BEHIND_NAT, 1.0)
    assert not stream.is_tied
