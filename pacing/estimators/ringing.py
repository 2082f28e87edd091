"""When calls are answered or end otherwise, learned online as competing risks by time since placing."""

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.durations import EDGES, lognormal_survival, survival_of
from pacing.estimators.life_table import LifeTable

PRIOR_MEDIAN_S = 12.5
PRIOR_SIGMA = 0.5
"""Dial-to-answer before anything is known: mean 14 s, coefficient of variation 0.5."""
PRIOR_ANSWERS = 10.0
PRIOR_OTHERS = 10.0
HALF_LIFE_S = 3600.0
ANSWERED, OTHER = 0, 1
"""The causes by which a call in flight ends."""


class RingTimes:
    """Cause-specific hazards of being answered and of ending otherwise (Kalbfleisch and Prentice 2002, ch. 8).

    A cancelled call is censored: it adds time in flight, and no end.
    """

    def __init__(self, ring_timeout_s: float) -> None:
        unbounded = lognormal_survival(PRIOR_MEDIAN_S, PRIOR_SIGMA)
        late = float(np.interp(ring_timeout_s, EDGES, unbounded))
        answered = np.maximum(unbounded - late, 0.0) / (1.0 - late)
        others = np.where(ring_timeout_s > EDGES, 1.0 - 0.5 * EDGES / ring_timeout_s, 0.0)
        self._table = LifeTable(
            EDGES,
            (answered * PRIOR_ANSWERS + others * PRIOR_OTHERS)[:-1],
            (answered[:-1] - answered[1:]) * PRIOR_ANSWERS,
            (others[:-1] - others[1:]) * PRIOR_OTHERS,
        )
        self._at: float | None = None
        self._scale = 1.0

    def update(self, duration_s: float, now: float, answered: bool | None) -> None:
        """Count a call that was answered (True), ended otherwise (False) or was given up by us (None)."""
        if self._at is not None:
            self._scale *= 2.0 ** (max(now - self._at, 0.0) / HALF_LIFE_S)
        self._at = now
        self._table.note(duration_s, self._scale, None if answered is None else ANSWERED if answered else OTHER)
        if self._scale > 1e6:
            self._table.divide(self._scale)
            self._scale = 1.0

    def survivals(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """On `EDGES`: of answered calls the share not answered yet; of the others the share not ended yet."""
        risk, (answers, others) = self._table.read()
        both = survival_of(answers + others, risk)
        ended = both[:-1] - both[1:]
        share = answers / np.maximum(answers + others, 1e-12)
        return _remaining(ended * share), _remaining(ended * (1.0 - share))


def _remaining(mass: NDArray[np.float64]) -> NDArray[np.float64]:
    total = mass.sum()
    return 1.0 - np.concatenate([[0.0], np.cumsum(mass)]) / total if total > 0 else np.ones(len(mass) + 1)
