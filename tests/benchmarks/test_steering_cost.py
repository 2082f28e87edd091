import numpy as np

from benchmarks.pacing_optimum import CAP, risks_of
from benchmarks.steering_cost import one_day
from pacing.optimal.memoryless import MemorylessModel, solve


def test_a_day_is_spent_near_the_optimum_and_within_the_cap() -> None:
    model = MemorylessModel(agents=5, calls_max=50)
    occupancy, account = one_day(model, risks_of(model).tolist(), np.random.default_rng(1))
    assert abs(occupancy - solve(model, CAP).occupancy) < 0.06
    assert 900 < account.answered < 1200
    assert 0.02 < account.abandoned / account.answered <= CAP


def test_nothing_is_dialed_where_every_risk_is_too_high() -> None:
    model = MemorylessModel(agents=3, calls_max=20)
    occupancy, account = one_day(model, np.ones((4, 21)).tolist(), np.random.default_rng(1))
    assert (occupancy, account.answered) == (0.0, 0)
