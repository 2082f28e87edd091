"""A snapshot turned into counts of rows: who is busy for how long, and what is in flight with what chances."""

import numpy as np
from numpy.typing import NDArray

from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.score_calibration import ScoreCalibration
from pacing.forecast.rows import FIRST_ACW, FIRST_CALL, KNOTS, LEVELS, Rows, level_of, levels_of, spread
from pacing.model import Snapshot

Array = NDArray[np.float64]

CALLS_SIZE = LEVELS * KNOTS


class Floor:
    """The floor at one moment, ready to be forecast from.

    With `scores`, calls whose chance of an answer is known stand at their own level of probability; all others share
    the answer rate, which is estimated from the calls that have ended and those still in flight together.
    """

    def __init__(
        self, rows: Rows, snapshot: Snapshot, answer_rate: AnswerRate, scores: ScoreCalibration | None = None
    ) -> None:
        placed = [call.placed_at for call in snapshot.calls if scores is None or call.answer_probability is None]
        low, share = spread(snapshot.now - np.array((*snapshot.talking_since, *snapshot.acw_since, *placed)))
        talking = len(snapshot.talking_since)
        agents = talking + len(snapshot.acw_since)
        low[talking:agents] += FIRST_ACW
        low[agents:] += FIRST_CALL
        size = FIRST_CALL + KNOTS
        tally = np.asarray(np.bincount(low, 1.0 - share, size), dtype=np.float64)
        tally += np.bincount(low + 1, share, size)
        busy, ages = tally[:FIRST_CALL], tally[FIRST_CALL:]
        estimate = answer_rate.value(ages, *rows.knot_survivals)
        assert estimate is not None
        self.answer_rate = estimate.value
        level, above = level_of(estimate.value)
        held = busy.nonzero()[0]
        aged = ages.nonzero()[0]
        calls = ages[aged]
        aged += FIRST_CALL + level * KNOTS
        ids = [held, aged, aged + KNOTS]
        weights = [busy[held], calls * (1.0 - above), calls * above]
        if scores is not None and len(placed) < len(snapshot.calls):
            known_ids, known_weights = _known_calls(snapshot, scores)
            ids.append(known_ids)
            weights.append(known_weights)
        self.ids = np.concatenate(ids)
        self.weights = np.concatenate(weights)


def _known_calls(snapshot: Snapshot, scores: ScoreCalibration) -> tuple[NDArray[np.intp], Array]:
    """Calls with a probability of their own, each spread over two ages and two levels."""
    known = [
        (call.placed_at, call.answer_probability) for call in snapshot.calls if call.answer_probability is not None
    ]
    placed, probability = np.array(known).T
    low, share = spread(snapshot.now - placed)
    level, above = levels_of(scores.calibrated(probability))
    cell = level * KNOTS + low
    tally = np.bincount(cell, (1.0 - share) * (1.0 - above), CALLS_SIZE)
    tally += np.bincount(cell + 1, share * (1.0 - above), CALLS_SIZE)
    tally += np.bincount(cell + KNOTS, (1.0 - share) * above, CALLS_SIZE)
    tally += np.bincount(cell + KNOTS + 1, share * above, CALLS_SIZE)
    held = tally.nonzero()[0]
    return held + FIRST_CALL, np.asarray(tally[held])
