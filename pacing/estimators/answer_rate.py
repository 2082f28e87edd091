"""The share of placed calls that a person answers, learned online and unbiased by calls still ringing."""

import math

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.estimate import Estimate

Array = NDArray[np.float64]

PRIOR_RATE = 0.3
PRIOR_CALLS = 4.0
"""The prior weighs as much as this many calls: it decides nothing once a few dozen have ended."""
HALF_LIFE_CALLS = 300.0
HALF_LIFE_S = 300.0
"""A call's weight halves after this many later calls or this many seconds, whichever takes longer."""


class AnswerRate:
    """A Beta-Binomial estimate with exponential forgetting, which counts calls in flight by their chance so far.

    Fast failures end sooner than answers, so the ended calls alone are a biased sample after every change of list or
    calling rate. Calls in flight enter with their probability of still being answered (one step of the EM algorithm,
    Dempster, Laird and Rubin 1977, JRSS B 39:1), which removes the bias.
    """

    def __init__(self) -> None:
        self._answered = 0.0
        self._ended = 0.0
        self._calls_per_s = 0.0
        self._updated_at: float | None = None

    def update(self, answered: bool, now: float) -> None:
        """Count a call that a person answered, or that ended otherwise."""
        if self._updated_at is not None:
            elapsed = max(now - self._updated_at, 0.0)
            keep = math.exp(-elapsed / HALF_LIFE_S)
            self._calls_per_s = self._calls_per_s * keep + 1.0 / HALF_LIFE_S
        self._updated_at = now
        forget = 0.5 ** (1.0 / max(HALF_LIFE_CALLS, self._calls_per_s * HALF_LIFE_S))
        self._answered = self._answered * forget + float(answered)
        self._ended = self._ended * forget + 1.0

    def value(
        self, in_flight: Array | None = None, answer_survival: Array | None = None, other_survival: Array | None = None
    ) -> Estimate | None:
        """The answer rate, or None before any call has ended.

        Args:
            in_flight: calls in flight, counted by age.
            answer_survival: per age, the chance that a call which will be answered is not answered yet.
            other_survival: per age, the chance that a call which will not be answered has not ended yet.
        """
        if self._ended <= 0.0:
            return None
        hits = self._answered + PRIOR_RATE * PRIOR_CALLS
        total = self._ended + PRIOR_CALLS
        rate = hits / total
        if in_flight is not None and answer_survival is not None and other_survival is not None:
            total += float(in_flight.sum())
            for _ in range(2):
                still = rate * answer_survival
                share = still / (still + (1.0 - rate) * other_survival + 1e-12)
                rate = (hits + float(in_flight @ share)) / total
        return Estimate(rate, math.sqrt(rate * (1.0 - rate) / (total + 1.0)))

    @property
    def calls(self) -> float:
        """Ended calls that still weigh in."""
        return self._ended
