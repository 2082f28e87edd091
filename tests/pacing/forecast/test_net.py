from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pacing.estimators.durations import lognormal_survival
from pacing.forecast.net import NetForecast, mean_of
from pacing.forecast.primitives import HORIZON_COUNT, HORIZON_WEIGHTS, SHARES, Primitives
from pacing.forecast.rows import CALL_KNOTS, FIRST_ACW, FIRST_CALL, KNOTS_S, LEVEL_PROBABILITIES, LEVELS, Rows

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def rows() -> Rows:
    answer = lognormal_survival(12.5, 0.5)
    other = 0.5 * answer + 0.5 * lognormal_survival(27.0, 0.05)
    talk = lognormal_survival(85.0, 0.83)
    return Rows(Primitives(talk, lognormal_survival(13.4, 0.47), answer, other, grace_s=2.0))


def poisson_binomial(chances: Array) -> Array:
    pmf = np.ones(1)
    for chance in chances:
        pmf = np.convolve(pmf, [1.0 - chance, chance])
    return pmf


def exact_risk(rows: Rows, agents: Array, calls: Array, new: int, added: int, surplus: int) -> float:
    """Term by term, from the definition: the chance that at its answer the new call finds nobody."""
    flying = np.concatenate([calls, np.full(added, new)]).astype(np.intp)
    free = rows.select(agents).moments[:, :HORIZON_COUNT]
    answered = rows.select(flying).moments[:, HORIZON_COUNT : 2 * HORIZON_COUNT]
    risk = 0.0
    for k in range(HORIZON_COUNT):
        frees = poisson_binomial(free[:, k])
        answers = poisson_binomial(answered[:, k])
        for count, chance in enumerate(frees):
            risk += chance * answers[max(surplus + count, 0) :].sum() * HORIZON_WEIGHTS[k]
    return risk


def forecast(rows: Rows, agents: Array, calls: Array, surplus: int) -> NetForecast:
    ids = np.concatenate([agents, calls]).astype(np.intp)
    return NetForecast(rows, [(rows.select(ids), np.ones(len(ids)))], surplus)


talk_rows = st.integers(0, 80)
acw_rows = st.integers(FIRST_ACW, FIRST_ACW + 40)
call_rows = st.builds(
    lambda level, age: FIRST_CALL + level * CALL_KNOTS + age, st.integers(0, LEVELS - 1), st.integers(0, 27)
)


@settings(max_examples=80, deadline=None)
@given(
    agents=st.lists(st.one_of(talk_rows, acw_rows), max_size=25),
    calls=st.lists(call_rows, max_size=40),
    level=st.integers(0, LEVELS - 1),
    added=st.integers(0, 12),
    surplus=st.integers(-3, 10),
)
def test_risk_of_small_teams_is_exact(
    rows: Rows, agents: list[int], calls: list[int], level: int, added: int, surplus: int
) -> None:
    new = FIRST_CALL + level * CALL_KNOTS
    busy = np.array(agents, dtype=np.intp)
    flying = np.array(calls, dtype=np.intp)
    net = forecast(rows, busy, flying, surplus)
    for _ in range(added):
        net.add(LEVEL_PROBABILITIES[level])
    assert net.risk() == pytest.approx(exact_risk(rows, busy, flying, new, added, surplus), abs=2e-4)


@pytest.mark.parametrize(("agents", "calls", "surplus"), [(60, 100, 3), (200, 500, 20), (500, 1500, 60)])
def test_risk_of_large_teams_needs_no_other_method(rows: Rows, agents: int, calls: int, surplus: int) -> None:
    rng = np.random.default_rng(agents)
    busy = np.concatenate([rng.integers(0, 80, agents - agents // 9), FIRST_ACW + rng.integers(0, 25, agents // 9)])
    flying = FIRST_CALL + 10 * CALL_KNOTS + rng.integers(0, 27, calls)
    new = FIRST_CALL + 10 * CALL_KNOTS
    for offset in (-20, 0, 10, 30):
        net = forecast(rows, busy, flying, surplus + offset)
        expected = exact_risk(rows, busy, flying, new, 0, surplus + offset)
        assert net.risk() == pytest.approx(expected, abs=2e-4)


def test_each_call_added_raises_the_risk(rows: Rows) -> None:
    net = forecast(rows, np.array([5, 20, 40]), np.array([], dtype=np.intp), 2)
    risks = []
    for _ in range(60):
        risks.append(net.risk())
        net.add(0.3)
    assert all(later > earlier - 1e-5 for earlier, later in pairwise(risks))
    assert risks[0] < 0.001
    assert risks[-1] > 0.85


def test_expected_frees_and_answers_are_the_sums_of_chances(rows: Rows) -> None:
    agents = np.array([10, FIRST_ACW + 3])
    calls = np.array([FIRST_CALL + 10 * CALL_KNOTS + 4])
    net = forecast(rows, agents, calls, 0)
    free = rows.primitives.free_from_talk(KNOTS_S[[10]]) + rows.primitives.free_from_acw(KNOTS_S[[3]])
    assert net.free == pytest.approx(free[0])
    assert net.answered == pytest.approx(rows.primitives.answered(KNOTS_S[[4]], LEVEL_PROBABILITIES[[10]])[0], rel=1e-4)


def test_a_call_added_and_given_up_leaves_no_trace(rows: Rows) -> None:
    agents, calls = np.array([5, 20, FIRST_ACW + 10]), np.array([FIRST_CALL + 9 * CALL_KNOTS + 3])
    net = forecast(rows, agents, calls, 1)
    before = net.risk()
    net.add(0.27)
    assert net.risk() > before
    net.remove(0.0, 0.27)
    assert net.risk() == pytest.approx(before, abs=1e-6)


def test_shortfall_by_horizon_averages_to_the_risk(rows: Rows) -> None:
    net = forecast(rows, np.array([5, 20, 40]), FIRST_CALL + 10 * CALL_KNOTS + np.arange(5), 1)
    assert mean_of(net.shortfall()) == pytest.approx(net.risk(), abs=1e-6)


def test_a_probability_between_levels_expects_what_it_says(rows: Rows) -> None:
    net = forecast(rows, np.array([5]), np.array([], dtype=np.intp), 1)
    net.add(0.3)
    assert net.answered == pytest.approx(0.3 * SHARES, rel=1e-3)
