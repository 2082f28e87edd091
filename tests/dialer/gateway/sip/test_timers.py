import weakref

from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.timers import Alarm, Timers, TimerSettings


class Owner:
    def __init__(self) -> None:
        self.timers: dict[str, float] = {}
        self.alarm: Alarm | None = None


def test_the_defaults_are_the_rfcs() -> None:
    settings = TimerSettings()
    assert (settings.t1_s, settings.t2_s, settings.t4_s, settings.transaction_s) == (0.5, 4.0, 5.0, 32.0)


def test_due_timers_come_in_order_and_once() -> None:
    timers, one, two = Timers(), Owner(), Owner()
    timers.start(one, "B", 10.0)
    timers.start(two, "A", 5.0)
    timers.start(one, "A", 5.0)
    assert timers.next_at() == 5.0
    assert timers.take_due(4.9) is None
    assert timers.take_due(10.0) == (two, "A")
    assert timers.take_due(10.0) == (one, "A")
    assert timers.take_due(10.0) == (one, "B")
    assert timers.take_due(10.0) is None
    assert timers.next_at() is None


def test_a_stopped_timer_never_comes_and_a_moved_one_comes_once() -> None:
    timers, owner = Timers(), Owner()
    timers.start(owner, "A", 1.0)
    timers.stop(owner, "A")
    timers.stop(owner, "A")
    assert timers.take_due(1.0) is None
    assert timers.next_at() is None
    timers.start(owner, "B", 1.0)
    timers.start(owner, "B", 3.0)
    assert timers.take_due(2.0) is None
    assert timers.take_due(3.0) == (owner, "B")
    assert timers.take_due(9.0) is None
    assert timers.next_at() is None


def test_who_needs_no_timers_any_more_is_let_go_at_once() -> None:
    timers, owner = Timers(), Owner()
    gone = weakref.ref(owner)
    timers.start(owner, "A", 1.0)
    timers.start(owner, "B", 60.0)
    timers.stop_all(owner)
    assert (owner.timers, owner.alarm) == ({}, None)
    del owner
    assert gone() is None
    assert timers.take_due(100.0) is None


def test_after_a_long_pause_timers_still_come_in_order() -> None:
    timers, one, two = Timers(), Owner(), Owner()
    timers.start(one, "A", 0.5)
    timers.start(one, "M", 32.0)
    timers.start(two, "K", 5.0)
    timers.stop(one, "A")
    assert [timers.take_due(100.0) for _ in range(3)] == [(two, "K"), (one, "M"), None]


@given(st.lists(st.tuples(st.sampled_from(["start", "stop"]), st.sampled_from("ABC"), st.integers(0, 9))))
def test_they_agree_with_a_dictionary(steps: list[tuple[str, str, int]]) -> None:
    timers, owner = Timers(), Owner()
    model: dict[str, int] = {}
    for what, name, at in steps:
        if what == "start":
            timers.start(owner, name, at)
            model[name] = at
        else:
            timers.stop(owner, name)
            model.pop(name, None)
        at, due = timers.next_at(), min(model.values(), default=None)
        assert due is None or (at is not None and at <= due)
    taken = []
    while (due := timers.take_due(10.0)) is not None:
        taken.append(due[1])
    assert sorted(taken) == sorted(model)
    assert [model[name] for name in taken] == sorted(model.values())
