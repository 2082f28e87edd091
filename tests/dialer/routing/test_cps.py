import hypothesis.strategies as st
import pytest
from hypothesis import given

from dialer.routing.cps import CallRate


def test_a_burst_and_then_a_pause_of_a_second() -> None:
    rate = CallRate(3.0)
    for _ in range(3):
        assert rate.available(10.0) > 0
        rate.take(10.0)
    assert rate.available(10.99) == 0
    assert rate.available(11.0) == 3


def test_less_than_one_call_per_second() -> None:
    rate = CallRate(0.5)
    rate.take(10.0)
    assert rate.available(11.9) == 0
    assert rate.available(12.0) == 1


def test_a_trunk_that_takes_no_calls_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="cps_max is 0"):
        CallRate(0.0)


@given(st.floats(0.1, 20.0), st.lists(st.integers(0, 40), max_size=200))
def test_no_second_ever_holds_more_than_the_limit(cps_max: float, waits: list[int]) -> None:
    rate = CallRate(cps_max)
    now, placed = 0.0, []
    for wait in waits:
        now += wait / 32
        while rate.available(now) > 0:
            rate.take(now)
            placed.append(now)
    window_s = max(1.0, 1.0 / cps_max)
    for at in placed:
        assert sum(at <= other < at + window_s for other in placed) <= max(1.0, cps_max * window_s + 1e-6)
