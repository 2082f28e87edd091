"""How many requests one caller may send: a bucket that fills as time goes by, and is emptied by requests."""

import math

CALLERS_MAX = 10_000
"""Callers remembered; those that were quiet longest are forgotten, and their buckets are full anyway."""
WINDOW_S = 60.0


class RateLimit:
    """So many requests a minute for each caller, at most as many at once. Belongs to one thread.

    Args:
        per_minute: requests; 0 for no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, caller: str, now: float) -> tuple[int, float]:
        """Count one request; how many more there may be now, and after how many seconds the next is allowed.

        The second is 0 where this one is allowed; one that is not costs nothing.
        """
        if not self.per_minute:
            return 0, 0.0
        left, at = self._buckets.pop(caller, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + max(0.0, now - at) * self.per_minute / WINDOW_S)
        is_allowed = left >= 1.0
        if is_allowed:
            left -= 1.0
        if len(self._buckets) >= CALLERS_MAX:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[caller] = left, now
        return math.floor(left), 0.0 if is_allowed else (1.0 - left) * WINDOW_S / self.per_minute
