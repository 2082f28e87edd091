"""What a stream's figures say of its call: for the CDR."""

from campaigns.quality import Audio, CallQuality
from dialer.gateway.media.quality import mos
from dialer.gateway.media_port import StreamStatistics

ONE_WAY_LOSS = 0.95
"""A far end that lost more of our packets than this heard nobody."""


def call_quality(statistics: StreamStatistics) -> CallQuality:
    """The quality of an answered call at its end."""
    far_loss = statistics.far_loss_rate
    if not statistics.packets_in:
        return CallQuality(audio=Audio.NONE_CAME, far_loss_rate=far_loss, round_trip_s=statistics.round_trip_s)
    expected = max(statistics.packets_expected, statistics.packets_in)
    loss_rate = 1.0 - statistics.packets_in / expected
    return CallQuality(
        audio=_audio(statistics),
        jitter_s=round(statistics.jitter_s, 6),
        loss_rate=round(loss_rate, 6),
        far_loss_rate=None if far_loss is None else round(far_loss, 6),
        round_trip_s=None if statistics.round_trip_s is None else round(statistics.round_trip_s, 6),
        mos=round(mos(loss_rate, statistics.jitter_s, statistics.round_trip_s), 3),
    )


def _audio(statistics: StreamStatistics) -> Audio:
    if statistics.far_loss_rate is not None and statistics.far_loss_rate >= ONE_WAY_LOSS:
        return Audio.NONE_ARRIVED
    return Audio.BOTH_WAYS if statistics.has_sound else Audio.SILENCE_CAME
