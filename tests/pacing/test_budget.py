import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.budget import BudgetController
from pacing.model import AbandonBudget

DAY_S = 36_000.0


def budget(answered: int, abandoned: int, ends_at: float = DAY_S, rate_max: float = 0.03) -> AbandonBudget:
    return AbandonBudget(rate_max=rate_max, answered=answered, abandoned=abandoned, window_ends_at=ends_at)


def test_threshold_rises_as_the_budget_lies_unused() -> None:
    controller = BudgetController(None)
    thresholds = [controller.threshold([budget(2000, abandoned)], 18_000.0, 10) for abandoned in (59, 57, 54, 40)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


def test_next_to_nothing_is_allowed_once_one_more_could_break_the_cap() -> None:
    controller = BudgetController(None)
    assert controller.threshold([budget(1000, 30)], DAY_S - 1.0, 10) < 0.001
    assert controller.threshold([budget(1000, 25)], DAY_S - 1.0, 10) > 0.01


def allowed_at_the_end(account: AbandonBudget, answers_left: float) -> float:
    """What is allowed after a day of an answer every 15 s."""
    controller = BudgetController(None)
    for answer in range(2000):
        controller.threshold([budget(answer, 0)], answer * 15.0, 10)
        controller.learn(False, answer * 15.0)
    controller.threshold([account], 30_000.0, 10, answers_left)
    return controller.allowed


@pytest.mark.parametrize(("ends_at", "answers_left"), [(30_030.0, float("inf")), (DAY_S, 4.0)])
def test_in_the_last_minutes_a_surplus_is_not_spent_at_any_risk(ends_at: float, answers_left: float) -> None:
    """Half a call more than the reserve is left, and hardly an answer to come: answers come in bursts."""
    assert 0.03 < allowed_at_the_end(budget(2000, 56, ends_at), answers_left) < 0.04


@pytest.mark.parametrize(("ends_at", "answers_left"), [(30_030.0, float("inf")), (DAY_S, 4.0)])
def test_in_the_last_minutes_the_reserve_is_not_lent(ends_at: float, answers_left: float) -> None:
    assert allowed_at_the_end(budget(2000, 58, ends_at), answers_left) < 0.002


def test_a_lower_target_is_a_lower_threshold() -> None:
    at_cap = BudgetController(None).threshold([budget(1000, 10)], 10_000.0, 10)
    below = BudgetController(0.01).threshold([budget(1000, 10)], 10_000.0, 10)
    assert below < at_cap / 2


@pytest.mark.parametrize("ends_at", [DAY_S, float("inf")])
@pytest.mark.parametrize("bias", [0.3, 1.0, 3.0])
def test_closed_loop_spends_the_budget_and_no_more(ends_at: float, bias: float) -> None:
    """A plant whose true risk is the threshold times an unknown bias, for 20 days of 4000 answers."""
    rng = np.random.default_rng(round(10 * bias))
    controller = BudgetController(None)
    rates = []
    for day in range(20):
        abandoned = 0
        for answer in range(4000):
            now = day * DAY_S + answer * DAY_S / 4000
            threshold = controller.threshold([budget(answer, abandoned, day * DAY_S + ends_at)], now, 10)
            lost = bool(rng.random() < min(bias * threshold / 2, 0.5))
            abandoned += lost
            controller.learn(lost, now)
        rates.append(abandoned / 4000)
    assert max(rates) <= 0.03
    # About four and a half calls of 120 are the reserve towards a known end.
    assert np.mean(rates[1:]) > (0.0286 if ends_at == DAY_S else 0.028)


def test_a_window_may_end_at_any_time() -> None:
    rng = np.random.default_rng(4)
    controller = BudgetController(None)
    abandoned, over = 0, 0
    for answer in range(20_000):
        threshold = controller.threshold([budget(answer, abandoned, float("inf"))], answer * 10.0, 10)
        lost = bool(rng.random() < min(threshold, 0.5))
        abandoned += lost
        controller.learn(lost, answer * 10.0)
        over += answer > 300 and abandoned > 0.03 * (answer + 1)
    assert over < 400
    assert abandoned / 20_000 > 0.029


@given(answered=st.integers(0, 5000), abandoned=st.integers(0, 500), now=st.floats(0.0, 2 * DAY_S))
def test_threshold_is_a_risk(answered: int, abandoned: int, now: float) -> None:
    threshold = BudgetController(None).threshold([budget(answered, min(abandoned, answered), DAY_S)], now, 10)
    assert 0.0 <= threshold < 1.0


def test_the_window_that_allows_least_decides() -> None:
    controller = BudgetController(None)
    loose, tight = budget(2000, 20), budget(40_000, 1192, float("inf"))
    alone = controller.threshold([tight], 18_000.0, 10)
    assert (
        controller.threshold([loose, tight], 18_000.0, 10)
        == controller.threshold([tight, loose], 18_000.0, 10)
        == alone
    )
    assert alone < controller.threshold([loose], 18_000.0, 10)


def test_a_window_that_began_long_before_the_dialing_changes_nothing() -> None:
    """The account's day begins at midnight, the agents' at nine."""

    def thresholds(began_before_s: float) -> list[float]:
        controller = BudgetController(None)
        steered = []
        for answer in range(600):
            now = began_before_s + answer * 20.0
            account = budget(answer, answer // 50, began_before_s + DAY_S)
            steered.append(controller.threshold([account], now, 10))
            controller.learn(answer % 50 == 49, now)
        return steered

    assert thresholds(0.0) == pytest.approx(thresholds(32_400.0))


def test_a_smaller_team_starts_at_a_higher_threshold() -> None:
    starts = [BudgetController(None).threshold([budget(0, 0)], 0.0, agents) for agents in (3, 10, 300)]
    assert starts == sorted(starts, reverse=True)
    assert starts[0] < 2.0 * starts[2]


@pytest.mark.parametrize("kept_list", [False, True])
def test_a_list_that_runs_dry_long_before_the_end_that_was_told_keeps_the_cap(kept_list: bool) -> None:
    """A list of 900 answers while dialing is thought to go on for three times as long, and calls twice as risky."""
    over = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        controller = BudgetController(None)
        abandoned = 0
        for answer in range(900):
            now = answer * 12.0
            left = float(900 - answer) if kept_list else float("inf")
            threshold = controller.threshold([budget(answer, abandoned)], now, 10, left)
            lost = bool(rng.random() < min(2.0 * threshold, 0.5))
            abandoned += lost
            controller.learn(lost, now)
        over.append(abandoned > 0.03 * 900)
    assert (sum(over) == 0) if kept_list else (sum(over) > 5)


def test_a_list_that_outlasts_the_window_changes_nothing() -> None:
    controller = BudgetController(None)
    alone = controller.threshold([budget(1000, 25)], 18_000.0, 10)
    assert controller.threshold([budget(1000, 25)], 18_000.0, 10, 1e9) == alone


def test_a_list_fed_as_it_is_dialed_leaves_the_rate_at_the_cap() -> None:
    rng = np.random.default_rng(7)
    controller = BudgetController(None)
    abandoned = 0
    for answer in range(10_000):
        threshold = controller.threshold([budget(answer, abandoned, 1e6)], answer * 10.0, 10, 5.0)
        lost = bool(rng.random() < min(threshold, 0.5))
        abandoned += lost
        controller.learn(lost, answer * 10.0)
    assert 0.0285 < abandoned / 10_000 <= 0.03
