"""The RTCP side of one stream: when a report is due, what it says, and what the far end's reports tell us."""

from collections.abc import Callable

from dialer.gateway.media.reception import LOST_MAX, LOST_MIN, Reception
from dialer.gateway.media.rtcp import Block, Report, Sent, middle, ntp_time, parse_rtcp, write_report
from dialer.gateway.media.rtp import SAMPLES_PER_S, RtpSender

INTERVAL_S = 5.0
"""The least mean time between two reports (RFC 3550 section 6.2); two far ends never fill 5 % of any line."""
COMPENSATION = 1.21828
"""Section 6.3.1: e - 1.5, for timers that are reconsidered; it keeps our mean what it should be among others."""
UNITS_PER_S = 65536


class Reporter:
    """Writes and reads the reports of one stream; `now` is on the engine's clock, `unix_offset` makes it Unix time."""

    __slots__ = (
        "_cname",
        "_heard",
        "_heard_at",
        "_random",
        "due_at",
        "far_jitter_s",
        "far_loss_rate",
        "has_sent",
        "received",
        "round_trip_s",
    )

    def __init__(self, cname: str, random: Callable[[], float], now: float) -> None:
        """`random` gives numbers 0..1; the first report is due after half an interval."""
        self._cname = cname
        self._random = random
        self._heard = 0
        self._heard_at = now
        self.due_at = now + self._interval_s() / 2
        self.has_sent = False
        self.received = 0
        """Reports that came."""
        self.round_trip_s: float | None = None
        """The newest one measured."""
        self.far_loss_rate: float | None = None
        """Of what we sent, since the beginning, as the far end counts it."""
        self.far_jitter_s: float | None = None

    def write(
        self,
        sender: RtpSender,
        reception: Reception,
        sent: tuple[int, int],
        now: float,
        unix_offset: float,
        *,
        is_last: bool = False,
    ) -> bytes:
        """The report that is due, and when the next will be; `sent` is our packets and octets so far."""
        self.due_at = now + self._interval_s()
        self.has_sent = True
        blocks: tuple[Block, ...] = ()
        if reception.ssrc is not None:
            since = round((now - self._heard_at) * UNITS_PER_S) if self._heard else 0
            lost = min(LOST_MAX, max(LOST_MIN, reception.lost))
            loss = reception.fraction_lost(), lost, reception.newest, reception.jitter
            blocks = (Block(reception.ssrc, *loss, self._heard, since),)
        own = Sent(ntp_time(now + unix_offset), sender.timestamp_at(now), *sent) if sent[0] else None
        return write_report(Report(sender.ssrc, own, blocks), self._cname, is_last=is_last)

    def read(self, data: bytes, sender: RtpSender, now: float, unix_offset: float) -> None:
        """Take note of a datagram.

        Raises:
            MalformedPacket: It is no RTCP.
        """
        for packet in parse_rtcp(data):
            if not isinstance(packet, Report):
                continue
            self.received += 1
            if packet.sent is not None:
                self._heard = middle(packet.sent.ntp)
                self._heard_at = now
            for block in packet.blocks:
                if block.ssrc == sender.ssrc:
                    self._take(block, sender, middle(ntp_time(now + unix_offset)))

    def _take(self, block: Block, sender: RtpSender, here: int) -> None:
        self.far_jitter_s = block.jitter / SAMPLES_PER_S
        expected = sender.sent_up_to(block.newest)
        if expected > 0:
            self.far_loss_rate = min(1.0, max(0.0, block.lost / expected))
        if block.last_report:
            # Figure 2 of section 6.4.1; what is below zero is a clock's grain.
            passed = (here - block.last_report - block.since_last_report) & 0xFFFFFFFF
            self.round_trip_s = 0.0 if passed >> 31 else passed / UNITS_PER_S

    def _interval_s(self) -> float:
        return INTERVAL_S * (0.5 + self._random()) / COMPENSATION
