"""Fits of durations, unfinished ones included, and how well each family fits by proper scores on held-out durations."""

import math
import warnings
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from scipy import stats

from simulation.models.distributions import (
    AnyDuration,
    Deterministic,
    DistributionError,
    Empirical,
    Exponential,
    Floats,
    Gamma,
    Lognormal,
    Weibull,
)

QUANTILES = 101
GRID = 400
ALIKE_S = 1e-5
"""Durations that differ by less are one duration: clock readings of Unix seconds have no more digits."""
LEAST_S = 1e-3
"""Durations of nothing are taken for a millisecond, so that logarithms exist."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Durations seen to their end, and durations that had lasted so long when they were last seen."""

    finished: Floats
    unfinished: Floats

    @property
    def size(self) -> int:
        """Durations of both kinds."""
        return int(self.finished.size + self.unfinished.size)


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """One family fitted."""

    family: str
    duration: AnyDuration
    distance: float
    """Largest gap between the fitted CDF and the Kaplan-Meier one (the Kolmogorov-Smirnov statistic)."""
    log_score: float
    """Mean logarithm of the density at held-out durations; higher is better."""
    crps: float
    """Mean continuous ranked probability score at held-out durations, seconds; lower is better."""


def sample_of(finished: Sequence[float], unfinished: Sequence[float] = ()) -> Sample:
    """A sample from plain numbers."""
    return Sample(
        finished=np.maximum(np.asarray(finished, dtype=np.float64), LEAST_S),
        unfinished=np.maximum(np.asarray(unfinished, dtype=np.float64), LEAST_S),
    )


def fit_exponential(sample: Sample) -> AnyDuration:
    """Maximum likelihood: all the time seen over the durations that ended."""
    return Exponential(mean_s=float(sample.finished.sum() + sample.unfinished.sum()) / max(1, sample.finished.size))


def fit_lognormal(sample: Sample) -> AnyDuration:
    """Maximum likelihood with right-censoring."""
    sigma, _, scale = stats.lognorm.fit(_censored(sample), floc=0.0)
    cv = math.sqrt(math.expm1(min(sigma**2, 50.0)))
    return Lognormal(mean_s=float(scale * math.exp(sigma**2 / 2.0)), cv=max(float(cv), 1e-6))


def fit_gamma(sample: Sample) -> AnyDuration:
    """Maximum likelihood with right-censoring."""
    shape, _, scale = stats.gamma.fit(_censored(sample), floc=0.0)
    return Gamma(mean_s=float(shape * scale), cv=float(shape**-0.5))


def fit_weibull(sample: Sample) -> AnyDuration:
    """Maximum likelihood with right-censoring."""
    shape, _, scale = stats.weibull_min.fit(_censored(sample), floc=0.0)
    return Weibull(scale_s=float(scale), shape=float(shape))


def fit_empirical(sample: Sample) -> AnyDuration:
    """The Kaplan-Meier quantiles; beyond the longest finished duration nothing is known, and nothing is made up."""
    times, cdf = kaplan_meier(sample)
    shares = np.linspace(0.0, 1.0, QUANTILES)
    reached = np.concatenate(([0.0], cdf / cdf[-1]))
    values = np.concatenate(([times[0]], times))
    return Empirical(quantiles_s=tuple(float(value) for value in np.round(np.interp(shares, reached, values), 3)))


FAMILIES: dict[str, Callable[[Sample], AnyDuration]] = {
    "exponential": fit_exponential,
    "lognormal": fit_lognormal,
    "gamma": fit_gamma,
    "weibull": fit_weibull,
    "empirical": fit_empirical,
}


def kaplan_meier(sample: Sample) -> tuple[Floats, Floats]:
    """Distinct finished durations, rising, and the CDF just after each (Kaplan and Meier 1958)."""
    times, ends = np.unique(sample.finished, return_counts=True)
    everything = np.sort(np.concatenate((sample.finished, sample.unfinished)))
    at_risk = everything.size - np.searchsorted(everything, times, side="left")
    survival = np.cumprod(1.0 - ends / at_risk)
    return times, np.asarray(1.0 - survival, dtype=np.float64)


def compare_families(sample: Sample, rng: np.random.Generator) -> list[Fit]:
    """Every family fitted to all of the sample, scored on the half it was not fitted to; best CRPS first.

    A family that no likelihood can be found for is left out: durations that are nearly alike defeat some of them.
    """
    if np.ptp(sample.finished) < ALIKE_S and (sample.unfinished <= sample.finished.min() + ALIKE_S).all():
        value = float(sample.finished[0])
        return [
            Fit(
                family="deterministic",
                duration=Deterministic(value_s=value),
                distance=0.0,
                log_score=math.inf,
                crps=0.0,
            )
        ]
    is_training = rng.permutation(sample.finished.size) % 2 == 0
    training = Sample(finished=sample.finished[is_training], unfinished=sample.unfinished[::2])
    held_out = sample.finished[~is_training]
    fits = []
    for family, fit in FAMILIES.items():
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore", RuntimeWarning)
                trained, duration = fit(training), fit(sample)
        except (stats.FitError, DistributionError):
            continue
        fits.append(
            Fit(
                family=family,
                duration=duration,
                distance=distance(duration, sample),
                log_score=log_score(trained, held_out),
                crps=crps(trained, held_out),
            )
        )
    return sorted(fits, key=lambda one: one.crps)


def best_fit(sample: Sample, rng: np.random.Generator) -> Fit:
    """The family with the best CRPS; of those within half a per cent of it the parametric one with the best log score.

    So small a difference of the CRPS is chance in samples of hundreds, and a parametric family has a tail.
    """
    fits = compare_families(sample, rng)
    close = [one for one in fits if one.crps <= fits[0].crps * 1.005 and one.family != "empirical"]
    return max(close, key=lambda one: one.log_score, default=fits[0])


def distance(duration: AnyDuration, sample: Sample) -> float:
    """The Kolmogorov-Smirnov distance from the Kaplan-Meier CDF."""
    times, after = kaplan_meier(sample)
    before = np.concatenate(([0.0], after[:-1]))
    fitted = duration.cdf(times)
    return float(max(np.abs(fitted - after).max(), np.abs(fitted - before).max()))


def log_score(duration: AnyDuration, held_out: Floats) -> float:
    """Mean log density over one-second cells, so that families with and without a density are scored alike."""
    width_s = 1.0
    mass = duration.cdf(held_out + width_s / 2.0) - duration.cdf(np.maximum(held_out - width_s / 2.0, 0.0))
    # A duration that a model holds impossible costs much, not everything: it would decide alone otherwise.
    return float(np.log(np.maximum(mass / width_s, 1e-7)).mean())


def crps(duration: AnyDuration, held_out: Floats) -> float:
    """Mean CRPS by its quantile decomposition: twice the pinball loss, averaged over the shares (Gneiting 2007)."""
    shares = (np.arange(GRID) + 0.5) / GRID
    quantiles = duration.quantile(shares)
    gaps = held_out[:, None] - quantiles[None, :]
    return float(2.0 * np.maximum(shares * gaps, (shares - 1.0) * gaps).mean())


def _censored(sample: Sample) -> stats.CensoredData:
    return stats.CensoredData(uncensored=sample.finished, right=sample.unfinished)
