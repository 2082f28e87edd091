import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.amd.tones import BLOCK_SAMPLES, find_tones
from dialer.gateway.media.g711 import PCMU, decode, encode


def block(*parts: tuple[float, float], noise: float = 0.0) -> np.ndarray:
    at = np.arange(BLOCK_SAMPLES) / 8000
    sound = sum(amplitude * np.sin(2 * np.pi * hz * at + hz) for hz, amplitude in parts)
    sound = sound + np.random.default_rng(3).normal(0.0, noise, BLOCK_SAMPLES) if noise else sound
    return decode(encode(np.asarray(sound).astype(np.int16), PCMU), PCMU)


@given(st.floats(350.0, 2400.0))
def test_a_tone_is_found_where_it_is_with_all_its_power(hz: float) -> None:
    strongest = find_tones(block((hz, 6000.0)))[0]
    assert abs(strongest.frequency_hz - hz) < 8.0
    assert strongest.share > 0.9


def test_two_tones_are_told_apart() -> None:
    found = find_tones(block((480.0, 4000.0), (620.0, 4000.0)))
    assert sorted(round(one.frequency_hz / 10) * 10 for one in found) == [480, 620]
    assert sum(one.share for one in found) > 0.9


@pytest.mark.parametrize("noise", [200.0, 3000.0])
def test_noise_has_no_tone_worth_the_name(noise: float) -> None:
    assert sum(one.share for one in find_tones(block((1.0, 0.0), noise=noise))) < 0.5


def test_silence_has_none() -> None:
    assert find_tones(np.zeros(BLOCK_SAMPLES, np.int16)) == ()
