import simpy

from dialer.messages import PollDue, TimerFired
from simulation.ports.clock import SimClock, call_at, call_off


def test_events_come_at_their_time_and_in_order() -> None:
    env = simpy.Environment(initial_time=100.0)
    seen: list[tuple[float, object]] = []
    clock = SimClock(env, lambda event: seen.append((clock.now(), event)))
    clock.post_at(102.0, TimerFired(key="b"), "b")
    clock.post_at(101.0, TimerFired(key="a"), "a")
    clock.post_at(102.0, PollDue(), "c")
    clock.post_at(50.0, TimerFired(key="past"), "past")

    env.run()

    assert seen == [
        (100.0, TimerFired(key="past")),
        (101.0, TimerFired(key="a")),
        (102.0, TimerFired(key="b")),
        (102.0, PollDue()),
    ]


def test_the_same_key_moves_the_event() -> None:
    env = simpy.Environment()
    seen: list[float] = []
    clock = SimClock(env, lambda _: seen.append(clock.now()))
    clock.post_at(10.0, TimerFired(key="a"), "a")
    clock.post_at(5.0, TimerFired(key="a"), "a")
    env.run()
    clock.post_at(20.0, TimerFired(key="a"), "a")
    env.run()

    assert seen == [5.0, 20.0]


def test_an_action_called_off_does_not_happen() -> None:
    env = simpy.Environment()
    seen: list[str] = []
    call_off(call_at(env, 1.0, seen.append, "off"))
    done = call_at(env, 2.0, seen.append, "on")
    env.run()
    call_off(done)
    call_off(None)

    assert seen == ["on"]


def test_times_of_today_are_met_to_the_bit() -> None:
    env = simpy.Environment(initial_time=1_772_442_000.1)
    seen: list[float] = []
    for at in (1_772_442_001.7, 1_772_442_333.3, 1_772_449_999.9):
        call_at(env, at, lambda _: seen.append(float(env.now)), None)
    env.run()

    assert seen == [1_772_442_001.7, 1_772_442_333.3, 1_772_449_999.9]
