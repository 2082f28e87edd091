"""A parameter that steps or drifts over the day: piecewise linear in time."""

from bisect import bisect_right
from collections.abc import Sequence


class Timeline:
    """A value over time: constant before the first change, moved to each new value over that change's duration."""

    def __init__(self, value: float, changes: Sequence[tuple[float, float, float]] = ()) -> None:
        """`changes` are (at, over_s, new value), `at` in Unix seconds; over_s = 0 is a step."""
        self._times: list[float] = []
        self._values: list[float] = [value]
        self._slopes: list[float] = [0.0]
        for at, over_s, new_value in sorted(changes):
            current = self.at(at)
            self._cut_after(at)
            if over_s > 0.0:
                self._add(at, current, (new_value - current) / over_s)
                self._add(at + over_s, new_value, 0.0)
            else:
                self._add(at, new_value, 0.0)

    @property
    def is_constant(self) -> bool:
        """True while no change was given."""
        return not self._times

    def at(self, now: float) -> float:
        """The value at `now`."""
        if not self._times:
            return self._values[0]
        piece = bisect_right(self._times, now)
        if piece == 0:
            return self._values[0]
        return self._values[piece] + self._slopes[piece] * (now - self._times[piece - 1])

    def _add(self, at: float, value: float, slope: float) -> None:
        self._times.append(at)
        self._values.append(value)
        self._slopes.append(slope)

    def _cut_after(self, at: float) -> None:
        """A change that begins while an earlier one is under way takes over from where that one has come."""
        while self._times and self._times[-1] >= at:
            self._times.pop()
            self._values.pop()
            self._slopes.pop()
