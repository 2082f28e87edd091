"""What dialers remember of the last minutes: counts and means over a sliding span of time."""

from collections import deque


class Window:
    """Values that came within the last `span_s` seconds."""

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._values: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def add(self, at: float, value: float = 1.0) -> None:
        """Note a value."""
        self._values.append((at, value))
        self._sum += value

    def count(self, now: float) -> int:
        """How many values the window holds."""
        self._forget(now)
        return len(self._values)

    def sum(self, now: float) -> float:
        """Their sum."""
        self._forget(now)
        return self._sum if self._values else 0.0

    def _forget(self, now: float) -> None:
        values = self._values
        while values and values[0][0] <= now - self._span_s:
            self._sum -= values.popleft()[1]


def placed(wanted: int, calls_max: int) -> int:
    """The calls to place: those wanted, within what the lines allow, never fewer than none."""
    return max(0, min(wanted, calls_max))
