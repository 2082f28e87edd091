import pytest

from dialer.gateway.media.g711 import PCMA, PCMU, SILENCE
from simulation.carrier.sound import TONES, is_silent, listen, tone_frames, tone_of


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
@pytest.mark.parametrize("place", [0, 1, 77, 149])
def test_a_tone_is_recognised_by_pitch_and_loudness(place: int, payload_type: int) -> None:
    frames = tone_frames(tone_of(place), payload_type)
    heard = listen(frames[7:27], payload_type)
    assert heard.frequency_hz == pytest.approx(tone_of(place), abs=3.0), "tones are 20 Hz apart"
    assert heard.level_db == pytest.approx(-15.05, abs=0.2), "a sine of a quarter of full scale"


def test_there_are_as_many_tones_as_said() -> None:
    assert len({tone_of(place) for place in range(TONES)}) == TONES
    assert tone_of(TONES) == tone_of(0)
    assert max(tone_of(place) for place in range(TONES)) < 3400


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_silence_is_silence(payload_type: int) -> None:
    frame = bytes([SILENCE[payload_type]]) * 160
    assert is_silent(frame, payload_type)
    assert not is_silent(frame[1:] + b"\x00", payload_type)
    assert listen([frame] * 20, payload_type).frequency_hz is None
    assert listen([], payload_type).level_db == float("-inf")
