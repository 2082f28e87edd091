from hypothesis import given
from hypothesis import strategies as st

from dialer.access import throttle as module
from dialer.access.throttle import FORGET_S, FREE_FAILURES, WAIT_S_MAX, Throttle


def failures(count: int) -> Throttle:
    throttle = Throttle()
    for _ in range(count):
        throttle.failed("ann", 0.0)
    return throttle


def test_a_few_failures_cost_nothing_and_each_further_one_twice_as_much() -> None:
    waits = [failures(count).wait_s("ann", 0.0) for count in range(FREE_FAILURES - 1, FREE_FAILURES + 4)]
    assert waits == [0.0, 1.0, 2.0, 4.0, 8.0]


def test_waiting_helps_and_so_does_the_right_password() -> None:
    throttle = failures(FREE_FAILURES + 3)
    assert throttle.wait_s("ann", 5.0) == 3.0
    assert throttle.wait_s("ann", 8.0) == 0.0
    throttle.succeeded("ann")
    assert throttle.wait_s("ann", 0.0) == 0.0


def test_others_are_not_slowed_down() -> None:
    assert failures(20).wait_s("bob", 0.0) == 0.0


def test_a_day_makes_good() -> None:
    throttle = failures(20)
    assert throttle.wait_s("ann", FORGET_S) == 0.0
    throttle.failed("ann", FORGET_S)
    assert throttle.wait_s("ann", FORGET_S) == 0.0


@given(st.integers(0, 2000))
def test_nobody_is_locked_out_for_longer_than_the_limit(count: int) -> None:
    assert failures(count).wait_s("ann", 0.0) <= WAIT_S_MAX


def test_the_memory_is_bounded(monkeypatch: object) -> None:
    throttle = Throttle()
    for index in range(module.NAMES_MAX + 5):
        throttle.failed(f"name {index}", 0.0)
    assert len(throttle._failures) == module.NAMES_MAX
