"""A snapshot turned into counts of rows: who is busy for how long, and what is in flight with what chances."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.score_calibration import ScoreCalibration
from pacing.forecast.net import NetForecast, Part
from pacing.forecast.rows import (
    ACW_FROM_S,
    CALL_KNOTS,
    CALLS_FROM_S,
    FIRST_CALL,
    LEVELS,
    Rows,
    between_levels,
    level_of,
    levels_of,
    spread,
)
from pacing.model import Snapshot

Array = NDArray[np.float64]

CALLS_SIZE = LEVELS * CALL_KNOTS
FLOOR_SIZE = FIRST_CALL + CALL_KNOTS


class Floor:
    """The floor at one moment, ready to be forecast from.

    With `scores`, calls whose chance of an answer is known stand at their own level of probability; all others share
    the answer rate, which is estimated from the calls that have ended and those still in flight together.
    """

    def __init__(
        self, rows: Rows, snapshot: Snapshot, answer_rate: AnswerRate, scores: ScoreCalibration | None = None
    ) -> None:
        self._rows = rows
        self._surplus = snapshot.idle_agents - snapshot.queued_calls
        talking, acw, calls = snapshot.talking_since, snapshot.acw_since, snapshot.calls
        now = snapshot.now
        written = [since - ACW_FROM_S for since in acw]
        if scores is None:
            placed = [call.placed_at - CALLS_FROM_S for call in calls]
        else:
            placed = [call.placed_at - CALLS_FROM_S for call in calls if call.answer_probability is None]
        low, share = spread(now - np.array([*talking, *written, *placed], dtype=np.float64))
        upper = np.bincount(low, share, FLOOR_SIZE)
        tally = np.subtract(np.bincount(low, None, FLOOR_SIZE), upper, dtype=np.float64)
        tally[1:] += upper[:-1]
        ages = tally[FIRST_CALL:]
        by_level: list[float] = (ages @ rows.answers).tolist()
        estimate = answer_rate.value(len(placed), lambda rate: between_levels(by_level, rate))
        assert estimate is not None
        self.answer_rate = estimate.value
        level, above = level_of(estimate.value)
        at_upper_level = ages * above
        ages -= at_upper_level
        self._parts: list[Part] = [(rows.floor(level), np.concatenate((tally, at_upper_level)))]
        if scores is not None and len(placed) < len(calls):
            self._parts.append(_known_calls(rows, snapshot, scores))

    def forecast(self, more: Sequence[Part] = ()) -> NetForecast:
        """The distribution of agents free less people waiting; `more` are agents and calls with rows of their own."""
        return NetForecast(self._rows, [*self._parts, *more], self._surplus)


def _known_calls(rows: Rows, snapshot: Snapshot, scores: ScoreCalibration) -> Part:
    """Calls with a probability of their own, each spread over two ages and two levels."""
    known = [
        (call.placed_at, call.answer_probability) for call in snapshot.calls if call.answer_probability is not None
    ]
    placed, probability = np.array(known).T
    low, share = spread(snapshot.now - placed + CALLS_FROM_S)
    level, above = levels_of(scores.calibrated(probability))
    cell = level * CALL_KNOTS + low - FIRST_CALL
    tally = np.bincount(cell, (1.0 - share) * (1.0 - above), CALLS_SIZE)
    tally += np.bincount(cell + 1, share * (1.0 - above), CALLS_SIZE)
    tally += np.bincount(cell + CALL_KNOTS, (1.0 - share) * above, CALLS_SIZE)
    tally += np.bincount(cell + CALL_KNOTS + 1, share * above, CALLS_SIZE)
    held = tally.nonzero()[0]
    return rows.calls(held), np.asarray(tally[held])
