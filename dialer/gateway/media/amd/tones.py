"""Pure tones in a block of sound: Goertzel's algorithm at every 25 Hz of the telephone band, all of it as one product.

A tone that lies between two of these frequencies shows in both; the sum of three neighbours under a Hann window is its
power wherever it lies, within 3 %.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dialer.gateway.media.g711 import SAMPLE_RATE, Samples

BLOCK_SAMPLES = 320
"""40 ms: 25 Hz apart, tones are told from each other."""
STEP_HZ = 25
LOWEST_HZ = 300
HIGHEST_HZ = 2475
SHARE_MIN = 0.12
"""Less of the block's power than this is no tone."""

_FREQUENCIES = np.arange(LOWEST_HZ, HIGHEST_HZ + STEP_HZ, STEP_HZ)
_WINDOW = np.hanning(BLOCK_SAMPLES + 1)[:-1]
_PHASES = 2.0 * np.pi * np.outer(_FREQUENCIES, np.arange(BLOCK_SAMPLES)) / SAMPLE_RATE
_BANK = np.concatenate([_WINDOW * np.cos(_PHASES), _WINDOW * np.sin(_PHASES)]).astype(np.float32)
_WINDOW_POWER = float(np.sum(_WINDOW**2))
_TO_POWER = 2.0 / float(np.sum(_WINDOW)) ** 2 / 1.5
"""From the summed squares of three neighbours to the power of the tone."""

FloatBlock = NDArray[np.float32]


class Tone(NamedTuple):
    """One pure tone."""

    frequency_hz: float
    share: float
    """Its part of the block's power, 0..1."""


def find_tones(samples: Samples) -> tuple[Tone, ...]:
    """The two strongest tones of a block of `BLOCK_SAMPLES`, strongest first; speech has weak ones, noise none."""
    block = samples.astype(np.float32)
    windowed = block * _WINDOW_FLOAT
    power = float(windowed @ windowed) / _WINDOW_POWER
    if power < 1.0:
        return ()
    parts = _BANK @ block
    half = len(_FREQUENCIES)
    squares = parts[:half] ** 2 + parts[half:] ** 2
    found = []
    for _ in range(2):
        at = int(squares.argmax())
        low, high = max(0, at - 1), min(half, at + 2)
        near = squares[low:high]
        total = float(near.sum())
        share = total * _TO_POWER / power
        if share < SHARE_MIN:
            break
        found.append(Tone(float(near @ _FREQUENCIES[low:high]) / total, min(1.0, share)))
        squares[max(0, at - 3) : at + 4] = 0.0
    return tuple(found)


_WINDOW_FLOAT: FloatBlock = _WINDOW.astype(np.float32)
