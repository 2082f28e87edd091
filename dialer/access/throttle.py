"""Slows down whoever guesses passwords: after a few failures each further one costs a wait twice as long."""

from collections import OrderedDict

FREE_FAILURES = 5
WAIT_S_MAX = 15 * 60.0
FORGET_S = 24 * 3600.0
NAMES_MAX = 10_000


class Throttle:
    """Counts failures by name: an account's, or an address's."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, name: str, now: float) -> float:
        """Seconds until the next try is taken; 0 when it may come now."""
        count, last_at = self._failures.get(name, (0, now))
        if count < FREE_FAILURES or now - last_at >= FORGET_S:
            return 0.0
        wait_s = min(WAIT_S_MAX, 2.0 ** min(count - FREE_FAILURES, 30))
        return max(0.0, last_at + wait_s - now)

    def failed(self, name: str, now: float) -> None:
        """Remember a failure; the name not heard of for longest is forgotten where there are too many."""
        count, last_at = self._failures.pop(name, (0, now))
        self._failures[name] = (1 if now - last_at >= FORGET_S else count + 1, now)
        if len(self._failures) > NAMES_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget a name's failures."""
        self._failures.pop(name, None)
