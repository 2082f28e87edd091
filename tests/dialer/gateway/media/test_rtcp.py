import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.rtcp import (
    Block,
    Goodbye,
    Report,
    Sent,
    is_rtcp,
    middle,
    ntp_time,
    parse_rtcp,
    write_report,
)
from dialer.gateway.media.rtp import MalformedPacket, RtpSender

U32 = st.integers(0, 2**32 - 1)
BLOCKS = st.builds(Block, U32, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), U32, U32, U32, U32)
SENT = st.builds(Sent, st.integers(0, 2**64 - 1), U32, U32, U32)
REPORTS = st.builds(Report, U32, st.none() | SENT, st.lists(BLOCKS, max_size=31).map(tuple))


@given(REPORTS, st.text(max_size=60))
def test_what_is_written_is_read_again(report: Report, cname: str) -> None:
    data = write_report(report, cname)
    assert len(data) % 4 == 0
    assert is_rtcp(data)
    assert parse_rtcp(data) == [report]


def test_the_last_report_says_goodbye() -> None:
    report = Report(5, None, ())
    assert parse_rtcp(write_report(report, "us", is_last=True)) == [report, Goodbye((5,))]


def test_a_sender_report_has_the_layout_of_the_rfc() -> None:
    """RFC 3550 section 6.4.1: header, SSRC, NTP, RTP time, counts, then the block."""
    block = Block(0xA, 64, -1, 0x10005, 80, 0x01020304, 0x8000)
    data = write_report(Report(0xB, Sent(0x1122334455667788, 9, 10, 1600), (block,)), "x")
    assert data[:8].hex() == "81c8000c0000000b"
    assert data[8:28].hex() == "1122334455667788000000090000000a00000640"
    assert data[28:52].hex() == "0000000a40ffffff00010005000000500102030400008000"
    assert data[52:].hex() == "81ca00020000000b01017800"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(MalformedPacket):
        parse_rtcp(data)


@pytest.mark.parametrize("data", [b"\x80", b"\x41\xc9\0\1\0\0\0\1", b"\x80\xc9\0\5\0\0\0\1", b"\x81\xc9\0\1\0\0\0\1"])
def test_lengths_and_versions_that_do_not_fit_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_rtcp(data)


def test_other_packets_of_a_compound_are_passed_over() -> None:
    own_report = b"\x80\xcc\0\2\0\0\0\1name"
    assert parse_rtcp(own_report + write_report(Report(1, None, ()), "us")) == [Report(1, None, ())]


def test_audio_is_not_taken_for_rtcp() -> None:
    sender = RtpSender(1, 1, 1)
    assert not is_rtcp(sender.write(b"\xff" * 160, 0, 1.0))
    assert not is_rtcp(sender.write(b"\xff" * 160, 8, 1.02))
    assert not is_rtcp(sender.write(b"\1\0\0\0", 101, 1.04))
    assert not is_rtcp(b"")


def test_ntp_begins_in_1900() -> None:
    assert ntp_time(0.0) >> 32 == 2_208_988_800
    assert middle(ntp_time(1.5)) == ((2_208_988_801 & 0xFFFF) << 16) + 0x8000
