"""How a conversation sounded, estimated from its figures: the E-model of ITU-T G.107, simplified for G.711.

R = 93.2 - Id - Ie,eff. Id is the delay's part as Cole and Rosenbluth give it ("Voice over IP Performance Monitoring",
2001); Ie,eff the part of loss (G.107 section 7.5) with Ie 0 and Bpl 25.1, G.711 with concealment (G.113 appendix I),
and losses taken for independent (BurstR 1). Echo, noise and the far network are not known to us: an estimate of what
the packets' way allows, not a measurement of what was heard.
"""

R_BEST = 93.2
"""Every other parameter of G.107 at its default."""
LOSS_ROBUSTNESS = 25.1
"""Bpl, percent."""
LONG_DELAY_S = 0.1773
PACKET_S = 0.02
JITTERS_BUFFERED = 2
"""A far end's buffer is taken to hold so many times the jitter."""
MOS_BEST = 4.5


def delay_s(round_trip_s: float | None, jitter_s: float) -> float:
    """Mouth to ear, one way: half the round trip (0 where it is not known), one packet, and the jitter buffer."""
    return (round_trip_s or 0.0) / 2 + PACKET_S + JITTERS_BUFFERED * jitter_s


def rating(loss_rate: float, one_way_s: float) -> float:
    """The rating factor R, 0 to 93.2, of losing `loss_rate` (0..1) of the packets."""
    delayed = 24.0 * one_way_s + max(0.0, 110.0 * (one_way_s - LONG_DELAY_S))
    loss = 100.0 * min(1.0, max(0.0, loss_rate))
    return max(0.0, R_BEST - delayed - 95.0 * loss / (loss + LOSS_ROBUSTNESS))


def mos(loss_rate: float, jitter_s: float, round_trip_s: float | None) -> float:
    """The mean opinion score, 1 to 4.5, that the rating comes to (G.107 annex B)."""
    r = rating(loss_rate, delay_s(round_trip_s, jitter_s))
    return min(MOS_BEST, max(1.0, 1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6))
