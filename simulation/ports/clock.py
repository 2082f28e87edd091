"""The `Clock` port on SimPy, and the one way in which the simulated world schedules anything.

A generator process per call or agent would read well and cost several times as much; a callback on a timeout is all
that is needed, because every actor here waits for one thing at a time.
"""

from collections.abc import Callable
from typing import TypeVar

import simpy

from dialer.messages import Event
from dialer.ports import Post

T = TypeVar("T")


def call_at(env: simpy.Environment, at: float, action: Callable[[T], None], subject: T) -> simpy.Timeout:
    """Call `action(subject)` at `at`; at once if that has passed."""
    timeout = env.timeout(max(at - env.now, 0.0))
    timeout.callbacks.append(lambda _: action(subject))
    return timeout


def call_off(timeout: simpy.Timeout | None) -> None:
    """Make a scheduled action not happen; one that has happened stays so."""
    if timeout is not None and timeout.callbacks is not None:
        timeout.callbacks.clear()


class SimClock:
    """Implements `dialer.ports.Clock` in virtual time."""

    def __init__(self, env: simpy.Environment, post: Post) -> None:
        self._env = env
        self._post = post
        self._timers: dict[str, simpy.Timeout] = {}

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
