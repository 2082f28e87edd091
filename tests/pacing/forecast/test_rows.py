import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.estimators.durations import lognormal_survival
from pacing.forecast.characteristic import frequencies
from pacing.forecast.primitives import HORIZON_COUNT, Primitives
from pacing.forecast.rows import (
    ACW_FROM_S,
    CALL_KNOTS,
    CALLS_FROM_S,
    FIRST_ACW,
    FIRST_CALL,
    KNOTS_S,
    LEVEL_PROBABILITIES,
    Rows,
    between_levels,
    level_of,
    levels_of,
    spread,
)


@pytest.fixture
def rows() -> Rows:
    answer = lognormal_survival(12.5, 0.5)
    talk = lognormal_survival(85.0, 0.83)
    return Rows(Primitives(talk, lognormal_survival(13.4, 0.47), answer, answer, grace_s=2.0))


def test_a_row_is_the_chance_that_the_primitives_say(rows: Rows) -> None:
    moments = rows.select(np.array([3, FIRST_ACW + 12, FIRST_CALL + 9 * CALL_KNOTS + 5])).moments
    primitives = rows.primitives
    free, answered, variance = np.split(moments, 3, axis=1)
    assert free[0] == pytest.approx(primitives.free_from_talk(KNOTS_S[[3]])[0])
    assert free[1] == pytest.approx(primitives.free_from_acw(KNOTS_S[[12]])[0])
    assert free[2] == pytest.approx(np.zeros(HORIZON_COUNT))
    assert answered[2] == pytest.approx(primitives.answered(KNOTS_S[[5]], LEVEL_PROBABILITIES[[9]])[0])
    chance = free + answered
    assert variance == pytest.approx(chance * (1.0 - chance))


def test_the_floor_holds_talk_acw_and_two_levels_of_calls(rows: Rows) -> None:
    floor = rows.floor(9)
    calls = FIRST_CALL + 9 * CALL_KNOTS + np.arange(2 * CALL_KNOTS)
    expected = rows.select(np.concatenate((np.arange(FIRST_CALL), calls)))
    assert floor.moments == pytest.approx(expected.moments)
    assert rows.floor(9) is floor
    assert rows.fresh(9).moments == pytest.approx(expected.moments[[FIRST_CALL, FIRST_CALL + CALL_KNOTS]])


def test_logs_of_a_window_are_made_once(rows: Rows) -> None:
    floor = rows.floor(9)
    assert floor.logs(33) is floor.logs(33)
    assert floor.logs(33).shape == (len(floor.moments), 2 * HORIZON_COUNT * frequencies(33))


def test_answers_to_come_are_those_of_the_primitives(rows: Rows) -> None:
    """Of calls that ring, so many will be answered: what the horizon beyond all answer times says."""
    ages = KNOTS_S[:CALL_KNOTS]
    still, other = rows.primitives.survivals(ages)
    for level in (3, 10, 20):
        probability = LEVEL_PROBABILITIES[level]
        expected = probability * still / (probability * still + (1.0 - probability) * other)
        assert rows.answers[:30, level] == pytest.approx(expected[:30], rel=1e-6)


@given(probability=st.floats(0.003, 0.997))
def test_between_levels_is_linear(probability: float) -> None:
    assert between_levels(LEVEL_PROBABILITIES.tolist(), probability) == pytest.approx(probability, abs=1e-9)


@given(age=st.floats(0.0, 1000.0))
def test_a_call_beyond_a_minute_is_taken_to_be_a_minute_old(age: float) -> None:
    low, share = spread(np.array([CALLS_FROM_S + age]))
    low -= FIRST_CALL
    assert low[0] + 1 < CALL_KNOTS
    assert (1.0 - share) * KNOTS_S[low] + share * KNOTS_S[low + 1] == pytest.approx(min(age, 60.0), abs=1e-5)


@pytest.mark.parametrize(("from_s", "first"), [(0.0, 0), (ACW_FROM_S, FIRST_ACW)])
def test_who_talks_or_writes_for_longer_than_all_knots_stays_at_the_last(from_s: float, first: int) -> None:
    low, share = spread(np.array([from_s + KNOTS_S[-1], from_s + 20_000.0]))
    assert (low == first + len(KNOTS_S) - 2).all()
    assert share == pytest.approx(np.ones(2), abs=1e-6)


@given(elapsed=st.lists(st.floats(0.0, 2500.0), min_size=1, max_size=20), is_acw=st.booleans())
def test_spread_keeps_elapsed_time(elapsed: list[float], is_acw: bool) -> None:
    low, share = spread(np.array(elapsed) + ACW_FROM_S * is_acw)
    low -= FIRST_ACW * is_acw
    assert ((share >= 0.0) & (share <= 1.0 + 1e-12)).all()
    assert (1.0 - share) * KNOTS_S[low] + share * KNOTS_S[low + 1] == pytest.approx(np.array(elapsed), abs=1e-6)


@given(probability=st.floats(0.003, 0.997))
def test_level_keeps_the_probability(probability: float) -> None:
    level, above = level_of(probability)
    below, next_one = LEVEL_PROBABILITIES[level], LEVEL_PROBABILITIES[level + 1]
    assert (1.0 - above) * below + above * next_one == pytest.approx(probability, abs=1e-9)
    many_levels, many_above = levels_of(np.array([probability]))
    assert (many_levels[0], many_above[0]) == (level, pytest.approx(above, abs=1e-9))


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_certainties_stand_at_the_ends(probability: float) -> None:
    level, above = level_of(probability)
    value = (1.0 - above) * LEVEL_PROBABILITIES[level] + above * LEVEL_PROBABILITIES[level + 1]
    assert value == pytest.approx(probability, abs=0.003)
