import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.reckoning import REMEMBERED_MAX, Reckoning, slope

ALLOWED = 0.03
AGENTS = 10


def test_calls_placed_at_next_to_no_risk_are_not_safe_in_the_end() -> None:
    reckoning = Reckoning()
    first, last = reckoning.predict(0.0, 0.02, ALLOWED, AGENTS), reckoning.predict(0.0199, 0.02, ALLOWED, AGENTS)
    assert 0.01 < first < last < 0.04


def test_the_smaller_the_team_the_more_a_call_is_safe_that_was_placed_at_no_risk() -> None:
    told = [Reckoning().predict(0.0, 0.02, ALLOWED, agents) for agents in (3, 5, 10, 20, 300)]
    assert told == sorted(told)
    assert told[0] == told[1] < 0.2 * ALLOWED
    assert told[-1] > 0.8 * ALLOWED


@given(st.integers(1, 5000))
def test_what_a_share_is_worth_falls_with_the_team(agents: int) -> None:
    assert 0.0 < slope(agents + 1) <= slope(agents)


def test_more_than_usual_comes_of_more_than_usual() -> None:
    reckoning = Reckoning()
    for _ in range(300):
        reckoning.learn(reckoning.predict(0.015, 0.02, ALLOWED, AGENTS), False)
        reckoning.learn(reckoning.predict(0.015, 0.02, ALLOWED, AGENTS), True)
    usual = reckoning.predict(0.015, 0.02, ALLOWED, AGENTS)
    assert reckoning.predict(0.015, 0.02, 1.5 * ALLOWED, AGENTS) > 1.5 * usual
    assert reckoning.predict(0.015, 0.02, 0.5 * ALLOWED, AGENTS) < 0.5 * usual


@pytest.mark.parametrize("factor", [0.3, 1.0, 2.0])
def test_what_happens_is_learned(factor: float) -> None:
    """Calls placed at a tenth of the threshold fare `factor` times as the rate allowed says."""
    rng = np.random.default_rng(3)
    reckoning = Reckoning()
    predicted, realised = 0.0, 0
    for answer in range(8000):
        risk = reckoning.predict(0.002, 0.02, ALLOWED, AGENTS)
        abandoned = bool(rng.random() < factor * ALLOWED)
        reckoning.learn(risk, abandoned)
        if answer > 1000:
            predicted += risk
            realised += abandoned
    assert 0.8 < realised / predicted < 1.25


def test_bins_are_learned_apart() -> None:
    reckoning = Reckoning()
    before, safe_before = reckoning.predict(0.019, 0.02, ALLOWED, AGENTS), reckoning.predict(0.0, 0.02, ALLOWED, AGENTS)
    for _ in range(2000):
        reckoning.learn(reckoning.predict(0.0, 0.02, ALLOWED, AGENTS), False)
    assert reckoning.predict(0.019, 0.02, ALLOWED, AGENTS) == before
    assert reckoning.predict(0.0, 0.02, ALLOWED, AGENTS) < 0.5 * safe_before


def test_a_value_never_predicted_is_left_aside_and_memory_is_bounded() -> None:
    reckoning = Reckoning()
    before = reckoning.predict(0.01, 0.02, ALLOWED, AGENTS)
    reckoning.learn(0.123, True)
    assert reckoning.predict(0.01, 0.02, ALLOWED, AGENTS) == before
    for number in range(3 * REMEMBERED_MAX):
        reckoning.predict(0.01, 0.02, 1e-3 + 1e-7 * number, AGENTS)
    assert len(reckoning._placed) <= REMEMBERED_MAX


def test_a_threshold_of_nothing_is_no_division() -> None:
    assert 0.0 <= Reckoning().predict(0.0, 0.0, ALLOWED, AGENTS) <= 1.0
