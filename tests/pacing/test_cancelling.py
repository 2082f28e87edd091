import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pacing.cancelling import ANSWER_MIN, RISK_FACTOR, cancellable, choose_cancels
from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.durations import EDGES, lognormal_survival
from pacing.forecast.floor import Floor
from pacing.forecast.primitives import Primitives
from pacing.forecast.rows import Rows
from pacing.model import AbandonBudget, CallInFlight, Snapshot

NOW = 1000.0


THRESHOLD = 0.02


def floor_of(
    ages: list[float],
    idle: int,
    cancel_after_s: float | None = 15.0,
    ringing: bool = True,
    may_cancel: bool = True,
    talking: int = 3,
) -> tuple[Snapshot, Rows, Floor]:
    other = np.where(EDGES < 28.0, 1.0, 0.0)
    talk, acw = lognormal_survival(85.0, 0.83), lognormal_survival(13.4, 0.47)
    rows = Rows(Primitives(talk, acw, lognormal_survival(12.5, 0.5), other, grace_s=2.0))
    answer_rate = AnswerRate()
    for number in range(400):
        answer_rate.update(float(number % 3 == 0), float(number))
    snapshot = Snapshot(
        now=NOW,
        idle_agents=idle,
        talking_since=(NOW - 10.0,) * talking,
        calls=tuple(
            CallInFlight(
                call_id=f"{age}",
                placed_at=NOW - age,
                ringing_at=NOW - age if ringing else None,
                may_cancel=may_cancel,
            )
            for age in ages
        ),
        cancel_after_s=cancel_after_s,
        budget=AbandonBudget(rate_max=0.03),
    )
    return snapshot, rows, Floor(rows, snapshot, answer_rate)


def chosen(
    ages: list[float], idle: int, cancel_after_s: float | None = 15.0, ringing: bool = True, may_cancel: bool = True
) -> tuple[str, ...]:
    snapshot, rows, floor = floor_of(ages, idle, cancel_after_s, ringing, may_cancel)
    return choose_cancels(snapshot, rows.primitives, floor.forecast(), floor.answer_rate, THRESHOLD)


def test_calls_past_the_minimum_are_given_up_when_nobody_will_be_free() -> None:
    assert chosen([5.0, 12.0, 16.0, 20.0], idle=0) == ("20.0", "16.0")


def test_none_where_agents_wait() -> None:
    assert chosen([5.0, 12.0, 16.0, 20.0], idle=4) == ()


def test_one_idle_agent_keeps_one_call() -> None:
    assert len(chosen([16.0, 18.0, 20.0, 22.0], idle=1)) in {2, 3}


@pytest.mark.parametrize(("cancel_after_s", "ringing"), [(None, True), (15.0, False)])
def test_only_where_allowed_and_only_calls_that_ring(cancel_after_s: float | None, ringing: bool) -> None:
    assert chosen([16.0, 20.0], idle=0, cancel_after_s=cancel_after_s, ringing=ringing) == ()


def test_a_call_that_must_not_be_given_up_is_not() -> None:
    assert chosen([16.0, 20.0], idle=0, may_cancel=False) == ()


def one_by_one(snapshot: Snapshot, rows: Rows, floor: Floor) -> tuple[list[str], float]:
    """Every call taken out and weighed, oldest first; and how near to its limit any came."""
    forecast, limit = floor.forecast(), RISK_FACTOR * THRESHOLD
    given_up, nearest = [], 1.0
    for call in cancellable(snapshot):
        age_s = snapshot.now - call.placed_at
        answered = rows.primitives.answered(np.array([age_s]), np.array([floor.answer_rate]))[0]
        removed = forecast.remove(age_s, floor.answer_rate)
        risk = float(forecast.shortfall() @ np.diff(answered, prepend=0.0)) / max(float(answered[-1]), ANSWER_MIN)
        nearest = min(nearest, abs(risk - limit))
        if risk > limit:
            given_up.append(call.call_id)
        else:
            forecast.put_back(removed)
    return given_up, nearest


@given(
    ages=st.lists(st.floats(0.0, 27.0), max_size=40, unique=True), idle=st.integers(0, 6), talking=st.integers(0, 40)
)
@settings(max_examples=60, deadline=None)
def test_the_calls_given_up_are_those_found_by_weighing_every_one(ages: list[float], idle: int, talking: int) -> None:
    snapshot, rows, floor = floor_of(ages, idle, talking=talking)
    expected, nearest = one_by_one(snapshot, rows, floor)
    assume(nearest > 1e-3)
    assert list(choose_cancels(snapshot, rows.primitives, floor.forecast(), floor.answer_rate, THRESHOLD)) == expected
