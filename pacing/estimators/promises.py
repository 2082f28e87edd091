"""How far agents' hints that they will soon be free can be relied on, learned from how they were kept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.durations import EDGES, Durations
from pacing.estimators.estimate import Estimate
from pacing.model import Promise

Array = NDArray[np.float64]

SOON_MEDIAN_S = 20.0
SOON_SIGMA = 0.7
"""From "wrapping up" to being free, before any such hint was seen to be kept; as weak as five of them."""
UNIT_S = 30.0
"""Times told are learned as the time taken over the time told, in thirtieths."""
SLACK_S = 2.0
"""Added to both, so that being a second late does not make a promise of one second twice as long."""
KEPT_SIGMA = 0.2
SURVIVAL_MIN = 1e-9


class Promises:
    """The chance that an agent who gave a hint is free by a given time.

    Hints without a time have a law of their own; hints with one are learned by the share of the promised time that was
    taken, so that a desk whose ACW has a fixed length is soon believed to the second, and an agent who always takes
    half as long again is seen to. Half-life two hours.
    """

    def __init__(self) -> None:
        self._soon = Durations(SOON_MEDIAN_S, SOON_SIGMA)
        self._kept = Durations(UNIT_S, KEPT_SIGMA)

    def update(self, lasted_s: float, promised_s: float | None, now: float) -> None:
        """Count a hint that was kept after `lasted_s`."""
        if promised_s is None:
            self._soon.update(lasted_s, now)
        else:
            self._kept.update(float(_share(lasted_s, promised_s)), now)

    def value(self, now: float) -> Estimate | None:
        """The mean of time taken over time told; None before any hint with a time was kept."""
        del now
        share = self._kept.value()
        return None if share is None else Estimate(share.value / UNIT_S, share.sd / UNIT_S)

    def free(self, promises: Sequence[Promise], now: float, within_s: Array) -> Array:
        """(promises, times): chance of being free within each of those times from now."""
        soon, kept = self._soon.survival(), self._kept.survival()
        rows = []
        for promise in promises:
            elapsed = max(now - promise.made_at, 0.0)
            if promise.free_at is None:
                rows.append(_ended(soon, elapsed, elapsed + within_s))
            else:
                promised_s = max(promise.free_at - promise.made_at, 0.0)
                rows.append(_ended(kept, _share(elapsed, promised_s), _share(elapsed + within_s, promised_s)))
        return np.array(rows).reshape(len(rows), len(within_s))


def _share(lasted_s: float | Array, promised_s: float) -> float | Array:
    return (lasted_s + SLACK_S) / (promised_s + SLACK_S) * UNIT_S


def _ended(survival: Array, start: float | Array, until: float | Array) -> Array:
    alive = np.interp(start, EDGES, survival)
    later = np.interp(until, EDGES, survival)
    return np.asarray(np.where(alive > SURVIVAL_MIN, 1.0 - later / np.maximum(alive, SURVIVAL_MIN), 1.0))
