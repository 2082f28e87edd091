"""Conditional chances: free within h given the elapsed time, answered within h given the age of the call."""

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.durations import EDGES

Array = NDArray[np.float64]

STEP_S = 1.0
HORIZON_COUNT = 5
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(HORIZON_COUNT)
SHARES = (_NODES + 1.0) / 2.0
"""Horizons stand at these quantiles of the answer time, and a mean over it gives them `HORIZON_WEIGHTS`: Gauss's rule,
which is as exact with five horizons as eight equally likely slices are."""
HORIZON_WEIGHTS = _WEIGHTS / 2.0
SURVIVAL_MIN = 1e-9


class Primitives:
    """The conditional chances of one campaign, at a fixed set of horizons.

    Args:
        talk: survival of talk time on the duration grid `EDGES`.
        acw: survival of after-call work, likewise.
        answer_survival: of answered calls, the share not answered yet by each time since placing, likewise.
        other_survival: of all other calls, the share that has not ended yet, likewise.
        grace_s: how long an answered person may wait; an agent who comes free that much later is still in time.
        staying: the chance that an agent whose ACW is over is free then, and not on a sudden pause.
    """

    def __init__(
        self,
        talk: Array,
        acw: Array,
        answer_survival: Array,
        other_survival: Array,
        *,
        grace_s: float,
        staying: float = 1.0,
    ) -> None:
        self.grace_s = grace_s
        self._staying = staying
        self._talk = talk
        self._acw = acw
        self._answer = answer_survival
        self._other = other_survival
        self.horizons_s = np.interp(SHARES, 1.0 - answer_survival, EDGES)
        self._until = self.horizons_s + grace_s

    def free_from_acw(self, elapsed_s: Array, factor: float = 1.0) -> Array:
        """(agents, horizons): chance that ACW, `factor` times as long as the team's, is over within horizon + grace."""
        start = np.interp(elapsed_s / factor, EDGES, self._acw)[:, None]
        end = np.interp((elapsed_s[:, None] + self._until) / factor, EDGES, self._acw)
        return self._staying * np.where(start > SURVIVAL_MIN, 1.0 - end / np.maximum(start, SURVIVAL_MIN), 1.0)

    def free_from_talk(self, elapsed_s: Array, factor: float = 1.0) -> Array:
        """(agents, horizons): chance that talk and the ACW after it are over within horizon + grace.

        `factor` is the agent's talk time over the team's.
        """
        steps = np.arange(0.0, self._until.max() + STEP_S, STEP_S)
        survival = np.interp((elapsed_s[:, None] + steps) / factor, EDGES, self._talk)
        ends = (survival[:, :-1] - survival[:, 1:]) / np.maximum(survival[:, :1], SURVIVAL_MIN)
        left = self._until - (steps[:-1, None] + STEP_S / 2)
        done = np.where(left > 0.0, 1.0 - np.interp(np.maximum(left, 0.0), EDGES, self._acw), 0.0)
        return np.asarray(self._staying * np.minimum(ends @ done, 1.0))

    def survivals(self, age_s: Array) -> tuple[Array, Array]:
        """Per call: chance not answered yet if it will be, and not ended yet if it will not be."""
        return np.interp(age_s, EDGES, self._answer), np.interp(age_s, EDGES, self._other)

    def answered(self, age_s: Array, probability: Array) -> Array:
        """(calls, horizons): chance that a call of that age is answered by a person within the horizon.

        `probability` is the chance of an answer as it was when the call was placed.
        """
        now, other = self.survivals(age_s)
        later = np.interp(age_s[:, None] + self.horizons_s, EDGES, self._answer)
        alive = probability * now + (1.0 - probability) * other + SURVIVAL_MIN
        return np.asarray((probability / alive)[:, None] * (now[:, None] - later))
