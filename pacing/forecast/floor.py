"""A snapshot turned into counts of rows: who is busy for how long, what is in flight, and what a new call would be."""

import numpy as np

from pacing.estimators.answer_rate import AnswerRate
from pacing.forecast.rows import FIRST_ACW, FIRST_CALL, KNOTS, Counts, Rows, level_of, spread
from pacing.model import Snapshot


class Floor:
    """The floor at one moment, ready to be forecast from."""

    def __init__(self, rows: Rows, snapshot: Snapshot, answer_rate: AnswerRate) -> None:
        placed = [call.placed_at for call in snapshot.calls]
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
        first = FIRST_CALL + level * KNOTS
        held = busy.nonzero()[0]
        aged = ages.nonzero()[0]
        calls = ages[aged]
        aged += first
        self.counts = Counts(
            rows,
            np.concatenate((held, aged, aged + KNOTS)),
            np.concatenate((busy[held], calls * (1.0 - above), calls * above)),
        )
        self.new_call = Counts(rows, np.array((first, first + KNOTS)), np.array((1.0 - above, above)))
