from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.live.clock import LiveClock
from dialer.messages import Event, TimerFired
from tests.dialer.live.loop import FakeLoop

START = 1_770_000_000.0


class Bench:
    def __init__(self) -> None:
        self.loop = FakeLoop(START)
        self.fired: list[tuple[float, str]] = []
        self.jumps = 0
        loop: Any = self.loop
        self.clock = LiveClock(
            loop=loop, post=self._fire, on_jump=self._jumped, wall=self.loop.wall, monotonic=self.loop.monotonic
        )

    def _fire(self, event: Event) -> None:
        assert isinstance(event, TimerFired)
        self.fired.append((round(self.clock.now() - START, 3), event.key))

    def _jumped(self) -> None:
        self.jumps += 1

    def set_timer(self, after_s: float, key: str) -> None:
        self.clock.post_at(self.clock.now() + after_s, TimerFired(key=key), key)


def test_events_come_when_they_are_due_and_in_order() -> None:
    bench = Bench()
    for after_s, key in [(5.0, "e"), (1.0, "a"), (3.0, "c"), (3.0, "d"), (2.0, "b")]:
        bench.set_timer(after_s, key)
    bench.loop.advance(10.0)
    assert bench.fired == [(1.0, "a"), (2.0, "b"), (3.0, "c"), (3.0, "d"), (5.0, "e")]


def test_the_same_key_moves_a_timer() -> None:
    bench = Bench()
    bench.set_timer(1.0, "tick")
    bench.set_timer(4.0, "tick")
    bench.set_timer(2.0, "other")
    bench.set_timer(0.5, "other")
    bench.loop.advance(10.0)
    assert bench.fired == [(0.5, "other"), (4.0, "tick")]


def test_a_time_that_has_passed_is_now_but_never_inside_the_call() -> None:
    bench = Bench()
    bench.set_timer(-5.0, "late")
    assert bench.fired == []
    bench.loop.advance(0.0)
    assert bench.fired == [(0.0, "late")]


def test_a_timer_set_by_a_timer_for_now_waits_for_the_next_round() -> None:
    bench = Bench()
    rounds: list[str] = []

    def post(event: Event) -> None:
        assert isinstance(event, TimerFired)
        rounds.append(event.key)
        if len(rounds) < 5:
            bench.set_timer(0.0, f"again-{len(rounds)}")

    bench.clock._post = post
    bench.set_timer(1.0, "first")
    bench.loop.advance(1.0)
    assert rounds == ["first", "again-1", "again-2", "again-3", "again-4"]


def test_an_error_of_one_timer_leaves_the_others() -> None:
    bench = Bench()

    def fail(event: Event) -> None:
        bench.clock._post = bench._fire
        raise ZeroDivisionError

    bench.clock._post = fail
    bench.set_timer(1.0, "bad")
    bench.set_timer(2.0, "good")
    with pytest.raises(ZeroDivisionError):
        bench.loop.advance(1.0)
    bench.loop.advance(1.0)
    assert bench.fired == [(2.0, "good")]


def test_a_clock_set_forward_is_followed_and_what_came_due_fires() -> None:
    bench = Bench()
    bench.clock.start()
    bench.set_timer(1800.0, "acw")
    bench.loop.wall_s += 3600.0
    bench.loop.advance(1.5)
    assert bench.fired == [(3601.0, "acw")]
    assert bench.clock.now() == pytest.approx(bench.loop.wall_s)
    assert (bench.clock.jumps, bench.jumps) == (1, 1)


def test_a_clock_set_back_is_approached_and_time_never_goes_back() -> None:
    bench = Bench()
    bench.clock.start()
    bench.loop.wall_s -= 2.0
    seen = []
    for _ in range(60):
        bench.loop.advance(1.0)
        seen.append(bench.clock.now())
    assert seen == sorted(seen)
    assert bench.clock.ahead_s() == pytest.approx(0.0, abs=1e-6)
    assert seen[-1] == pytest.approx(bench.loop.wall_s)
    assert bench.clock.jumps == 1


def test_timers_keep_their_length_when_the_clock_is_set_back() -> None:
    bench = Bench()
    bench.clock.start()
    bench.set_timer(2.0, "answer limit")
    bench.loop.wall_s -= 3600.0
    bench.loop.advance(1.9)
    assert bench.fired == []
    bench.loop.advance(0.3)
    assert [key for _, key in bench.fired] == ["answer limit"]


def test_replaced_timers_do_not_pile_up() -> None:
    bench = Bench()
    for round_number in range(10_000):
        bench.set_timer(60.0 + round_number, "tick")
    assert len(bench.clock._due) < 200
    bench.loop.advance(20_000.0)
    assert [key for _, key in bench.fired] == ["tick"]


def test_stopping_fires_nothing_more() -> None:
    bench = Bench()
    bench.clock.start()
    bench.set_timer(1.0, "tick")
    bench.clock.stop()
    bench.loop.advance(10.0)
    assert bench.fired == []
    assert bench.loop.waiting == 0


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0.0, 10.0), st.floats(0.0, 3.0), st.floats(-5.0, 5.0))))
def test_every_timer_fires_once_at_its_last_time_whatever_the_wall_clock_does(
    steps: list[tuple[str, float, float, float]],
) -> None:
    bench = Bench()
    bench.clock.start()
    wanted: dict[str, float] = {}
    last = bench.clock.now()
    for key, after_s, advance_s, jump_s in steps:
        before = len(bench.fired)
        wanted[key] = bench.clock.now() + after_s
        bench.set_timer(after_s, key)
        bench.loop.wall_s += jump_s
        bench.loop.advance(advance_s)
        assert bench.clock.now() >= last
        last = bench.clock.now()
        for at, fired in bench.fired[before:]:
            assert at >= wanted.pop(fired) - START - 1e-3
    before = len(bench.fired)
    bench.loop.advance(100.0)
    assert sorted(fired for _, fired in bench.fired[before:]) == sorted(wanted)
