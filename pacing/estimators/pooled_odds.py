"""Odds that depend on several groupings at once, each group starting from its parents: an online logistic model."""

import math
from collections.abc import Mapping, Sequence

from pacing.estimators.estimate import Estimate

LOGIT_MAX = 8.0
OTHERS = "*"
"""The grouping whose spread and half-life hold for all groupings that are not named."""
LEVELS_MAX = 20_000
"""Groups that are kept; beyond it the one not met for longest is forgotten and starts from its parents again."""


class PooledOdds:
    """A logistic model whose every group (this list, that trunk, the third try) has a Gaussian belief about its effect.

    The log odds of an event are the sum of its groups' effects. A group not met before has effect 0 with the prior's
    spread: it starts from what its parents say, and takes most of the first surprises upon itself, because its belief
    is the widest. With more events it speaks for itself: partial pooling (Gelman and Hill 2007, ch. 12). One event is
    one step of the extended Kalman filter for the logistic model (West, Harrison and Migon 1985, JASA 80:73), with a
    diagonal covariance. Beliefs widen with time: what was learned halves in weight every `half_life_s`.
    """

    def __init__(self, spreads: Mapping[str, float], half_lives_s: Mapping[str, float]) -> None:
        """`spreads` and `half_lives_s` give, by grouping, the prior's standard deviation and the half-life.

        `OTHERS` stands for every grouping that is not named; without it there are none.
        """
        self._variances = _Named({name: spread * spread for name, spread in spreads.items()})
        self._half_lives_s = _Named(half_lives_s)
        self._levels: dict[tuple[str, str], tuple[float, float, float]] = {}
        """By grouping and group: mean, variance, when updated."""

    def log_odds(self, groups: Mapping[str, str], now: float, offset: float = 0.0) -> Estimate:
        """The log odds of an event with these groups, on top of `offset`, and its standard deviation."""
        beliefs = self._beliefs(groups, now)
        mean = offset + sum(mean for mean, _ in beliefs)
        return Estimate(mean, math.sqrt(sum(variance for _, variance in beliefs)))

    def update(self, groups: Mapping[str, str], happened: bool, now: float, offset: float = 0.0) -> Estimate:
        """Learn from one event; returns the log odds that were believed before."""
        beliefs = self._beliefs(groups, now)
        total = sum([variance for _, variance in beliefs])
        before = Estimate(offset + sum([mean for mean, _ in beliefs]), math.sqrt(total))
        probability = chance(before)
        weight = max(probability * (1.0 - probability), 1e-3)
        miss = (float(happened) - probability) / (1.0 + weight * total)
        for level, (mean, variance) in zip(groups.items(), beliefs, strict=True):
            # Taken out and put back, so that the order of the dict is the order of the last meeting.
            self._levels.pop(level, None)
            narrower = variance - variance * variance * weight / (1.0 + weight * total)
            moved = min(max(mean + variance * miss, -LOGIT_MAX), LOGIT_MAX)
            self._levels[level] = (moved, narrower, now)
        if len(self._levels) > LEVELS_MAX:
            del self._levels[next(iter(self._levels))]
        return before

    def _beliefs(self, groups: Mapping[str, str], now: float) -> Sequence[tuple[float, float]]:
        beliefs = []
        for level in groups.items():
            prior = self._variances[level[0]]
            known = self._levels.get(level)
            if known is None:
                beliefs.append((0.0, prior))
                continue
            mean, variance, at = known
            keep = 0.5 ** (max(now - at, 0.0) / self._half_lives_s[level[0]])
            # Precision beyond the prior's fades; so does the distance from the parents, once nothing else is known.
            learned = max(1.0 / variance - 1.0 / prior, 0.0) * keep
            beliefs.append((mean * (learned * prior + keep) / (learned * prior + 1.0), 1.0 / (1.0 / prior + learned)))
        return beliefs


class _Named(dict[str, float]):
    """Values by name, and one for all other names."""

    def __missing__(self, name: str) -> float:
        if name == OTHERS:
            raise KeyError(name)
        return self[OTHERS]


def chance(log_odds: Estimate) -> float:
    """The mean probability under a Gaussian belief about log odds (MacKay 1992, Neural Computation 4:720)."""
    shrunk = log_odds.value / math.sqrt(1.0 + math.pi * log_odds.sd * log_odds.sd / 8.0)
    return 1.0 / (1.0 + math.exp(-min(max(shrunk, -LOGIT_MAX), LOGIT_MAX)))


def logit(probability: float) -> float:
    """Log odds of a probability, held within ±`LOGIT_MAX`."""
    clipped = min(max(probability, 1e-6), 1.0 - 1e-6)
    return min(max(math.log(clipped / (1.0 - clipped)), -LOGIT_MAX), LOGIT_MAX)
