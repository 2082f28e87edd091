"""Confidence intervals: nobody is told a mean without how sure it is."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from scipy import stats

CONFIDENCE = 0.95


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate and the interval around it that covers the truth with the stated confidence; None with one value."""

    mean: float
    low: float | None
    high: float | None
    count: int
    """Independent values behind it."""

    def covers(self, value: float) -> bool:
        """Whether the interval holds the value."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2.0


def mean_interval(values: Sequence[float | None], confidence: float = CONFIDENCE) -> Interval | None:
    """Student's interval for the mean of independent values; values that are unknown are left out."""
    known = np.array([value for value in values if value is not None])
    if known.size == 0:
        return None
    mean = float(known.mean())
    if known.size == 1:
        return Interval(mean=mean, low=None, high=None, count=1)
    margin = float(stats.t.ppf((1.0 + confidence) / 2.0, known.size - 1) * known.std(ddof=1) / math.sqrt(known.size))
    return Interval(mean=mean, low=mean - margin, high=mean + margin, count=int(known.size))


def paired_interval(
    left: Sequence[float | None], right: Sequence[float | None], confidence: float = CONFIDENCE
) -> Interval | None:
    """The interval of the mean difference right - left over pairs that met the same customers."""
    pairs = zip(left, right, strict=True)
    return mean_interval([b - a for a, b in pairs if a is not None and b is not None], confidence)


def share_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval | None:
    """The exact interval of a probability from one count (Clopper and Pearson 1934); None without trials."""
    if trials <= 0:
        return None
    tail = (1.0 - confidence) / 2.0
    low = float(stats.beta.ppf(tail, successes, trials - successes + 1)) if successes > 0 else 0.0
    high = float(stats.beta.isf(tail, successes + 1, trials - successes)) if successes < trials else 1.0
    return Interval(mean=successes / trials, low=low, high=high, count=trials)


def share_high(successes: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """The upper end of the one-sided Clopper-Pearson interval for a probability."""
    if successes >= trials:
        return 1.0
    return float(stats.beta.ppf(confidence, successes + 1, trials - successes))
