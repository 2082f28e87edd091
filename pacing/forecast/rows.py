"""Chances of busy agents and calls in flight by elapsed time, with their log characteristic functions."""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from pacing.forecast.characteristic import log_characteristic
from pacing.forecast.primitives import HORIZON_COUNT, Primitives

Array = NDArray[np.float64]
Indexes = NDArray[np.intp]

KNOTS_S = np.concatenate([np.arange(0.0, 30.0), np.arange(30.0, 60.0, 2.0), 60.0 * 1.08 ** np.arange(50)])
"""Elapsed times at which rows are kept; between them they are interpolated."""
KNOTS = len(KNOTS_S)
CALL_KNOTS = 46
"""Calls are followed for a minute; one that has rung longer is taken to have rung that long."""
LOGIT_MAX = 6.0
LEVELS = 25
LEVEL_PROBABILITIES = 1.0 / (1.0 + np.exp(-np.linspace(-LOGIT_MAX, LOGIT_MAX, LEVELS)))
"""Answer probabilities are kept at evenly spaced log odds, 0.25 % to 99.75 %, and interpolated in between."""

SHARE_MIN = 1e-12

FIRST_ACW = KNOTS
FIRST_CALL = 2 * KNOTS
ROWS = FIRST_CALL + LEVELS * CALL_KNOTS

ACW_FROM_S = 1e6
CALLS_FROM_S = 2e6
"""Added to the elapsed time of ACW and to the age of calls, so that one axis holds the knots of all three kinds."""

_LEVEL_LIST = LEVEL_PROBABILITIES.tolist()
_AXIS_S = np.concatenate((KNOTS_S, ACW_FROM_S + KNOTS_S, CALLS_FROM_S + KNOTS_S[:CALL_KNOTS]))
_AXIS_ROWS = np.arange(FIRST_CALL + CALL_KNOTS, dtype=np.float64)
# Beyond its last knot a kind stays there, just below, so that there is always a knot above.
_LAST = np.array([FIRST_ACW, FIRST_CALL, len(_AXIS_S)]) - 1
_AXIS_ROWS[_LAST] -= 1e-9
_AXIS_S = np.insert(_AXIS_S, _LAST[:2] + 1, (ACW_FROM_S - 1.0, CALLS_FROM_S - 1.0))
_AXIS_ROWS = np.insert(_AXIS_ROWS, _LAST[:2] + 1, _AXIS_ROWS[_LAST[:2]])


class Selection:
    """Some rows, laid out to be counted: a weighted sum over them is one matrix product.

    A row is the chance, per horizon, of one agent who comes free (+) or of one person who answers (-).
    """

    __slots__ = ("_chances", "_logs", "moments")

    def __init__(self, chances: Array) -> None:
        """Take (rows, horizons) signed chances."""
        size = np.abs(chances)
        self._chances = chances
        self._logs: dict[int, NDArray[np.float32]] = {}
        self.moments: Array = np.hstack((np.maximum(chances, 0.0), np.maximum(-chances, 0.0), size * (1.0 - size)))
        """(rows, 3 x horizons): chances of being free, chances of being answered, variances."""

    def logs(self, window: int) -> NDArray[np.float32]:
        """(rows, 2 x horizons x frequencies): log characteristic functions, real and then imaginary parts."""
        logs = self._logs.get(window)
        if logs is None:
            logs = self._logs[window] = log_characteristic(self._chances, window)
        return logs


class Subset(Selection):
    """Some rows of a table, whose logarithms are kept there."""

    __slots__ = ("_held", "_table")

    def __init__(self, table: Selection, held: Indexes) -> None:
        self._table = table
        self._held = held
        self.moments = table.moments[held]

    def logs(self, window: int) -> NDArray[np.float32]:
        """See `Selection`."""
        return self._table.logs(window)[self._held]


