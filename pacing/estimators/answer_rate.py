"""The share of placed calls that a person answers, learned online and unbiased by calls still ringing."""

import math
from collections.abc import Callable

from pacing.estimators.estimate import Estimate

PRIOR_RATE = 0.3
PRIOR_CALLS = 4.0
"""The prior weighs as much as this many calls: it decides nothing once a few dozen have ended."""
HALF_LIFE_CALLS = 300.0
HALF_LIFE_S = 300.0
"""A call's weight halves after this many later calls or this many seconds, whichever takes longer."""
RECENT_CALLS = 60.0
"""Half-life of the estimate that watches for steps."""
STALE_S = 1800.0
STALE_CALLS = 20.0
"""After so long without a call that ended, what was learned before weighs no more than this many calls."""
STEP_SD = 4.0
"""A step is seen when the recent rate lies this many standard errors off: once in some days by mere chance."""


class AnswerRate:
    """A Beta-Binomial estimate with exponential forgetting, which counts calls in flight by their chance so far.

    Fast failures end sooner than answers, so the ended calls alone are a biased sample after every change of list or
    calling rate. Calls in flight enter with their probability of still being answered (a step of the EM algorithm,
    Dempster, Laird and Rubin 1977, JRSS B 39:1), which removes the bias. When the recent calls contradict the rest,
    the list or the hour has changed, and everything older is forgotten at once.
    """

    def __init__(self) -> None:
        self._long = _Decayed()
        self._recent = _Decayed()
        self._calls_per_s = 0.0
        self._updated_at: float | None = None

    def update(self, answered: float, now: float) -> None:
        """Count a call that was answered (1), ended otherwise (0), or was given up at a chance in between."""
        if self._updated_at is not None:
            if self.is_stale(now):
                self._long.shrink(STALE_CALLS)
                self._recent.shrink(STALE_CALLS)
            keep = math.exp(-max(now - self._updated_at, 0.0) / HALF_LIFE_S)
            self._calls_per_s = self._calls_per_s * keep + 1.0 / HALF_LIFE_S
        self._updated_at = now
        self._long.add(answered, max(HALF_LIFE_CALLS, self._calls_per_s * HALF_LIFE_S))
        self._recent.add(answered, RECENT_CALLS)
        if self._long.ended > 3.0 * RECENT_CALLS and self._has_stepped():
            self._long.answered, self._long.ended = self._recent.answered, self._recent.ended

    def value(self, in_flight: int = 0, answers_at: Callable[[float], float] | None = None) -> Estimate | None:
        """The answer rate, or None before any call has ended.

        Args:
            in_flight: calls in flight.
            answers_at: how many of them will be answered, by what is known of them now, at a given answer rate.
        """
        if self._long.ended <= 0.0:
            return None
        hits = self._long.answered + PRIOR_RATE * PRIOR_CALLS
        total = self._long.ended + PRIOR_CALLS
        rate = hits / total
        if in_flight and answers_at is not None:
            total += in_flight
            for _ in range(2):
                rate = (hits + answers_at(rate)) / total
        return Estimate(rate, math.sqrt(rate * (1.0 - rate) / (total + 1.0)))

    def copy(self) -> "AnswerRate":
        """The same estimate, which goes its own way from here."""
        twin = AnswerRate()
        twin._long, twin._recent = self._long.copy(), self._recent.copy()
        twin._calls_per_s, twin._updated_at = self._calls_per_s, self._updated_at
        return twin

    def is_stale(self, now: float) -> bool:
        """Whether no call has ended for so long that the list or the hour may well have changed."""
        return self._updated_at is not None and now - self._updated_at > STALE_S

    @property
    def calls(self) -> float:
        """Ended calls that still weigh in."""
        return self._long.ended

    def _has_stepped(self) -> bool:
        older = self._long.ended - self._recent.ended
        expected = (self._long.answered - self._recent.answered + PRIOR_RATE) / (older + 1.0)
        expected = min(max(expected, 0.01), 0.99)
        # Weights that halve every `RECENT_CALLS` have as much variance as twice their sum of equal ones.
        error = math.sqrt(expected * (1.0 - expected) * (0.5 / self._recent.ended + 1.0 / older))
        return abs(self._recent.answered / self._recent.ended - expected) > STEP_SD * error


class _Decayed:
    """Answered and ended calls, exponentially forgotten."""

    __slots__ = ("answered", "ended")

    def __init__(self) -> None:
        self.answered = 0.0
        self.ended = 0.0

    def add(self, answered: float, half_life: float) -> None:
        keep = 0.5 ** (1.0 / half_life)
        self.answered = self.answered * keep + answered
        self.ended = self.ended * keep + 1.0

    def shrink(self, ended_max: float) -> None:
        if self.ended > ended_max:
            self.answered *= ended_max / self.ended
            self.ended = ended_max

    def copy(self) -> "_Decayed":
        twin = _Decayed()
        twin.answered, twin.ended = self.answered, self.ended
        return twin
