import numpy as np
import pytest

from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.durations import lognormal_survival
from pacing.estimators.score_calibration import ScoreCalibration
from pacing.forecast.floor import Floor
from pacing.forecast.primitives import Primitives
from pacing.forecast.rows import Rows
from pacing.model import AbandonBudget, CallInFlight, Snapshot

NOW = 1000.0


@pytest.fixture
def rows() -> Rows:
    answer = lognormal_survival(12.5, 0.5)
    talk = lognormal_survival(85.0, 0.83)
    return Rows(Primitives(talk, lognormal_survival(13.4, 0.47), answer, answer, grace_s=2.0))


@pytest.fixture
def answer_rate() -> AnswerRate:
    answer_rate = AnswerRate()
    for number in range(400):
        answer_rate.update(float(number % 4 == 0), float(number))
    return answer_rate


def snapshot(calls: tuple[CallInFlight, ...]) -> Snapshot:
    return Snapshot(
        now=NOW,
        talking_since=(NOW - 33.3, NOW - 250.0),
        acw_since=(NOW - 7.0,),
        calls=calls,
        budget=AbandonBudget(rate_max=0.03),
    )


def test_forecast_expects_what_the_primitives_say_of_each(rows: Rows, answer_rate: AnswerRate) -> None:
    calls = tuple(CallInFlight(call_id=str(age), placed_at=NOW - age) for age in (0.0, 4.5, 19.0))
    floor = Floor(rows, snapshot(calls), answer_rate)
    net = floor.forecast()
    primitives = rows.primitives
    free = primitives.free_from_talk(np.array([33.3, 250.0])).sum(axis=0) + primitives.free_from_acw(np.array([7.0]))[0]
    answered = primitives.answered(np.array([0.0, 4.5, 19.0]), np.full(3, floor.answer_rate)).sum(axis=0)
    assert net.free == pytest.approx(free, abs=0.01)
    assert net.answered == pytest.approx(answered, abs=0.01)
    assert floor.answer_rate == pytest.approx(0.25, abs=0.02)


def test_calls_with_a_chance_of_their_own_keep_it(rows: Rows, answer_rate: AnswerRate) -> None:
    calls = (
        CallInFlight(call_id="a", placed_at=NOW - 3.0, answer_probability=0.9),
        CallInFlight(call_id="b", placed_at=NOW - 8.0, answer_probability=0.05),
        CallInFlight(call_id="c", placed_at=NOW - 8.0),
    )
    floor = Floor(rows, snapshot(calls), answer_rate, ScoreCalibration())
    net = floor.forecast()
    chances = np.array([0.9, 0.05, floor.answer_rate])
    answered = rows.primitives.answered(np.array([3.0, 8.0, 8.0]), chances).sum(axis=0)
    assert net.answered == pytest.approx(answered, abs=0.03)


def test_a_call_in_flight_for_more_than_a_minute_counts_as_one_of_a_minute(rows: Rows, answer_rate: AnswerRate) -> None:
    old, older = (
        Floor(rows, snapshot((CallInFlight(call_id="a", placed_at=NOW - age),)), answer_rate).forecast()
        for age in (60.0, 500.0)
    )
    assert older.answered == pytest.approx(old.answered)


def test_nobody_busy_and_nothing_in_flight_is_a_floor_too(rows: Rows, answer_rate: AnswerRate) -> None:
    empty = Snapshot(now=NOW, idle_agents=1, budget=AbandonBudget(rate_max=0.03))
    assert Floor(rows, empty, answer_rate).forecast().risk() == pytest.approx(0.0, abs=1e-6)
