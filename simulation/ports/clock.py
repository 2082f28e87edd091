"""The `Clock` port on SimPy, and the one way in which the simulated world schedules anything.

A generator process per call or agent would read well and cost several times as much; a callback on a timeout is all
that is needed, because every actor here waits for one thing at a time.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import simpy

from dialer.messages import Event
from dialer.ports import Post

T = TypeVar("T")


class Appointment(simpy.Event):
    """An action that is due at some time; what `simpy.Timeout` is, with one object less to make."""

    __slots__ = ("_action", "_subject")

    def __init__(self, env: simpy.Environment, delay_s: float, action: Callable[[Any], None], subject: Any) -> None:
        self.env = env
        self.callbacks = [self._act]
        self._ok = True
        self._value = None
        self._action = action
        self._subject = subject
        env.schedule(self, delay=delay_s)

    def _act(self, _: simpy.Event) -> None:
        self._action(self._subject)


def call_at(env: simpy.Environment, at: float, action: Callable[[T], None], subject: T) -> Appointment:
    """Call `action(subject)` at `at`; at once if that has passed."""
    delay_s = at - env.now
    return Appointment(env, delay_s if delay_s > 0.0 else 0.0, action, subject)


def call_off(appointment: Appointment | None) -> None:
    """Make a scheduled action not happen; one that has happened stays so."""
    if appointment is not None and appointment.callbacks is not None:
        appointment.callbacks.clear()


class SimClock:
    """Implements `dialer.ports.Clock` in virtual time."""

    def __init__(self, env: simpy.Environment, post: Post) -> None:
        self._env = env
        self._post = post
        self._timers: dict[str, Appointment] = {}

    def now(self) -> float:
        """See the port."""
        return float(self._env.now)

    def post_at(self, at: float, event: Event, key: str) -> None:
        """See the port."""
        call_off(self._timers.get(key))
        self._timers[key] = call_at(self._env, at, self._fire, (key, event))

    def _fire(self, timer: tuple[str, Event]) -> None:
        key, event = timer
        del self._timers[key]
        self._post(event)
