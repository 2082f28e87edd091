"""Agents coming free less people answering: the distribution that says what the next call risks."""

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from pacing.forecast.primitives import HORIZON_COUNT, SHARES
from pacing.forecast.rows import FIRST_CALL, KNOTS, Rows, Window, level_of, spread

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Indexes = NDArray[np.intp]

WINDOW_SD = 5.0
WINDOW_MARGIN = 4.0
"""The window reaches this many standard deviations, and this many agents more, to either side of the mean."""
ROOM_MIN = 2.0
"""Answers that calls still to be added may bring before the window is laid anew."""

_WINDOWS = sorted(Window)
_ANGLES = {w: 2.0 * math.pi / w * np.arange(1, w.frequencies + 1) for w in Window}
_KERNELS = {w: 2.0 / w / np.sin(_ANGLES[w] / 2) for w in Window}


class NetForecast:
    """The distribution of agents free less people waiting, at each horizon; calls can be added and taken out singly.

    At horizon k the net number is `surplus` + Σ Bernoulli(free_j,k) − Σ Bernoulli(answered_i,k), a difference of two
    Poisson-binomial variables. Its distribution function at zero is read off the characteristic function by discrete
    Fourier inversion (Hong 2013, Computational Statistics & Data Analysis 59:41) over a window of `WINDOW_SD` standard
    deviations, leaving away the frequencies at which the characteristic function has died out. For small teams that is
    the exact distribution, for large ones an approximation whose error stays under 2e-4: one method, no switch. One
    call more or less is one multiplication.
    """

    def __init__(self, rows: Rows, ids: Indexes, weights: Array, surplus: int) -> None:
        """Take busy agents and calls in flight counted by row, and idle agents less answered calls waiting."""
        self._rows = rows
        self._ids = [ids]
        self._weights = [weights]
        self._surplus = surplus
        self._slots = rows.slots(ids)
        moments = weights @ rows.moments(self._slots)
        self.free: Array = moments[:HORIZON_COUNT]
        """Busy agents expected to be free, by horizon."""
        self.answered: Array = moments[HORIZON_COUNT : 2 * HORIZON_COUNT]
        """Answers expected from the calls in flight, by horizon."""
        self._variance: Array = moments[2 * HORIZON_COUNT :]
        self._resolve(weights, ROOM_MIN)

    def risk(self) -> float:
        """Chance that a call placed now, if a person answers it, finds no agent in time."""
        risk = self._constant + float(np.vdot(self._kernel, self._terms.real)) / HORIZON_COUNT
        return min(max(risk, 0.0), 1.0)

    def shortfall(self) -> Array:
        """Chance, by horizon, that no agent is left for one answer more."""
        return np.asarray(np.clip(self._below / self._window + (self._kernel * self._terms.real).sum(axis=1), 0.0, 1.0))

    def add(self, probability: float) -> None:
        """Place one more call, which a person answers with that probability."""
        level, above = level_of(probability)
        first = FIRST_CALL + level * KNOTS
        self._change(np.array((first, first + KNOTS)), np.array((1.0 - above, above)))
        self._room -= probability
        if self._room < 0.0:
            self._relay()

    def remove(self, age_s: float, probability: float) -> None:
        """Take out a call in flight of that age."""
        self._change(*_call_rows(age_s, probability, -1.0))

    def put_back(self, age_s: float, probability: float) -> None:
        """Undo `remove`."""
        self._change(*_call_rows(age_s, probability, 1.0))

    def _change(self, ids: Indexes, weights: Array) -> None:
        self._ids.append(ids)
        self._weights.append(weights)
        slots = self._rows.slots(ids)
        moments = weights @ self._rows.moments(slots)
        answered = moments[HORIZON_COUNT : 2 * HORIZON_COUNT]
        self.answered = self.answered + answered
        self._variance = self._variance + moments[2 * HORIZON_COUNT :]
        self._terms *= np.exp(self._logs(slots, weights) - answered[:, None] * (1j * _ANGLES[self._window]))

    def _relay(self) -> None:
        """Lay a wider window, with room for as many answers again as have been added."""
        self._slots = self._rows.slots(np.concatenate(self._ids))
        added = sum(float(weights.sum()) for weights in self._weights[1:])
        self._resolve(np.concatenate(self._weights), max(2.0 * ROOM_MIN, added / 2))

    def _resolve(self, weights: Array, room: float) -> None:
        """Choose a window with room for that many answers more, and evaluate the characteristic function on it."""
        self._room = room
        extra = room * SHARES
        sd = math.sqrt(float(self._variance.max()) + room)
        need = 2.0 * (WINDOW_SD * sd + WINDOW_MARGIN) + room + 1.0
        window = _WINDOWS[min(bisect_left(_WINDOWS, need), len(_WINDOWS) - 1)]
        self._window = window
        mean = self.free - self.answered + self._surplus
        low = np.floor(mean - (extra + (window - 1)) / 2)
        self._below = np.minimum(np.maximum(1.0 - low, 0.0), float(window))
        self._constant = float(self._below.sum()) / (window * HORIZON_COUNT)
        angle = _ANGLES[window]
        self._kernel = np.sin(self._below[:, None] * (angle / 2)) * _KERNELS[window]
        turns = (mean - low / 2)[:, None] * (1j * angle)
        turns += self._logs(self._slots, weights)
        self._terms: Complex = np.exp(turns)

    def _logs(self, slots: Indexes, weights: Array) -> NDArray[np.complex64]:
        """(horizons, frequencies): sum of the counted rows' centred log characteristic functions."""
        logs = weights.astype(np.float32) @ self._rows.logs(slots, self._window)
        return np.asarray(logs.view(np.complex64).reshape(HORIZON_COUNT, -1))


def _call_rows(age_s: float, probability: float, weight: float) -> tuple[Indexes, Array]:
    """The rows over which one call is spread."""
    level, above = level_of(probability)
    low, share = spread(np.array([age_s]))
    first = FIRST_CALL + level * KNOTS + int(low[0])
    knots = weight * np.array((1.0 - share[0], share[0]))
    ids = np.array((first, first + 1, first + KNOTS, first + KNOTS + 1))
    return ids, np.concatenate((knots * (1.0 - above), knots * above))
