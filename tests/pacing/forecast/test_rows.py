import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.estimators.durations import lognormal_survival
from pacing.forecast.primitives import HORIZON_COUNT, Primitives
from pacing.forecast.rows import (
    CALL_KNOTS,
    FIRST_ACW,
    FIRST_CALL,
    KNOTS,
    KNOTS_S,
    LEVEL_PROBABILITIES,
    Rows,
    Window,
    level_of,
    levels_of,
    spread,
)


@pytest.fixture
def rows() -> Rows:
    answer = lognormal_survival(12.5, 0.5)
    talk = lognormal_survival(85.0, 0.83)
    return Rows(Primitives(talk, lognormal_survival(13.4, 0.47), answer, answer, grace_s=2.0))


@pytest.mark.parametrize("window", list(Window))
def test_a_row_is_the_log_characteristic_function_of_its_chance(rows: Rows, window: Window) -> None:
    ids = np.array([3, FIRST_ACW + 12, FIRST_CALL + 9 * KNOTS + 5])
    slots = rows.slots(ids)
    moments = rows.moments(slots)
    chance = moments[:, :HORIZON_COUNT] - moments[:, HORIZON_COUNT : 2 * HORIZON_COUNT]
    logs = rows.logs(slots, window).view(np.complex64).reshape(3, HORIZON_COUNT, -1)
    angle = 2 * np.pi / window * np.arange(1, window.frequencies + 1)
    turn = np.exp(1j * np.sign(chance)[:, :, None] * angle)
    expected = 1.0 + np.abs(chance)[:, :, None] * (turn - 1.0)
    assert np.exp(logs + 1j * chance[:, :, None] * angle) == pytest.approx(expected, abs=1e-5)


def test_rows_keep_their_slots_and_grow(rows: Rows) -> None:
    first = rows.slots(np.arange(10)).copy()
    calls = np.arange(FIRST_CALL, FIRST_CALL + 12 * KNOTS)
    assert rows.logs(rows.slots(calls), Window.W33).shape[0] == len(calls)
    assert (rows.slots(np.arange(10)) == first).all()


def test_a_call_beyond_a_minute_is_taken_to_be_a_minute_old(rows: Rows) -> None:
    slots = rows.slots(np.array([FIRST_CALL + CALL_KNOTS - 1, FIRST_CALL + KNOTS - 1]))
    assert slots[0] == slots[1]


@given(elapsed=st.lists(st.floats(0.0, 2500.0), min_size=1, max_size=20))
def test_spread_keeps_elapsed_time(elapsed: list[float]) -> None:
    low, share = spread(np.array(elapsed))
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
