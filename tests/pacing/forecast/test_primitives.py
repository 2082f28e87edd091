import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.estimators.durations import EDGES, lognormal_survival
from pacing.forecast.primitives import HORIZON_COUNT, HORIZON_WEIGHTS, SHARES, Primitives

MEDIAN_S, SIGMA = 85.0, 0.83


@pytest.fixture(scope="module")
def primitives() -> Primitives:
    answer = lognormal_survival(12.5, 0.5)
    other = np.where(EDGES < 28.0, 1.0 - 0.2 * np.minimum(EDGES / 6.0, 1.0), 0.0)
    return Primitives(lognormal_survival(MEDIAN_S, SIGMA), lognormal_survival(13.4, 0.47), answer, other, grace_s=2.0)


def test_horizons_integrate_over_the_answer_time() -> None:
    assert HORIZON_WEIGHTS.sum() == pytest.approx(1.0)
    for power in range(2 * HORIZON_COUNT):
        assert HORIZON_WEIGHTS @ SHARES**power == pytest.approx(1.0 / (power + 1))


def test_horizons_are_quantiles_of_the_answer_time(primitives: Primitives) -> None:
    fresh = primitives.answered(np.array([0.0]), np.array([0.4]))[0]
    assert fresh == pytest.approx(0.4 * SHARES, rel=1e-6)


@pytest.mark.parametrize("elapsed", [0.0, 20.0, 100.0, 400.0])
def test_free_from_talk_agrees_with_simulation(primitives: Primitives, elapsed: float) -> None:
    rng = np.random.default_rng(1)
    talk = rng.lognormal(np.log(MEDIAN_S), SIGMA, 2_000_000)
    talk = talk[talk > elapsed]
    acw = rng.lognormal(np.log(13.4), 0.47, len(talk))
    free = primitives.free_from_talk(np.array([elapsed]))[0]
    expected = [(talk + acw <= elapsed + horizon + 2.0).mean() for horizon in primitives.horizons_s]
    assert free == pytest.approx(expected, abs=0.006)


def test_free_from_acw_agrees_with_the_law(primitives: Primitives) -> None:
    rng = np.random.default_rng(2)
    acw = rng.lognormal(np.log(13.4), 0.47, 400_000)
    acw = acw[acw > 10.0]
    expected = [(acw <= 10.0 + horizon + 2.0).mean() for horizon in primitives.horizons_s]
    assert primitives.free_from_acw(np.array([10.0]))[0] == pytest.approx(expected, abs=0.01)


def test_a_call_that_has_rung_long_is_hardly_answered_any_more(primitives: Primitives) -> None:
    chances = primitives.answered(np.array([0.0, 10.0, 20.0, 26.0]), np.full(4, 0.3))[:, -1]
    assert chances[3] < chances[2] < chances[1] < 0.3


def test_acw_beyond_all_experience_ends_now(primitives: Primitives) -> None:
    assert primitives.free_from_acw(np.array([5000.0])) == pytest.approx(np.ones((1, HORIZON_COUNT)))


@given(
    elapsed=st.floats(0.0, 5000.0),
    age=st.floats(0.0, 60.0),
    probability=st.floats(0.0, 1.0),
)
def test_chances_lie_between_0_and_1_and_grow_with_the_horizon(
    primitives: Primitives, elapsed: float, age: float, probability: float
) -> None:
    for chances in (
        primitives.free_from_talk(np.array([elapsed])),
        primitives.free_from_acw(np.array([elapsed])),
        primitives.answered(np.array([age]), np.array([probability])),
    ):
        assert (chances >= -1e-9).all()
        assert (chances <= 1.0 + 1e-9).all()
        assert (np.diff(chances[0]) >= -1e-9).all()
