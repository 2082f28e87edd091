"""Log characteristic functions of busy agents and calls in flight, tabulated by elapsed time."""

import math
from bisect import bisect_right
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pacing.forecast.primitives import HORIZON_COUNT, Primitives

Array = NDArray[np.float64]
Indexes = NDArray[np.intp]

KNOTS_S = np.concatenate([np.arange(0.0, 30.0), np.arange(30.0, 60.0, 2.0), 60.0 * 1.08 ** np.arange(50)])
"""Elapsed times at which rows are kept; between them they are interpolated."""
KNOTS = len(KNOTS_S)
CALL_KNOTS = 46
"""Calls are followed for a minute; one that has rung longer is taken to have rung that long."""
LOGIT_MAX = 6.0
LEVELS = 25
LEVEL_PROBABILITIES = 1.0 / (1.0 + np.exp(-np.linspace(-LOGIT_MAX, LOGIT_MAX, LEVELS)))
"""Answer probabilities are kept at evenly spaced log odds, 0.25 % to 99.75 %, and interpolated in between."""

FIRST_ACW = KNOTS
FIRST_CALL = 2 * KNOTS
ROWS = FIRST_CALL + LEVELS * KNOTS
SQUARE_MIN = 1e-34
"""A characteristic function that vanishes is held just above 0, so that it has a logarithm."""

_LEVEL_LIST = LEVEL_PROBABILITIES.tolist()
_KNOT_NUMBERS = np.arange(KNOTS, dtype=np.float64)


class Window(IntEnum):
    """Sizes of the window of net numbers over which a distribution is resolved."""

    W33 = 33
    W65 = 65
    W129 = 129
    W257 = 257
    W513 = 513
    W1025 = 1025
    W2049 = 2049

    @property
    def frequencies(self) -> int:
        """All there are for small windows; for wide ones those where the characteristic function has not died out."""
        return min((self - 1) // 2, 48)


class Rows:
    """Chances and log characteristic functions by kind and elapsed time; a kind is computed when first needed.

    A row stands for one agent in talk, one in ACW, or one call of a given answer probability, at a knot of elapsed
    time. It holds, per horizon, its chance, signed + for an agent who comes free and - for a person who answers, and
    log φ(t) − i·t·chance at the window's frequencies t.
    """

    def __init__(self, primitives: Primitives) -> None:
        self.primitives = primitives
        self.knot_survivals = primitives.survivals(KNOTS_S)
        self._slot: Indexes = np.full(ROWS, -1, dtype=np.intp)
        self._used = 0
        self._chance = np.zeros((256, HORIZON_COUNT))
        self._moments = np.zeros((256, 3 * HORIZON_COUNT))
        self._logs: dict[Window, NDArray[np.float32]] = {}
        self._filled: dict[Window, int] = {}

    def slots(self, ids: Indexes) -> Indexes:
        """Where those rows are kept; kinds and levels not met before are computed now."""
        slots = self._slot[ids]
        if len(slots) and slots.min() < 0:
            for block in np.unique(ids[slots < 0] // KNOTS).tolist():
                self._compute(block)
            slots = self._slot[ids]
        return slots

    def moments(self, slots: Indexes) -> Array:
        """(rows, 3 x horizons): chances of being free, chances of being answered, variances."""
        return self._moments.take(slots, axis=0)

    def logs(self, slots: Indexes, window: Window) -> NDArray[np.float32]:
        """(rows, horizons x frequencies x 2): centred log characteristic functions, real and imaginary parts."""
        if self._filled.get(window, -1) < self._used:
            self._compute_logs(window)
        return self._logs[window].take(slots, axis=0)

    def _compute(self, block: int) -> None:
        """All rows of talk (block 0), of ACW (1), or of one level of probability (the others)."""
        if block == 0:
            chance = self.primitives.free_from_talk(KNOTS_S)
        elif block == 1:
            chance = self.primitives.free_from_acw(KNOTS_S)
        else:
            probability = LEVEL_PROBABILITIES[block - FIRST_CALL // KNOTS]
            chance = -self.primitives.answered(KNOTS_S[:CALL_KNOTS], np.full(CALL_KNOTS, probability))
        end = self._used + len(chance)
        self._chance = _grown(self._chance, end)
        self._moments = _grown(self._moments, end)
        self._chance[self._used : end] = chance
        variance = np.abs(chance) * (1.0 - np.abs(chance))
        self._moments[self._used : end] = np.hstack((np.maximum(chance, 0.0), np.maximum(-chance, 0.0), variance))
        first = block * KNOTS
        self._slot[first : first + KNOTS] = end - 1
        self._slot[first : first + len(chance)] = np.arange(self._used, end)
        self._used = end

    def _compute_logs(self, window: Window) -> None:
        start = self._filled.get(window, 0)
        angle = 2.0 * math.pi / window * np.arange(1, window.frequencies + 1)
        chance = self._chance[start : self._used, :, None]
        size = np.abs(chance)
        # φ = 1 + q(exp(±it) - 1): its squared modulus is 1 - 2q(1 - q)(1 - cos t).
        square = 1.0 - 2.0 * size * (1.0 - size) * (1.0 - np.cos(angle))
        phase = np.arctan2(chance * np.sin(angle), 1.0 - size + size * np.cos(angle))
        logs = np.empty((*square.shape, 2), dtype=np.float32)
        logs[..., 0] = 0.5 * np.log(np.maximum(square, SQUARE_MIN))
        logs[..., 1] = phase - angle * chance
        flat = logs.reshape(len(chance), 2 * HORIZON_COUNT * window.frequencies)
        held = self._logs.get(window)
        held = np.zeros((256, flat.shape[1]), dtype=np.float32) if held is None else held
        held = _grown(held, self._used)
        held[start : self._used] = flat
        self._logs[window] = held
        self._filled[window] = self._used


def spread(elapsed_s: Array) -> tuple[Indexes, Array]:
    """The knot below each elapsed time, and the share that belongs to the knot above it."""
    place = np.interp(elapsed_s, KNOTS_S, _KNOT_NUMBERS)
    low = np.minimum(place.astype(np.intp), KNOTS - 2)
    return low, place - low


def level_of(probability: float) -> tuple[int, float]:
    """The level below a probability, and the share that belongs to the level above it."""
    level = min(bisect_right(_LEVEL_LIST, probability), LEVELS - 1) - 1
    if level < 0:
        return 0, 0.0
    below = _LEVEL_LIST[level]
    return level, min((probability - below) / (_LEVEL_LIST[level + 1] - below), 1.0)


def levels_of(probability: Array) -> tuple[Indexes, Array]:
    """`level_of` for many."""
    level = np.clip(np.searchsorted(LEVEL_PROBABILITIES, probability, side="right") - 1, 0, LEVELS - 2)
    below = LEVEL_PROBABILITIES[level]
    above = (probability - below) / (LEVEL_PROBABILITIES[level + 1] - below)
    return level, np.clip(above, 0.0, 1.0)


def _grown(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The array, with room for `size` rows."""
    if len(array) >= size:
        return array
    bigger = np.zeros((max(size, 2 * len(array)), *array.shape[1:]), dtype=array.dtype)
    bigger[: len(array)] = array
    return bigger
