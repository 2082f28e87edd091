"""A life table by elapsed time: how many were at risk and how many ended in each bin, by cause.

Durations are noted one by one, many times a second, and read every few minutes: so they are gathered as they come and
entered together when the table is read, or when enough of them wait.
"""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CENSORED_AT_RISK = 0.5
"""A duration censored inside a bin was at risk for half of it (the actuarial estimate)."""
WAITING_MAX = 1000


class LifeTable:
    """Weighted lives at risk, and ends by cause, by bin.

    Args:
        edges: of the bins; a duration from the last one on counts as ending in the last bin.
        risk: lives at risk to begin with.
        ends: for each cause, ends to begin with.
    """

    def __init__(self, edges: Array, risk: Array, *ends: Array) -> None:
        self._edges: list[float] = edges.tolist()[:-1]
        self._risk = risk
        self._ends = list(ends)
        self._waiting: list[tuple[int, float, int]] = []

    def note(self, duration_s: float, weight: float, cause: int | None) -> None:
        """Enter a duration that ended by that cause, counted from 0; None for one that was censored."""
        last = max(bisect_right(self._edges, duration_s) - 1, 0)
        self._waiting.append((last, weight, -1 if cause is None else cause))
        if len(self._waiting) >= WAITING_MAX:
            self._enter()

    def read(self) -> tuple[Array, list[Array]]:
        """Lives at risk by bin, and for each cause the ends by bin; not to be changed."""
        self._enter()
        return self._risk, self._ends

    def divide(self, by: float) -> None:
        """Make all that was noted so far weigh less."""
        self._enter()
        self._risk = self._risk / by
        self._ends = [ends / by for ends in self._ends]

    def _enter(self) -> None:
        if not self._waiting:
            return
        last, weight, cause = (np.array(column) for column in zip(*self._waiting, strict=True))
        self._waiting = []
        bins = len(self._risk)
        all_here = np.bincount(last, weight, bins)
        beyond = np.cumsum(all_here[::-1])[::-1] - all_here
        here = np.bincount(last, np.where(cause < 0, CENSORED_AT_RISK * weight, weight), bins)
        self._risk = self._risk + beyond + here
        for number, ends in enumerate(self._ends):
            self._ends[number] = ends + np.bincount(last, np.where(cause == number, weight, 0.0), bins)
