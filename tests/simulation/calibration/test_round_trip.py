import pytest

from simulation.calibration.round_trip import COMPARED, FLOORS, Agreement, floor, records_of, round_trip
from simulation.experiments.intervals import Interval
from simulation.world import World

OUTSIDE_MAX = 3
"""Of 24 figures at 95 %: more than this would be chance once in thirty times."""


def test_a_figure_agrees_where_the_interval_of_the_difference_holds_nought() -> None:
    assert Agreement("occupancy", 0.8, Interval(mean=0.01, low=-0.01, high=0.03, count=4)).is_inside
    assert not Agreement("occupancy", 0.8, Interval(mean=0.02, low=0.01, high=0.03, count=4)).is_inside


@pytest.mark.parametrize("name", FLOORS)
def test_records_hold_what_an_export_does(name: str) -> None:
    scenario = floor(name, days=1, hours=0.1)
    day = next(World(scenario, 3).days())
    calls, intervals = records_of(day)

    assert len(calls) == len(day.rows.attempts)
    assert len(intervals) == len(day.rows.intervals)
    assert {call.outcome for call in calls} == {row.outcome for row in day.rows.attempts}


@pytest.mark.slow
def test_a_fitted_scenario_gives_the_figures_of_its_records_back() -> None:
    floors = ("impatient people", "agents who differ")
    found = [one for name in floors for one in round_trip(floor(name, days=4, hours=0.75), seed=1)]

    assert len(found) >= 2 * (len(COMPARED) - 1)
    outside = [one for one in found if not one.is_inside]
    assert len(outside) <= OUTSIDE_MAX, outside
