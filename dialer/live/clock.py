"""The wall clock of the live service, and events at a time, on an asyncio loop.

The time is the machine's wall clock, carried between two checks by the monotonic clock and never allowed to go back. A
wall clock set forward (a machine that slept, a late NTP step) is followed at once, and what has come due fires. One set
back is approached slowly, `SLEW` seconds per second, because time may not run backwards for the engine.
"""

import asyncio
import heapq
import logging
import time
from collections.abc import Callable

from dialer.messages import Event
from dialer.ports import Post

log = logging.getLogger(__name__)

CHECK_S = 1.0
"""Seconds between two comparisons with the wall clock."""

JUMP_S = 1.0
"""A difference above this is reported."""

SLEW = 0.05
"""How fast a clock that is ahead is let fall back."""


class LiveClock:
    """Implements `dialer.ports.Clock`; `now` may be called from any thread, the rest from the loop's alone."""

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        post: Post,
        on_jump: Callable[[], None] = lambda: None,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loop = loop
        self._post = post
        self._on_jump = on_jump
        self._wall = wall
        self._monotonic = monotonic
        self._offset = wall() - monotonic()
        self._last = wall()
        self._due: list[tuple[float, int, str, Event]] = []
        self._current: dict[str, int] = {}
        self._sequence = 0
        self._is_off = False
        self._wake_up: asyncio.TimerHandle | None = None
        self._check: asyncio.TimerHandle | None = None
        self.jumps = 0
        """How often the wall clock was found to have jumped by more than `JUMP_S`."""

    def now(self) -> float:
        """Unix seconds; never less than it was before."""
        now = self._monotonic() + self._offset
        if now > self._last:
            self._last = now
        return self._last

    def ahead_s(self) -> float:
        """How far this clock is ahead of the wall clock, after that was set back."""
        return max(0.0, self.now() - self._wall())

    def post_at(self, at: float, event: Event, key: str) -> None:
        """See the port."""
        self._sequence += 1
        self._current[key] = self._sequence
        heapq.heappush(self._due, (at, self._sequence, key, event))
        if len(self._due) > 64 and len(self._due) > 2 * len(self._current):
            self._drop_replaced()
        if self._due[0][1] == self._sequence:
            self._arm()

    def start(self) -> None:
        """Begin to compare with the wall clock every `CHECK_S`."""
        self._check = self._loop.call_later(CHECK_S, self._compare)

    def stop(self) -> None:
        """Fire nothing more."""
        for handle in (self._wake_up, self._check):
            if handle is not None:
                handle.cancel()
        self._due.clear()
        self._current.clear()

    def follow_wall_clock(self) -> None:
        """Take one step towards the wall clock: all the way forward, or a little back."""
        difference_s = self._wall() - (self._monotonic() + self._offset)
        is_off = abs(difference_s) > JUMP_S
        if is_off and not self._is_off:
            self.jumps += 1
            log.warning("the machine's clock has jumped by %+.1f s", difference_s)
            self._on_jump()
        self._is_off = is_off
        self._offset += max(difference_s, -SLEW * CHECK_S)
        self._arm()

    def _compare(self) -> None:
        self.follow_wall_clock()
        self.start()

    def _arm(self) -> None:
        if self._wake_up is not None:
            self._wake_up.cancel()
            self._wake_up = None
        if self._due:
            self._wake_up = self._loop.call_later(max(0.0, self._due[0][0] - self.now()), self._fire)

    def _fire(self) -> None:
        now = self.now()
        # An event set while these are posted waits for the next round, even when it is due: the loop must get its turn.
        newest = self._sequence
        try:
            while self._due and self._due[0][0] <= now and self._due[0][1] <= newest:
                _, sequence, key, event = heapq.heappop(self._due)
                if self._current.get(key) == sequence:
                    del self._current[key]
                    self._post(event)
        finally:
            self._arm()

    def _drop_replaced(self) -> None:
        self._due = [entry for entry in self._due if self._current.get(entry[2]) == entry[1]]
        heapq.heapify(self._due)
