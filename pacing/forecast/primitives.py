"""Conditional chances on precomputed grids: free within h given the elapsed time, answered within h given the age."""

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.durations import EDGES

Array = NDArray[np.float64]

ELAPSED_S = np.concatenate([np.arange(0.0, 60.0, 2.0), 60.0 * 1.08 ** np.arange(50)])
"""Elapsed times at which the tables are kept; between them they are interpolated."""
STEP_S = 1.0
HORIZON_COUNT = 8


class Curve:
    """A monotone function of time known at the duration grid's edges, read anywhere by interpolation."""

    def __init__(self, at_edges: Array) -> None:
        self._at_edges = at_edges

    def __call__(self, at_s: Array) -> Array:
        """The function at those times; constant beyond the grid's end."""
        return np.asarray(np.interp(at_s, EDGES, self._at_edges))


class Tables:
    """The conditional chances of one campaign, for a fixed set of horizons.

    Args:
        talk: survival of talk time on the duration grid.
        acw: survival of after-call work.
        answer_survival: of answered calls, the share not answered yet by each time since placing.
        other_survival: of all other calls, the share that has not ended yet.
        grace_s: how long an answered person may wait; an agent who comes free that much later is in time.
    """

    def __init__(
        self,
        talk: Array,
        acw: Array,
        answer_survival: Array,
        other_survival: Array,
        grace_s: float,
        ring_timeout_s: float,
    ) -> None:
        self.grace_s = grace_s
        self.ring_timeout_s = ring_timeout_s
        self._answer = Curve(answer_survival)
        self._other = Curve(other_survival)
        ages = np.arange(0.0, ring_timeout_s + STEP_S, STEP_S / 2)
        survival = self._answer(ages)
        shares = (np.arange(HORIZON_COUNT) + 0.5) / HORIZON_COUNT
        answered = 1.0 - survival / survival[0] if survival[0] > 0 else np.linspace(0, 1, len(ages))
        self.horizons_s = np.interp(shares * answered[-1], answered, ages)
        self.answered_by = np.interp(self.horizons_s, ages, answered)
        self.weights = np.full(HORIZON_COUNT, 1.0 / HORIZON_COUNT)
        until = self.horizons_s + grace_s
        self._acw_free = self._free_from_acw(Curve(acw), until)
        self._talk_free = self._free_from_talk(Curve(talk), Curve(acw), until)

    def free_from_talk(self, elapsed_s: Array) -> Array:
        """(agents, horizons): chance that talk and the ACW after it are over within horizon + grace."""
        return _at(self._talk_free, elapsed_s)

    def free_from_acw(self, elapsed_s: Array) -> Array:
        """(agents, horizons): chance that ACW is over within horizon + grace."""
        return _at(self._acw_free, elapsed_s)

    def survivals(self, age_s: Array) -> tuple[Array, Array]:
        """Per call: chance not answered yet if it will be, and not ended yet if it will not be."""
        return self._answer(age_s), self._other(age_s)

    def answered(self, age_s: Array, probability: Array) -> Array:
        """(calls, horizons): chance that a call of that age is answered by a person within the horizon."""
        now, other = self.survivals(age_s)
        later = self._answer(age_s[:, None] + self.horizons_s)
        alive = probability * now + (1.0 - probability) * other + 1e-9
        return (probability / alive)[:, None] * (now[:, None] - later)

    @staticmethod
    def _free_from_acw(acw: Curve, until: Array) -> Array:
        start = acw(ELAPSED_S)[:, None]
        return np.where(start > 1e-9, 1.0 - acw(ELAPSED_S[:, None] + until) / np.maximum(start, 1e-9), 1.0)

    @staticmethod
    def _free_from_talk(talk: Curve, acw: Curve, until: Array) -> Array:
        steps = np.arange(0.0, until.max() + STEP_S, STEP_S)
        survival = talk(ELAPSED_S[:, None] + steps)
        ends = (survival[:, :-1] - survival[:, 1:]) / np.maximum(survival[:, :1], 1e-9)
        left = until[None, :] - (steps[:-1, None] + STEP_S / 2)
        done = np.where(left > 0.0, 1.0 - acw(np.maximum(left, 0.0)), 0.0)
        return np.minimum(ends @ done, 1.0)


def _at(table: Array, elapsed_s: Array) -> Array:
    """Rows of a table at those elapsed times, by linear interpolation."""
    place = np.interp(elapsed_s, ELAPSED_S, np.arange(len(ELAPSED_S)))
    low = np.minimum(place.astype(np.intp), len(ELAPSED_S) - 2)
    share = (place - low)[:, None]
    rows = table[low]
    return np.asarray(rows + share * (table[low + 1] - rows))
