"""When calls are answered or end otherwise, learned online as competing risks by time since placing."""

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.durations import CENSORED_AT_RISK, EDGES, LONGEST_S, lognormal_survival, survival_of

PRIOR_MEDIAN_S = 12.5
PRIOR_SIGMA = 0.5
"""Dial-to-answer before anything is known: mean 14 s, coefficient of variation 0.5."""
PRIOR_ANSWERS = 10.0
PRIOR_OTHERS = 10.0
HALF_LIFE_S = 3600.0


class RingTimes:
    """Cause-specific hazards of being answered and of ending otherwise (Kalbfleisch and Prentice 2002, ch. 8).

    A cancelled call is censored: it adds time in flight, and no end.
    """

    def __init__(self, ring_timeout_s: float) -> None:
        unbounded = lognormal_survival(PRIOR_MEDIAN_S, PRIOR_SIGMA)
        late = float(np.interp(ring_timeout_s, EDGES, unbounded))
        answered = np.maximum(unbounded - late, 0.0) / (1.0 - late)
        self._answers = (answered[:-1] - answered[1:]) * PRIOR_ANSWERS
        others = np.where(ring_timeout_s > EDGES, 1.0 - 0.5 * EDGES / ring_timeout_s, 0.0)
        self._others = (others[:-1] - others[1:]) * PRIOR_OTHERS
        self._risk = (answered * PRIOR_ANSWERS + others * PRIOR_OTHERS)[:-1]
        self._at: float | None = None
        self._scale = 1.0

    def update(self, duration_s: float, now: float, answered: bool | None) -> None:
        """Count a call that was answered (True), ended otherwise (False) or was given up by us (None)."""
        if self._at is not None:
            self._scale *= 2.0 ** (max(now - self._at, 0.0) / HALF_LIFE_S)
        self._at = now
        weight = self._scale
        duration_s = min(max(duration_s, 0.0), LONGEST_S * 0.999)
        last = int(np.searchsorted(EDGES, duration_s, side="right")) - 1
        self._risk[:last] += weight
        self._risk[last] += weight if answered is not None else CENSORED_AT_RISK * weight
        if answered is not None:
            (self._answers if answered else self._others)[last] += weight
        if self._scale > 1e6:
            self._answers, self._others, self._risk = (
                x / self._scale for x in (self._answers, self._others, self._risk)
            )
            self._scale = 1.0

    def survivals(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """On `EDGES`: of answered calls the share not answered yet; of the others the share not ended yet."""
        both = survival_of(self._answers + self._others, self._risk)
        ended = both[:-1] - both[1:]
        share = self._answers / np.maximum(self._answers + self._others, 1e-12)
        return _remaining(ended * share), _remaining(ended * (1.0 - share))


def _remaining(mass: NDArray[np.float64]) -> NDArray[np.float64]:
    total = mass.sum()
    return 1.0 - np.concatenate([[0.0], np.cumsum(mass)]) / total if total > 0 else np.ones(len(mass) + 1)
