"""What a call meets and when, from calls some of which were given up: the Aalen-Johansen estimator.

A call that the dialer cancelled, or that was still ringing when the records were taken, might have been answered later.
Leaving such calls out would make people look quicker to answer than they are, and counting them as unanswered would
make the answer rate look lower; the estimator does neither.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from simulation.models.distributions import Floats


class CumulativeIncidence(NamedTuple):
    """For each cause: when it struck, and the chance that it strikes by then."""

    times_s: dict[Hashable, Floats]
    chances: dict[Hashable, Floats]

    def total(self, cause: Hashable) -> float:
        """The chance that a call left alone ends by this cause."""
        chances = self.chances.get(cause)
        return float(chances[-1]) if chances is not None and chances.size else 0.0

    def quantiles(self, cause: Hashable, count: int) -> Floats:
        """`count` quantiles, at equal steps from 0 to 1, of the time of a call that ends by this cause."""
        times, chances = self.times_s[cause], self.chances[cause]
        shares = np.concatenate(([0.0], chances / chances[-1]))
        return np.interp(np.linspace(0.0, 1.0, count), shares, np.concatenate((times[:1], times)))


def cumulative_incidence(durations_s: Sequence[float], causes: Sequence[Hashable | None]) -> CumulativeIncidence:
    """Estimate the chances of competing causes over time (Aalen and Johansen 1978).

    Args:
        durations_s: how long each call was watched.
        causes: what ended it; None where it was not seen to its end.
    """
    durations = np.asarray(durations_s, dtype=np.float64)
    order = np.argsort(durations, kind="stable")
    known = [cause for cause in dict.fromkeys(causes) if cause is not None]
    moments = np.unique(durations)
    at_risk = durations.size - np.searchsorted(durations[order], moments, side="left")
    is_ended = np.array([cause is not None for cause in causes])
    ended = _counts(durations[is_ended], moments)
    survival = np.cumprod(1.0 - ended / at_risk)
    before = np.concatenate(([1.0], survival[:-1]))
    times: dict[Hashable, Floats] = {}
    chances: dict[Hashable, Floats] = {}
    for cause in known:
        own = _counts(durations[np.array([one == cause for one in causes])], moments)
        rises = np.cumsum(before * own / at_risk)
        times[cause] = moments[own > 0]
        chances[cause] = rises[own > 0]
    return CumulativeIncidence(times, chances)


def _counts(values: Floats, moments: Floats) -> Floats:
    return np.bincount(np.searchsorted(moments, values), minlength=moments.size).astype(np.float64)
