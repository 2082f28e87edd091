"""Whose turn it is to write: threads of one process queue up, first come, first served.

SQLite lets one write at a time, and whoever finds it taken looks again and again, with pauses that grow to a tenth of a
second. Who asks at the right moment goes first, so that among busy threads one may be passed over until its patience
ends: "database is locked", though nobody held it for long.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock that is handed to whoever has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self, timeout_s: float) -> Iterator[bool]:
        """Wait for one's turn and have it until the block ends; False where it did not come in time."""
        has_turn = self._take(timeout_s)
        try:
            yield has_turn
        finally:
            if has_turn:
                self._give()

    def _take(self, timeout_s: float) -> bool:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout_s):
            return True
        with self._guard:
            if mine.is_set():
                # It came between the last look and now.
                return True
            self._waiting.remove(mine)
            return False

    def _give(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
