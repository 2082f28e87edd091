import pytest

from campaigns.quality import Audio
from dialer.gateway.call_quality import call_quality
from dialer.gateway.media_port import StreamStatistics


def test_a_call_without_a_packet_had_no_audio_from_there() -> None:
    quality = call_quality(StreamStatistics(packets_out=500))
    assert quality.audio is Audio.NONE_CAME
    assert (quality.loss_rate, quality.jitter_s, quality.mos) == (None, None, None)


def test_silence_alone_is_told_from_sound() -> None:
    figures = {"packets_in": 100, "packets_expected": 100}
    assert call_quality(StreamStatistics(**figures)).audio is Audio.SILENCE_CAME
    assert call_quality(StreamStatistics(**figures, has_sound=True)).audio is Audio.BOTH_WAYS


def test_a_far_end_that_lost_all_we_said_heard_nobody() -> None:
    figures = StreamStatistics(packets_in=100, packets_expected=100, has_sound=True, far_loss_rate=0.99)
    assert call_quality(figures).audio is Audio.NONE_ARRIVED


def test_the_figures_are_the_streams_and_the_score_is_the_e_models() -> None:
    quality = call_quality(
        StreamStatistics(
            packets_in=950, packets_expected=1000, jitter_s=0.004, has_sound=True, round_trip_s=0.1, far_loss_rate=0.02
        )
    )
    assert quality.loss_rate == pytest.approx(0.05)
    assert (quality.jitter_s, quality.round_trip_s, quality.far_loss_rate) == (0.004, 0.1, 0.02)
    assert quality.mos == pytest.approx(3.81, abs=0.05)


def test_packets_that_came_twice_are_no_loss_below_zero() -> None:
    quality = call_quality(StreamStatistics(packets_in=110, packets_expected=100, has_sound=True))
    assert quality.loss_rate == 0.0
