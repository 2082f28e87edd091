"""Agents coming free less people answering: the distribution that says what the next call risks."""

import math

import numpy as np
from numpy.typing import NDArray

from pacing.forecast.characteristic import frequencies, kernel, window_for
from pacing.forecast.primitives import HORIZON_COUNT, HORIZON_WEIGHTS
from pacing.forecast.rows import CALL_KNOTS, CALLS_FROM_S, FIRST_CALL, Rows, Selection, level_of, spread

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Indexes = NDArray[np.intp]

HORIZONS = range(HORIZON_COUNT)
WINDOW_SD = 4.5
WINDOW_MARGIN = 2.5
"""The window reaches this many standard deviations, and this many agents more, beyond the means of all horizons."""
ROOM_MIN = 1.0
"""Answers that calls still to be added may bring before the window is laid anew."""

Part = tuple[Selection, Array]
"""Rows, and how often each is counted."""


class NetForecast:
    """The distribution of agents free less people waiting, at each horizon; calls can be added and taken out singly.

    At horizon k the net number is `surplus` + Σ Bernoulli(free_j,k) − Σ Bernoulli(answered_i,k), a difference of two
    Poisson-binomial variables. Its distribution function at zero is read off the characteristic function over a window
    of `WINDOW_SD` standard deviations. For small teams that is the exact distribution, for large ones an approximation
    whose error stays under 2e-4: one method, no switch. One call more or less is one addition.
    """

    def __init__(self, rows: Rows, parts: list[Part], surplus: int) -> None:
        """Take busy agents and calls in flight counted by row, and idle agents less answered calls waiting."""
        self._rows = rows
        self._parts = parts
        self._surplus = surplus
        selection, weights = parts[0]
        moments = weights @ selection.moments
        for selection, weights in parts[1:]:
            moments = moments + weights @ selection.moments
        self._moments: Array = moments
        self._added = 0.0
        self._fresh: tuple[tuple[float, int], Part, Array, Single] | None = None
        """The call added last, by probability and window, and what it added: most often the next one is the same."""
        self._lay(ROOM_MIN)

    @property
    def free(self) -> Array:
        """Busy agents expected to be free, by horizon."""
        return self._moments[:HORIZON_COUNT]

    @property
    def answered(self) -> Array:
        """Answers expected from the calls in flight, by horizon."""
        return self._moments[HORIZON_COUNT : 2 * HORIZON_COUNT]

    def expected(self) -> tuple[float, float]:
        """Agents expected to be free and answers expected by the last horizon."""
        moments = self._moments
        return float(moments[HORIZON_COUNT - 1]), float(moments[2 * HORIZON_COUNT - 1])

    def risk(self) -> float:
        """Chance that a call placed now, if a person answers it, finds no agent in time."""
        kernel = self._kernel
        risk = kernel.below + float(np.dot(kernel.weighted, self._terms()))
        return min(max(risk, 0.0), 1.0)

    def shortfall(self) -> Array:
        """Chance, by horizon, that no agent is left for one answer more."""
        kernel = self._kernel
        terms = (kernel.factor * self._terms()).reshape(HORIZON_COUNT, -1)
        return np.asarray(np.clip(kernel.below + terms.sum(axis=1, dtype=np.float64), 0.0, 1.0))

    def add(self, probability: float) -> None:
        """Place one more call, which a person answers with that probability."""
        key = (probability, self._window)
        if self._fresh is None or self._fresh[0] != key:
            level, above = level_of(probability)
            part = self._rows.fresh(level), np.array((1.0 - above, above))
            self._fresh = key, part, *self._counted(*part)
        _, part, moments, logs = self._fresh
        self._parts.append(part)
        self._moments = self._moments + moments
        self._logs += logs
        self._added += probability
        if self._added > self._room:
            self._lay(2.0 * self._room)

    def remove(self, age_s: float, probability: float) -> Part:
        """Take out a call in flight of that age; what is given back puts it in again."""
        selection, weights = self._call(age_s, probability)
        self._change(selection, -weights)
        return selection, weights

    def put_back(self, removed: Part) -> None:
        """Undo `remove`."""
        self._change(*removed)

    def _change(self, selection: Selection, weights: Array) -> None:
        moments, logs = self._counted(selection, weights)
        self._parts.append((selection, weights))
        self._moments = self._moments + moments
        self._logs += logs

    def _counted(self, selection: Selection, weights: Array) -> tuple[Array, Single]:
        """What rows so often counted come to: moments, and logarithms on the present window."""
        return weights @ selection.moments, weights.astype(np.float32) @ selection.logs(self._window)

    def _lay(self, room: float) -> None:
        """Choose a window with room for that many answers more, and evaluate the characteristic function on it."""
        self._room = self._added + room
        moments: list[float] = self._moments.tolist()
        mean = [moments[k] - moments[k + HORIZON_COUNT] for k in HORIZONS]
        reach = WINDOW_SD * math.sqrt(max(*moments[2 * HORIZON_COUNT :], 0.0) + room)
        low, high = min(mean) - reach - room, max(mean) + reach
        window = window_for(high - low + 2.0 * WINDOW_MARGIN + 1.0)
        first = math.floor((low + high - (window - 1)) / 2.0)
        self._window = window
        self._kernel = kernel(window, first, -self._surplus)
        selection, weights = self._parts[0]
        logs = weights.astype(np.float32) @ selection.logs(window)
        for selection, weights in self._parts[1:]:
            logs += weights.astype(np.float32) @ selection.logs(window)
        self._logs = logs
        self._real = HORIZON_COUNT * frequencies(window)

    def _terms(self) -> Single:
        """Real parts of the turned characteristic functions, flat over horizons and frequencies."""
        logs, real = self._logs, self._real
        terms: Single = logs[real:] + self._kernel.phase
        np.cos(terms, out=terms)
        terms *= np.exp(logs[:real])
        return terms

    def _call(self, age_s: float, probability: float) -> Part:
        """The rows over which one call is spread."""
        level, above = level_of(probability)
        low, share = spread(np.array([CALLS_FROM_S + age_s]))
        first = level * CALL_KNOTS + int(low[0]) - FIRST_CALL
        knots = np.array((1.0 - share[0], share[0]))
        ids = np.array((first, first + 1, first + CALL_KNOTS, first + CALL_KNOTS + 1))
        return self._rows.calls(ids), np.concatenate((knots * (1.0 - above), knots * above))


def mean_of(shortfall: Array) -> float:
    """The risk that belongs to a `shortfall`: its mean over the time of the answer."""
    return float(HORIZON_WEIGHTS @ shortfall)
