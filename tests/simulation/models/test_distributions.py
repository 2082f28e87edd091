import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.models.distributions import (
    AnyDuration,
    Deterministic,
    DistributionError,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Uniform,
    Weibull,
)

ALL = [
    Deterministic(value_s=15.0),
    Uniform(low_s=2.0, high_s=6.0),
    Exponential(mean_s=120.0),
    Lognormal(mean_s=120.0, cv=1.0),
    Lognormal(mean_s=14.0, cv=0.5, max_s=28.0),
    Gamma(mean_s=60.0, cv=0.5),
    Weibull(scale_s=100.0, shape=0.8),
    Empirical(quantiles_s=(0.0, 10.0, 40.0, 200.0)),
]


@pytest.mark.parametrize("duration", ALL, ids=lambda one: type(one).__name__)
def test_quantile_and_cdf_are_inverses(duration: AnyDuration) -> None:
    if isinstance(duration, Deterministic):
        assert duration.quantile(np.array([0.1, 0.9])).tolist() == [15.0, 15.0]
        return
    uniform = np.linspace(0.01, 0.99, 50)

    assert duration.cdf(duration.quantile(uniform)) == pytest.approx(uniform, abs=1e-9)


@pytest.mark.parametrize("duration", ALL, ids=lambda one: type(one).__name__)
def test_samples_have_the_mean_stated(duration: AnyDuration) -> None:
    samples = duration.sample(np.random.default_rng(1), 200_000)

    assert samples.mean() == pytest.approx(duration.mean(), rel=0.02)
    assert samples.min() >= 0.0
    assert duration.max_s is None or samples.max() <= duration.max_s


@pytest.mark.parametrize(
    ("duration", "mean", "cv"),
    [(Lognormal(mean_s=120.0, cv=1.0), 120.0, 1.0), (Gamma(mean_s=60.0, cv=0.5), 60.0, 0.5)],
)
def test_mean_and_variation_are_what_the_parameters_say(duration: AnyDuration, mean: float, cv: float) -> None:
    samples = duration.sample(np.random.default_rng(2), 400_000)

    assert samples.mean() == pytest.approx(mean, rel=0.01)
    assert samples.std() / samples.mean() == pytest.approx(cv, rel=0.03)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_quantiles_rise_with_their_share(first: float, second: float) -> None:
    low, high = sorted((first, second))
    for duration in ALL:
        values = duration.quantile(np.array([low, high]))
        assert np.isfinite(values).all()
        assert values[0] <= values[1]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"kind": "lognormal", "mean_s": -1.0}, "mean_s is -1"),
        ({"kind": "lognormal", "mean_s": 0.0}, "needs mean_s and cv above 0"),
        ({"kind": "uniform", "low_s": 3.0, "high_s": 2.0}, "must be more than low_s"),
        ({"kind": "empirical", "quantiles_s": [1.0]}, "at least two values"),
        ({"kind": "empirical", "quantiles_s": [2.0, 1.0]}, "must rise"),
        ({"kind": "weibull", "scale_s": 1.0, "shape": 0.0}, "above 0"),
        ({"kind": "exponential", "mean_s": 1.0, "max_s": 0.0}, "max_s is 0"),
        ({"kind": "exponential", "mean": 1.0}, "unknown field"),
    ],
)
def test_impossible_parameters_are_refused_with_a_reason(written: dict, message: str) -> None:
    with pytest.raises((DistributionError, msgspec.ValidationError), match=message):
        msgspec.convert(written, AnyDuration)
