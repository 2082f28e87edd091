"""Agents coming free less people answering: the distribution that says what the next call risks."""

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from pacing.forecast.primitives import HORIZON_COUNT, SHARES
from pacing.forecast.rows import Counts, Window

Array = NDArray[np.float64]

WINDOW_SD = 5.0
WINDOW_MARGIN = 4.0
"""The window reaches this many standard deviations, and this many agents more, to either side of the mean."""
ROOM_MIN = 4

_WINDOWS = sorted(Window)
_ANGLES = {w: 2.0 * math.pi / w * np.arange(1, w.frequencies + 1) for w in Window}
_KERNELS = {w: 2.0 / w / HORIZON_COUNT / np.sin(_ANGLES[w] / 2) for w in Window}


class NetForecast:
    """The distribution of agents free less people waiting, at each horizon; calls can be added one by one.

    At horizon k the net number is `surplus` + Σ Bernoulli(free_j,k) − Σ Bernoulli(answered_i,k), a difference of two
    Poisson-binomial variables. Its distribution function at zero is read off the characteristic function by discrete
    Fourier inversion (Hong 2013, Computational Statistics & Data Analysis 59:41) over a window of `WINDOW_SD` standard
    deviations, leaving away the frequencies at which the characteristic function has died out. For small teams that is
    the exact distribution, for large ones an approximation whose error stays under 1e-4: one method, no switch. One
    call more is one multiplication.
    """

    def __init__(self, counts: Counts, new: Counts, new_probability: float, surplus: int) -> None:
        """Take busy agents and calls in flight, one new call likewise, and idle agents less answered calls waiting."""
        self._counts = counts
        self._new = new
        self._new_mean: Array = new_probability * SHARES
        self._surplus = surplus
        moments = counts.moments()
        self.free: Array = moments[:HORIZON_COUNT]
        """Busy agents expected to be free, by horizon."""
        self.answered: Array = moments[HORIZON_COUNT : 2 * HORIZON_COUNT]
        """Answers expected from the calls in flight, by horizon."""
        self._variance: Array = moments[2 * HORIZON_COUNT :]
        self._added = 0
        self._factor: NDArray[np.complex128] | None = None
        self._resolve(ROOM_MIN)

    def risk(self) -> float:
        """Chance that a call placed now, if a person answers it, finds no agent in time."""
        risk = self._constant + float(np.vdot(self._kernel, self._terms.real))
        return min(max(risk, 0.0), 1.0)

    def add_call(self) -> None:
        """Place one more call of the new kind."""
        self._added += 1
        if self._added > self._room:
            self._resolve(4 * self._room)
        else:
            if self._factor is None:
                self._factor = self._new_factor()
            self._terms *= self._factor

    def _resolve(self, room: int) -> None:
        """Choose a window with room for that many calls more, and evaluate the characteristic function on it."""
        self._room = room
        extra = room * self._new_mean
        variance = float((self._variance + extra * (1.0 - self._new_mean)).max())
        need = 2.0 * (WINDOW_SD * math.sqrt(variance) + WINDOW_MARGIN) + float(extra[-1]) + 1.0
        window = _WINDOWS[min(bisect_left(_WINDOWS, need), len(_WINDOWS) - 1)]
        self._window = window
        mean = self.free - self.answered + self._surplus
        low = np.floor(mean - (extra + (window - 1)) / 2)
        below = np.minimum(np.maximum(1.0 - low, 0.0), float(window))
        self._constant = float(below.sum()) / (window * HORIZON_COUNT)
        angle = _ANGLES[window]
        self._kernel = np.sin(below[:, None] * (angle / 2)) * _KERNELS[window]
        turns = (mean - low / 2)[:, None] * (1j * angle)
        turns += self._counts.logs(window).reshape(turns.shape)
        self._terms = np.exp(turns)
        self._factor = None
        if self._added:
            self._factor = self._new_factor()
            self._terms *= self._factor**self._added

    def _new_factor(self) -> NDArray[np.complex128]:
        turns = self._new_mean[:, None] * (-1j * _ANGLES[self._window])
        return np.asarray(np.exp(self._new.logs(self._window).reshape(turns.shape) + turns))
