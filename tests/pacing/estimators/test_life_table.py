import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.estimators.life_table import CENSORED_AT_RISK, WAITING_MAX, LifeTable

EDGES = np.array([0.0, 1.0, 2.0, 5.0, 10.0])
BINS = len(EDGES) - 1

notes = st.lists(st.tuples(st.floats(-1.0, 20.0), st.floats(0.1, 5.0), st.sampled_from([None, 0, 1])), max_size=40)


def empty() -> LifeTable:
    return LifeTable(EDGES, np.zeros(BINS), np.zeros(BINS), np.zeros(BINS))


@given(noted=notes, read_after=st.integers(0, 40))
def test_it_holds_what_was_noted_whenever_it_is_read(
    noted: list[tuple[float, float, int | None]], read_after: int
) -> None:
    table = empty()
    risk, ends = np.zeros(BINS), np.zeros((2, BINS))
    for number, (duration, weight, cause) in enumerate(noted):
        table.note(duration, weight, cause)
        last = min(max(int(np.searchsorted(EDGES, duration, side="right")) - 1, 0), BINS - 1)
        risk[:last] += weight
        risk[last] += weight if cause is not None else CENSORED_AT_RISK * weight
        if cause is not None:
            ends[cause, last] += weight
        if number == read_after:
            table.read()
    found_risk, found_ends = table.read()
    assert found_risk == pytest.approx(risk)
    assert np.array(found_ends) == pytest.approx(ends)


def test_dividing_lets_what_was_noted_weigh_less() -> None:
    table = empty()
    table.note(1.5, 8.0, 0)
    table.divide(4.0)
    table.note(1.5, 1.0, 0)
    risk, (first, second) = table.read()
    assert risk.tolist() == [3.0, 3.0, 0.0, 0.0]
    assert first.tolist() == [0.0, 3.0, 0.0, 0.0]
    assert not second.any()


def test_a_table_that_nobody_reads_does_not_grow() -> None:
    table = empty()
    for _ in range(10 * WAITING_MAX):
        table.note(3.0, 1.0, 1)
    assert len(table._waiting) < WAITING_MAX
    risk, (_, ends) = table.read()
    assert ends[2] == risk[0] == 10 * WAITING_MAX
