import xml.etree.ElementTree as ET

import pytest

from simulation.experiments.figures import ReplicationFigures, accounts_of, spans_of
from simulation.experiments.summary import summarise
from simulation.report import plots
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


@pytest.mark.parametrize("plot", ["agents_timeline", "calls_in_flight", "rates_over_the_day", "distributions"])
def test_a_plot_is_svg_and_the_same_every_time(day: DayRecord, plot: str) -> None:
    draw = getattr(plots, plot)
    arguments = (day, 0.03) if plot == "rates_over_the_day" else (day,)

    first = draw(*arguments)

    assert ET.fromstring(first).tag.endswith("svg")
    assert first == draw(*arguments)
    assert "hour of the day" in first or "talk [s]" in first


def test_the_frontier_names_every_variant(day: DayRecord) -> None:
    figures = ReplicationFigures(replication=0, spans=tuple(spans_of(day, 5)), accounts=tuple(accounts_of(day)))
    drawn = plots.frontier([summarise(name, [figures], 0.03) for name in ("one", "other")])

    assert "one" in drawn
    assert "other" in drawn
