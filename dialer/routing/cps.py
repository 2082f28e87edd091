"""Calls per second: a limit over a sliding second, as carriers measure it.

A token bucket as deep as the limit would let twice the limit through in its first second; counting the calls of the
last second never does.
"""

from collections import deque


class CallRate:
    """How many calls a trunk may still be given now."""

    __slots__ = ("_calls_max", "_placed", "_window_s")

    def __init__(self, cps_max: float) -> None:
        assert cps_max > 0, f"a trunk must accept calls: cps_max is {cps_max:g}"
        self._window_s = max(1.0, 1.0 / cps_max)
        self._calls_max = max(1, int(cps_max * self._window_s + 1e-9))
        self._placed: deque[float] = deque()

    def available(self, now: float) -> int:
        """How many calls may be placed at this moment."""
        placed = self._placed
        since = now - self._window_s
        while placed and placed[0] <= since:
            placed.popleft()
        return self._calls_max - len(placed)

    def take(self, now: float) -> None:
        """Count one call; ask `available` first."""
        self._placed.append(now)
