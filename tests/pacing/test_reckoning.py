import numpy as np
import pytest

from pacing.reckoning import REMEMBERED_MAX, Reckoning

ALLOWED = 0.03


def test_calls_placed_at_next_to_no_risk_are_not_safe_in_the_end() -> None:
    reckoning = Reckoning()
    first, last = reckoning.predict(0.0, 0.02, ALLOWED), reckoning.predict(0.0199, 0.02, ALLOWED)
    assert 0.01 < first < last < 0.04


@pytest.mark.parametrize("factor", [0.3, 1.0, 2.0])
def test_what_happens_is_learned(factor: float) -> None:
    """Calls placed at a tenth of the threshold fare `factor` times as the rate allowed says."""
    rng = np.random.default_rng(3)
    reckoning = Reckoning()
    predicted, realised = 0.0, 0
    for answer in range(8000):
        risk = reckoning.predict(0.002, 0.02, ALLOWED)
        abandoned = bool(rng.random() < factor * ALLOWED)
        reckoning.learn(risk, abandoned)
        if answer > 1000:
            predicted += risk
            realised += abandoned
    assert 0.8 < realised / predicted < 1.25


def test_bins_are_learned_apart() -> None:
    reckoning = Reckoning()
    before = reckoning.predict(0.019, 0.02, ALLOWED)
    for _ in range(500):
        reckoning.learn(reckoning.predict(0.0, 0.02, ALLOWED), False)
    assert reckoning.predict(0.019, 0.02, ALLOWED) == before
    assert reckoning.predict(0.0, 0.02, ALLOWED) < 0.01


def test_a_value_never_predicted_is_left_aside_and_memory_is_bounded() -> None:
    reckoning = Reckoning()
    before = reckoning.predict(0.01, 0.02, ALLOWED)
    reckoning.learn(0.123, True)
    assert reckoning.predict(0.01, 0.02, ALLOWED) == before
    for number in range(3 * REMEMBERED_MAX):
        reckoning.predict(0.01, 0.02, 1e-3 + 1e-7 * number)
    assert len(reckoning._placed) <= REMEMBERED_MAX


def test_a_threshold_of_nothing_is_no_division() -> None:
    assert 0.0 <= Reckoning().predict(0.0, 0.0, ALLOWED) <= 1.0
