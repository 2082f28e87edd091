"""A loop whose time a test advances."""

import heapq
import itertools
from collections.abc import Callable
from typing import Any


class Handle:
    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeLoop:
    """The few methods of an asyncio loop that timers need, and clocks that stand still until told otherwise."""

    def __init__(self, wall: float = 1_770_000_000.0) -> None:
        self.monotonic_s = 100.0
        self.wall_s = wall
        self._due: list[tuple[float, int, Callable[..., Any], tuple[Any, ...], Handle]] = []
        self._order = itertools.count()

    def wall(self) -> float:
        return self.wall_s

    def monotonic(self) -> float:
        return self.monotonic_s

    def call_later(self, delay: float, callback: Callable[..., Any], *args: Any) -> Handle:
        assert delay >= 0
        handle = Handle()
        heapq.heappush(self._due, (self.monotonic_s + delay, next(self._order), callback, args, handle))
        return handle

    @property
    def waiting(self) -> int:
        return sum(not entry[4].is_cancelled for entry in self._due)

    def advance(self, seconds: float) -> None:
        until = self.monotonic_s + seconds
        while self._due and self._due[0][0] <= until:
            at, _, callback, args, handle = heapq.heappop(self._due)
            self._move_to(max(at, self.monotonic_s))
            if not handle.is_cancelled:
                callback(*args)
        self._move_to(until)

    def _move_to(self, monotonic_s: float) -> None:
        self.wall_s += monotonic_s - self.monotonic_s
        self.monotonic_s = monotonic_s
