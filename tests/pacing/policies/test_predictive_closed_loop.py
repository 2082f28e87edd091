"""The predictive policy on a small simulated floor that it knows nothing of: what it learns, it learns here."""

import numpy as np
import pytest

import pacing
from tests.pacing.floor import Floor


def abandon_rate(floor: Floor, start: float, end: float) -> float:
    seen = [abandoned for at, abandoned in floor.outcomes if start <= at < end]
    return sum(seen) / len(seen)


def test_two_hours_of_ten_agents_from_nothing() -> None:
    floor = Floor(pacing.create_policy("predictive"), agents=10, seed=1)
    floor.run(7200.0)
    assert floor.abandoned / floor.answered <= 0.03
    assert floor.occupancy > 0.79
    progressive = Floor(pacing.create_policy("progressive"), agents=10, seed=1)
    progressive.run(7200.0)
    assert progressive.abandoned == 0
    assert floor.occupancy > progressive.occupancy + 0.09


@pytest.mark.parametrize(("before", "after"), [(0.2, 0.45), (0.45, 0.2)])
def test_a_step_of_the_answer_rate_is_ridden_out(before: float, after: float) -> None:
    floor = Floor(
        pacing.create_policy("predictive"), agents=20, seed=2, answer_rate=lambda now: before if now < 3600.0 else after
    )
    floor.run(7200.0)
    assert floor.abandoned / floor.answered <= 0.03
    assert abandon_rate(floor, 3600.0, 4500.0) < 0.09
    settled = [
        decision.numbers["answer_rate"] for at, decision in floor.decisions[-3000:] if "risk" in decision.numbers
    ]
    assert np.mean(settled) == pytest.approx(after, abs=0.06)


def test_no_oscillation_after_a_step() -> None:
    """Calls in flight, averaged over half minutes, settle within a few minutes and swing no more than before."""
    floor = Floor(
        pacing.create_policy("predictive"), agents=20, seed=3, answer_rate=lambda now: 0.4 if now < 3600.0 else 0.25
    )
    floor.run(7200.0)
    flying = [(at, d.numbers["in_flight"]) for at, d in floor.decisions if "risk" in d.numbers]
    before = [n for at, n in flying if 1800.0 < at < 3600.0]
    after = [n for at, n in flying if 5400.0 < at < 7200.0]
    assert np.std(after) / np.mean(after) < 1.3 * np.std(before) / np.mean(before)


def test_when_agents_vanish_it_stops_at_once_and_recovers_when_they_return() -> None:
    floor = Floor(
        pacing.create_policy("predictive"),
        agents=20,
        seed=4,
        agents_at=lambda now: 0 if 3600.0 <= now < 3900.0 else 20,
    )
    floor.run(5400.0)
    gone = [decision.calls for at, decision in floor.decisions if 3602.0 <= at < 3898.0]
    assert sum(gone) == 0
    assert sum(decision.calls for at, decision in floor.decisions if at > 4500.0) > 100


def test_a_list_that_runs_dry_and_is_filled_again() -> None:
    floor = Floor(
        pacing.create_policy("predictive"),
        agents=10,
        seed=5,
        calls_max=lambda now: 0 if 3000.0 <= now < 3600.0 else 500,
    )
    floor.run(5400.0)
    assert sum(decision.calls for at, decision in floor.decisions if 3000.0 <= at < 3600.0) == 0
    assert abandon_rate(floor, 3600.0, 5400.0) < 0.06
