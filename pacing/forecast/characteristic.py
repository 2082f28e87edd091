"""Characteristic functions: of one agent or call, by its chance, and how the distribution of a sum is read off them.

A yes-or-no variable with chance p has the characteristic function 1 + p(exp(it) - 1). The logarithms of independent
ones add up, and the distribution of their sum is read off at evenly spaced frequencies by discrete Fourier inversion
(Hong 2013, Computational Statistics & Data Analysis 59:41). Everything here is fixed by mathematics alone: tables are
made once for a process and serve every campaign.
"""

import math
from bisect import bisect_left
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pacing.forecast.primitives import HORIZON_COUNT, HORIZON_WEIGHTS

Array = NDArray[np.float64]
Single = NDArray[np.float32]

WINDOWS = (17, 25, 33, 41, 49, 65, 81, 97, 129, 193, 257, 385, 513, 769, 1025, 2049, 4097)
"""Sizes of the window of net numbers over which a distribution is resolved."""
FREQUENCIES_MAX = 48
"""Small windows use all frequencies there are; wide ones those where the characteristic function has not died out."""
CHANCES = 1024
"""Logarithms are tabulated at so many steps of the chance, and interpolated in between."""
SQUARE_MIN = 1e-34
"""A characteristic function that vanishes is held just above 0, so that it has a logarithm."""


def window_for(values: float) -> int:
    """The smallest window that holds so many net numbers; the largest there is where none does."""
    return WINDOWS[min(bisect_left(WINDOWS, values), len(WINDOWS) - 1)]


def frequencies(window: int) -> int:
    """How many frequencies a window uses."""
    return min((window - 1) // 2, FREQUENCIES_MAX)


def log_characteristic(chances: Array, window: int) -> Single:
    """(rows, 2 x horizons x frequencies): all real parts, then all imaginary parts.

    Args:
        chances: (rows, horizons); a negative one counts downwards.
        window: one of `WINDOWS`.
    """
    count = frequencies(window)
    place = np.abs(chances) * CHANCES
    low = np.minimum(place.astype(np.intp), CHANCES - 1)
    share = (place - low).astype(np.float32)[..., None]
    table = _table(window)
    logs = table[low]
    logs += share * (table[low + 1] - logs)
    parts = np.empty((len(chances), 2, chances.shape[1], count), dtype=np.float32)
    parts[:, 0] = logs[..., :count]
    np.multiply(logs[..., count:], np.sign(chances).astype(np.float32)[..., None], out=parts[:, 1])
    return parts.reshape(len(chances), 2 * chances.shape[1] * count)


class Kernel(NamedTuple):
    """How to read P(sum <= most) off characteristic functions at every horizon, flat over horizons and frequencies."""

    below: float
    """Share of the window at or under `most`: what a flat distribution would give."""
    factor: Single
    phase: Single
    weighted: Single
    """`factor` times the weight of each horizon."""


@lru_cache(maxsize=8192)
def kernel(window: int, low: int, most: int) -> Kernel:
    """The kernel for P(sum <= most), where the sum lies in the window that begins at `low`."""
    angle = _angles(window)
    count = min(max(most - low + 1, 0), window)
    factor = 2.0 / window * np.sin(count * angle / 2.0) / np.sin(angle / 2.0)
    phase = np.remainder(-angle * (low + (count - 1) / 2.0), 2.0 * math.pi)
    return Kernel(
        count / window,
        np.tile(factor, HORIZON_COUNT).astype(np.float32),
        np.tile(phase, HORIZON_COUNT).astype(np.float32),
        np.outer(HORIZON_WEIGHTS, factor).ravel().astype(np.float32),
    )


def _angles(window: int) -> Array:
    return np.asarray(np.arange(1, frequencies(window) + 1) * (2.0 * math.pi / window), dtype=np.float64)


@cache
def _table(window: int) -> Single:
    """(chances, 2 x frequencies): log φ by chance, real parts and then imaginary ones."""
    angle = _angles(window)
    chance = np.linspace(0.0, 1.0, CHANCES + 1)[:, None]
    # The squared modulus of φ = 1 + p(exp(it) - 1) is 1 - 2p(1 - p)(1 - cos t).
    square = 1.0 - 2.0 * chance * (1.0 - chance) * (1.0 - np.cos(angle))
    phase = np.arctan2(chance * np.sin(angle), 1.0 - chance + chance * np.cos(angle))
    return np.hstack((0.5 * np.log(np.maximum(square, SQUARE_MIN)), phase)).astype(np.float32)
