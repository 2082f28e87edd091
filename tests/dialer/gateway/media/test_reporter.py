import pytest

from dialer.gateway.media.reception import Reception
from dialer.gateway.media.reporter import INTERVAL_S, Reporter
from dialer.gateway.media.rtcp import Report, middle, ntp_time, parse_rtcp
from dialer.gateway.media.rtp import RtpSender, parse_packet

UNIX = 1_700_000_000.0


class Side:
    """One end: what it sends, hears and reports."""

    def __init__(self, ssrc: int, random: float = 0.5) -> None:
        self.sender = RtpSender(ssrc, 1000, 0)
        self.reception = Reception()
        self.reporter = Reporter("us", lambda: random, 0.0)
        self.packets = 0

    def say(self, now: float) -> bytes:
        self.packets += 1
        return self.sender.write(b"\xff" * 160, 0, now)

    def hear(self, data: bytes, now: float) -> None:
        packet = parse_packet(data)
        self.reception.hear(packet.ssrc, packet.sequence, packet.timestamp, now)

    def report(self, now: float) -> bytes:
        return self.reporter.write(self.sender, self.reception, (self.packets, 160 * self.packets), now, UNIX)

    def read(self, data: bytes, now: float) -> None:
        self.reporter.read(data, self.sender, now, UNIX)


def test_one_way_delay_and_loss_come_back_to_the_sender() -> None:
    """40 ms each way, and every fifth packet lost: the sender learns 80 ms and 20 %."""
    us, them = Side(1), Side(2)
    for place in range(101):
        data = us.say(0.02 * place)
        if place % 5 or place in (0, 100):
            them.hear(data, 0.02 * place + 0.04)
    them.read(us.report(2.0), 2.04)
    us.read(them.report(5.04), 5.08)
    assert us.reporter.round_trip_s == pytest.approx(0.08, abs=0.001)
    assert us.reporter.far_loss_rate == pytest.approx(19 / 101)
    assert us.reporter.far_jitter_s == pytest.approx(0.0, abs=0.0002)
    assert us.reporter.received == 1


def test_a_sender_report_maps_our_audio_to_the_wall_clock() -> None:
    us = Side(1)
    us.say(10.0)
    (report,) = parse_rtcp(us.report(10.5))
    assert isinstance(report, Report)
    assert report.sent is not None
    assert report.sent.ntp == ntp_time(UNIX + 10.5)
    assert report.sent.timestamp == 4000
    assert (report.sent.packets, report.sent.octets) == (1, 160)
    assert report.blocks == ()


def test_who_has_sent_nothing_reports_as_a_receiver() -> None:
    us, them = Side(1), Side(2)
    us.hear(them.say(1.0), 1.0)
    (report,) = parse_rtcp(us.report(3.0))
    assert isinstance(report, Report)
    assert report.sent is None
    assert [block.ssrc for block in report.blocks] == [2]
    assert report.blocks[0].last_report == 0, "no sender report has come"


def test_reports_echo_the_last_sender_report_and_how_long_ago_it_came() -> None:
    us, them = Side(1), Side(2)
    us.hear(them.say(1.0), 1.0)
    us.read(them.report(2.0), 2.1)
    (report,) = parse_rtcp(us.report(3.6))
    assert isinstance(report, Report)
    assert report.blocks[0].last_report == middle(ntp_time(UNIX + 2.0))
    assert report.blocks[0].since_last_report == pytest.approx(1.5 * 65536, abs=1)


def test_what_is_said_of_another_sender_is_not_ours() -> None:
    us, them, other = Side(1), Side(2), Side(3)
    them.hear(other.say(0.0), 0.1)
    us.read(them.report(1.0), 1.1)
    assert us.reporter.far_loss_rate is None
    assert us.reporter.round_trip_s is None


def test_the_first_report_comes_after_half_an_interval_and_the_rest_spread_around_it() -> None:
    early, late = Reporter("us", lambda: 0.0, 0.0), Reporter("us", lambda: 1.0, 0.0)
    assert early.due_at == pytest.approx(INTERVAL_S / 4 / 1.21828)
    assert late.due_at == pytest.approx(3 * INTERVAL_S / 4 / 1.21828)
    us = Side(1)
    us.report(10.0)
    assert us.reporter.due_at == pytest.approx(10.0 + INTERVAL_S / 1.21828)