class Rows:
    """Chances by kind and elapsed time; a kind is computed when first needed.

    A row stands for one agent in talk, one in ACW, or one call of a given answer probability, at a knot of elapsed
    time.
    """

    def __init__(self, primitives: Primitives) -> None:
        self.primitives = primitives
        still, other = (survival[:, None] for survival in primitives.survivals(KNOTS_S[:CALL_KNOTS]))
        yes, no = LEVEL_PROBABILITIES * still, (1.0 - LEVEL_PROBABILITIES) * other
        self.answers: Array = yes / (yes + no + SHARE_MIN)
        """(ages, levels): chance that a call of that age and probability is still answered."""
        self._chances = np.empty((ROWS, HORIZON_COUNT))
        self._computed: set[int] = set()
        self._floors: dict[int, Selection] = {}
        self._fresh: dict[int, Selection] = {}
        self._calls: Selection | None = None
        self._compute(0)
        self._compute(FIRST_ACW)

    def select(self, ids: Indexes) -> Selection:
        """Any rows, by id."""
        for first in np.unique(FIRST_CALL + (ids[ids >= FIRST_CALL] - FIRST_CALL) // CALL_KNOTS * CALL_KNOTS).tolist():
            self._compute(first)
        return Selection(self._chances[ids])

    def calls(self, cells: Indexes) -> Selection:
        """Calls of any age and level: cell `level * CALL_KNOTS + knot` of a table that is made when first needed."""
        if self._calls is None:
            self._calls = self.select(np.arange(FIRST_CALL, ROWS))
        return Subset(self._calls, cells)

    def floor(self, level: int) -> Selection:
        """Every row of talk, of ACW, and of calls at this level of probability and at the one above it."""
        selection = self._floors.get(level)
        if selection is None:
            calls = FIRST_CALL + level * CALL_KNOTS + np.arange(2 * CALL_KNOTS)
            selection = self._floors[level] = self.select(np.concatenate((np.arange(FIRST_CALL), calls)))
        return selection

    def fresh(self, level: int) -> Selection:
        """A call placed just now, at this level of probability and at the one above it."""
        selection = self._fresh.get(level)
        if selection is None:
            first = FIRST_CALL + level * CALL_KNOTS
            selection = self._fresh[level] = self.select(np.array((first, first + CALL_KNOTS)))
        return selection

    def _compute(self, first: int) -> None:
        """All rows of talk, of ACW, or of one level of probability, by where they begin."""
        if first in self._computed:
            return
        self._computed.add(first)
        if first == 0:
            self._chances[:KNOTS] = self.primitives.free_from_talk(KNOTS_S)
        elif first == FIRST_ACW:
            self._chances[FIRST_ACW:FIRST_CALL] = self.primitives.free_from_acw(KNOTS_S)
        else:
            probability = LEVEL_PROBABILITIES[(first - FIRST_CALL) // CALL_KNOTS]
            chance = self.primitives.answered(KNOTS_S[:CALL_KNOTS], np.full(CALL_KNOTS, probability))
            self._chances[first : first + CALL_KNOTS] = -chance


def spread(axis_s: Array) -> tuple[Indexes, Array]:
    """The row below each place on the axis, and the share that belongs to the row above it.

    A place is the elapsed talk, `ACW_FROM_S` and the elapsed ACW, or `CALLS_FROM_S` and the age of a call; calls stand
    at the first level of probability.
    """
    place = np.interp(axis_s, _AXIS_S, _AXIS_ROWS)
    low = place.astype(np.intp)
    return low, place - low


def level_of(probability: float) -> tuple[int, float]:
    """The level below a probability, and the share that belongs to the level above it."""
    level = min(bisect_right(_LEVEL_LIST, probability), LEVELS - 1) - 1
    if level < 0:
        return 0, 0.0
    below = _LEVEL_LIST[level]
    return level, min((probability - below) / (_LEVEL_LIST[level + 1] - below), 1.0)


def between_levels(by_level: list[float], probability: float) -> float:
    """What is known at every level, at a probability in between."""
    level, above = level_of(probability)
    return by_level[level] + above * (by_level[level + 1] - by_level[level])


def levels_of(probability: Array) -> tuple[Indexes, Array]:
    """`level_of` for many."""
    level = np.clip(np.searchsorted(LEVEL_PROBABILITIES, probability, side="right") - 1, 0, LEVELS - 2)
    below = LEVEL_PROBABILITIES[level]
    above = (probability - below) / (LEVEL_PROBABILITIES[level + 1] - below)
    return level, np.clip(above, 0.0, 1.0)
