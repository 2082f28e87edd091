"""Durations as distributions that are written in a scenario, e.g. `{ kind = "lognormal", mean_s = 120, cv = 1.0 }`.

Every distribution is sampled by its inverse CDF, one uniform number per duration: the same uniform gives a longer
duration under a distribution with a longer mean, so two scenarios that differ in one parameter stay comparable.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

UNIFORM_MAX = 1.0 - 2.0**-53
"""The largest uniform number used: the quantile of 1 is infinite for most distributions."""


class DistributionError(ValueError):
    """A distribution's parameters make no sense; the message says which and why."""


class Duration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """A distribution of a duration in seconds, cut off above `max_s` (the mass beyond is spread over the rest)."""

    max_s: float | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, float) and (not math.isfinite(value) or value < 0.0):
                raise DistributionError(f"{name} is {value:g}; it must be 0 or more")
        if self.max_s is not None and self.max_s <= 0.0:
            raise DistributionError(f"max_s is {self.max_s:g}; it must be more than 0")
        self.check()

    def check(self) -> None:
        """Raise `DistributionError` where parameters do not fit together."""

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` durations."""
        return self.quantile(rng.random(size))

    def quantile(self, uniform: Floats) -> Floats:
        """The durations below which a share `uniform` (0..1) of the distribution lies."""
        bounded = np.minimum(uniform, UNIFORM_MAX)
        if self.max_s is None:
            return self.whole_quantile(bounded)
        share = float(self.whole_cdf(np.array([self.max_s]))[0])
        if share <= 0.0:
            return np.full_like(bounded, self.max_s)
        return np.minimum(self.whole_quantile(bounded * share), self.max_s)

    def cdf(self, duration_s: Floats) -> Floats:
        """The share of the distribution at or below `duration_s`."""
        whole = self.whole_cdf(np.asarray(duration_s, dtype=np.float64))
        if self.max_s is None:
            return whole
        share = float(self.whole_cdf(np.array([self.max_s]))[0])
        return np.minimum(whole / share, 1.0) if share > 0.0 else (duration_s >= self.max_s).astype(np.float64)

    def mean(self) -> float:
        """The mean in seconds, cut-off included."""
        middles = (np.arange(20_000) + 0.5) / 20_000
        return float(self.quantile(middles).mean())

    def whole_quantile(self, uniform: Floats) -> Floats:
        """The quantile function without the cut-off."""
        raise NotImplementedError

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """The CDF without the cut-off."""
        raise NotImplementedError


class Deterministic(Duration, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="deterministic"):
    """Always `value_s`."""

    value_s: float

    def whole_quantile(self, uniform: Floats) -> Floats:
        """Return `value_s` for every share."""
        return np.full_like(uniform, self.value_s)

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """Step from 0 to 1 at `value_s`."""
        return (duration_s >= self.value_s).astype(np.float64)


class Uniform(Duration, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="uniform"):
    """Evenly between `low_s` and `high_s`."""

    low_s: float
    high_s: float

    def check(self) -> None:
        """The upper end lies above the lower."""
        if self.high_s <= self.low_s:
            raise DistributionError(f"high_s ({self.high_s:g}) must be more than low_s ({self.low_s:g})")

    def whole_quantile(self, uniform: Floats) -> Floats:
        """Straight line from `low_s` to `high_s`."""
        return self.low_s + uniform * (self.high_s - self.low_s)

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """Straight line from 0 at `low_s` to 1 at `high_s`."""
        return np.clip((duration_s - self.low_s) / (self.high_s - self.low_s), 0.0, 1.0)


class Exponential(Duration, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="exponential"):
    """Memoryless, with mean `mean_s`."""

    mean_s: float

    def whole_quantile(self, uniform: Floats) -> Floats:
        """-mean log(1 - u)."""
        return -self.mean_s * np.log1p(-uniform)

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """1 - exp(-t / mean)."""
        return -np.expm1(-np.maximum(duration_s, 0.0) / max(self.mean_s, 1e-12))


class Lognormal(Duration, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="lognormal"):
    """Lognormal with mean `mean_s` and variation `cv`, the shape of call durations (Brown et al. 2005)."""

    mean_s: float
    cv: float = 1.0

    def check(self) -> None:
        """A lognormal needs a mean and a spread."""
        if self.mean_s <= 0.0 or self.cv <= 0.0:
            raise DistributionError("a lognormal needs mean_s and cv above 0; for no spread use kind = 'deterministic'")

    def whole_quantile(self, uniform: Floats) -> Floats:
        """exp(mu + sigma * z)."""
        mu, sigma = self._parameters()
        return np.asarray(np.exp(mu + sigma * special.ndtri(uniform)))

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """Phi((log t - mu) / sigma)."""
        mu, sigma = self._parameters()
        return np.asarray(special.ndtr((np.log(np.maximum(duration_s, 1e-300)) - mu) / sigma))

    def _parameters(self) -> tuple[float, float]:
        variance = math.log1p(self.cv**2)
        return math.log(self.mean_s) - variance / 2.0, math.sqrt(variance)


class Gamma(Duration, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="gamma"):
    """Gamma with mean `mean_s` and coefficient of variation `cv`; cv = 1/sqrt(k) is the Erlang-k distribution."""

    mean_s: float
    cv: float = 1.0

    def check(self) -> None:
        """A gamma needs a mean and a spread."""
        if self.mean_s <= 0.0 or self.cv <= 0.0:
            raise DistributionError("a gamma needs mean_s and cv above 0; for no spread use kind = 'deterministic'")

    def whole_quantile(self, uniform: Floats) -> Floats:
        """Inverse of the regularised lower incomplete gamma function."""
        shape = self.cv**-2
        return np.asarray(special.gammaincinv(shape, uniform)) * (self.mean_s / shape)

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """Regularised lower incomplete gamma function."""
        shape = self.cv**-2
        return np.asarray(special.gammainc(shape, np.maximum(duration_s, 0.0) * shape / self.mean_s))


class Weibull(Duration, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="weibull"):
    """Weibull with scale `scale_s` and `shape`; below 1, a long duration tends to last longer still."""

    scale_s: float
    shape: float

    def check(self) -> None:
        """Scale and shape are positive."""
        if self.scale_s <= 0.0 or self.shape <= 0.0:
            raise DistributionError("a weibull needs scale_s and shape above 0")

    def whole_quantile(self, uniform: Floats) -> Floats:
        """Scale * (-log(1 - u))^(1/shape)."""
        return self.scale_s * (-np.log1p(-uniform)) ** (1.0 / self.shape)

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """1 - exp(-(t/scale)^shape)."""
        return -np.expm1(-((np.maximum(duration_s, 0.0) / self.scale_s) ** self.shape))


class Empirical(Duration, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="empirical"):
    """Given by its quantiles at equal steps from 0 to 1, with straight lines between them."""

    quantiles_s: tuple[float, ...]

    def check(self) -> None:
        """Quantiles rise, and there are at least two."""
        if len(self.quantiles_s) < 2:
            raise DistributionError("quantiles_s needs at least two values: the smallest and the largest duration")
        if any(later < earlier for earlier, later in zip(self.quantiles_s, self.quantiles_s[1:], strict=False)):
            raise DistributionError("quantiles_s must rise from the smallest to the largest duration")
        if self.quantiles_s[0] < 0.0:
            raise DistributionError("quantiles_s holds a negative duration")

    def whole_quantile(self, uniform: Floats) -> Floats:
        """Interpolate between the given quantiles."""
        return np.interp(uniform, np.linspace(0.0, 1.0, len(self.quantiles_s)), self.quantiles_s)

    def whole_cdf(self, duration_s: Floats) -> Floats:
        """Interpolate the inverse of the given quantiles."""
        return np.interp(duration_s, self.quantiles_s, np.linspace(0.0, 1.0, len(self.quantiles_s)))


AnyDuration = Deterministic | Uniform | Exponential | Lognormal | Gamma | Weibull | Empirical
