import xml.etree.ElementTree as ET

import pytest

from simulation.report import plots
from simulation.rows import DayRows
from simulation.scenario.library import find_scenario
from simulation.scenario.overrides import override_all
from simulation.world import DayRecord, World

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def day() -> DayRecord:
    scenario = override_all(
        find_scenario("base-5"), [("day.hours", 1.0), ("day.warmup_s", 0.0), ("pacing.policy", "ratio")]
    )
    return next(World(scenario, 1).days())


@pytest.mark.parametrize(
    "plot", ["agents_timeline", "agents_by_state", "calls_in_flight", "rates_over_the_day", "distributions"]
)
def test_a_plot_is_svg_and_the_same_every_time(day: DayRecord, plot: str) -> None:
    draw = getattr(plots, plot)
    arguments = (day, 0.03) if plot == "rates_over_the_day" else (day,)

    first = draw(*arguments)

    assert ET.fromstring(first).tag.endswith("svg")
    assert first == draw(*arguments)
    assert "time of day" in first or "talk [s]" in first


def test_a_day_without_calls_or_agents_is_drawn_too() -> None:
    empty = DayRecord(0, 0.0, 1800.0, DayRows([], [], []))

    for plot in (plots.agents_timeline, plots.agents_by_state, plots.calls_in_flight, plots.distributions):
        assert plot(empty).startswith("<svg")
    assert plots.rates_over_the_day(empty, 0.03).startswith("<svg")
