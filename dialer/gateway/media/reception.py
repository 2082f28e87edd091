"""What one far end's packets say of the way they came: loss and jitter, as RFC 3550 counts them."""

from dialer.gateway.media.rtp import SAMPLES_PER_S

DROPOUT_MAX = 3000
"""A leap of more packets than these is a talker who began anew (RFC 3550 appendix A.1)."""
MISORDER_MAX = 100
SEQUENCES = 1 << 16
LOST_MIN, LOST_MAX = -(1 << 23), (1 << 23) - 1
"""Cumulative loss is told in 24 bits, signed."""
JITTER_SHARE = 1 / 16
"""The weight of the newest packet (section 6.4.1)."""


class Reception:
    """Counts one stream's packets; a new SSRC, or a leap, begins a new count that is added to the old ones."""

    __slots__ = (
        "_base",
        "_expected_before",
        "_jitter",
        "_newest",
        "_packets",
        "_packets_before",
        "_past_expected",
        "_past_packets",
        "_transit",
        "ssrc",
    )

    def __init__(self) -> None:
        self.ssrc: int | None = None
        """Of the far end; None before its first packet."""
        self._base = 0
        self._newest = -1
        """The highest sequence number, the times it went round included."""
        self._packets = 0
        self._past_packets = self._past_expected = 0
        self._packets_before = self._expected_before = 0
        """At the last report."""
        self._transit: float | None = None
        self._jitter = 0.0

    def hear(self, ssrc: int, sequence: int, timestamp: int, now: float) -> None:
        """Take note of one packet; `now` in seconds, on a clock that never goes back."""
        step = (sequence - self._newest) & 0xFFFF
        if ssrc != self.ssrc or DROPOUT_MAX < step < SEQUENCES - MISORDER_MAX:
            self._begin(ssrc, sequence)
            step = 1
        self._packets += 1
        if step <= DROPOUT_MAX:
            self._newest += step
        # Appendix A.8; halves of 2**32 because timestamps go round.
        transit = now * SAMPLES_PER_S - timestamp
        if self._transit is not None:
            moved = abs(transit - self._transit)
            if moved < SAMPLES_PER_S * 10:
                self._jitter += (moved - self._jitter) * JITTER_SHARE
        self._transit = transit

    def forget_time(self) -> None:
        """The next packet's way cannot be held against the last one's: an event stood between them."""
        self._transit = None

    def carry(self, packets: int, expected: int) -> None:
        """These came before, elsewhere."""
        self._past_packets, self._past_expected = packets, expected

    @property
    def newest(self) -> int:
        """The extended highest sequence number received, 32 bits."""
        return self._newest & 0xFFFFFFFF

    @property
    def packets(self) -> int:
        """All that came."""
        return self._past_packets + self._packets

    @property
    def expected(self) -> int:
        """All that should have come by now."""
        return self._past_expected + (self._newest - self._base + 1 if self._packets else 0)

    @property
    def lost(self) -> int:
        """Expected less received: below zero where packets came twice (appendix A.3)."""
        return self.expected - self.packets

    @property
    def jitter_s(self) -> float:
        """Interarrival jitter: the mean deviation of the packets' distances from those they were sent with."""
        return self._jitter / SAMPLES_PER_S

    @property
    def jitter(self) -> int:
        """The same in samples, as reports tell it."""
        return int(self._jitter)

    def fraction_lost(self) -> int:
        """Of what was expected since this was last asked, the share that was lost, in 256ths."""
        expected, packets = self.expected, self.packets
        due = expected - self._expected_before
        lost = due - (packets - self._packets_before)
        self._expected_before, self._packets_before = expected, packets
        return 0 if due <= 0 or lost <= 0 else min(255, (lost << 8) // due)

    def _begin(self, ssrc: int, sequence: int) -> None:
        self._past_packets, self._past_expected = self.packets, self.expected
        self.ssrc = ssrc
        self._packets = 0
        self._base = sequence
        self._newest = sequence - 1
        self._transit = None
