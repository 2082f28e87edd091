import numpy as np
import pytest

from dialer.gateway.media.amd.levels import level
from dialer.gateway.media.g711 import PCMA, PCMU, SILENCE, encode


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
@pytest.mark.parametrize("sigma", [60.0, 400.0, 5000.0])
def test_the_level_of_noise_is_its_mean_amplitude(payload_type: int, sigma: float) -> None:
    samples = np.clip(np.random.default_rng(1).normal(0.0, sigma, 8000), -32767, 32767).astype(np.int16)
    assert level(encode(samples, payload_type), payload_type) == pytest.approx(np.abs(samples).mean(), rel=0.1)


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_silence_has_none(payload_type: int) -> None:
    assert level(bytes([SILENCE[payload_type]]) * 160, payload_type) < 15.0
    assert level(b"", payload_type) == 0.0
