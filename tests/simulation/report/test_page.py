import re
from pathlib import Path

import pytest

from simulation.experiments.figures import METRICS, ReplicationFigures, accounts_of, spans_of
from simulation.experiments.intervals import Interval
from simulation.experiments.summary import summarise
from simulation.report.drawing import ReportError
from simulation.report.page import comparison_page, run_page, write_page
from simulation.scenario.library import find_scenario
from simulation.scenario.overrides import override_all
from simulation.world import World

pytest.importorskip("matplotlib")

SCENARIO = override_all(
    find_scenario("base-5"),
    [("day.hours", 1.0), ("day.warmup_s", 0.0), ("pacing.policy", "ratio"), ("name", "<b> & c")],
)


def test_pages_fetch_nothing_and_escape_names() -> None:
    day = next(World(SCENARIO, 1).days())
    figures = ReplicationFigures(replication=0, spans=tuple(spans_of(day, 5)), accounts=tuple(accounts_of(day)))
    summary = summarise(SCENARIO.name, [figures], 0.03)

    for page in (run_page(SCENARIO, 1, summary, day), comparison_page(SCENARIO, 1, [summary, summary])):
        without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
        assert not re.search(r'(src|href)="(?!#|data:)', without_names)
        assert "<script" not in page
        assert "&lt;b&gt; &amp; c" in page
        assert "occupancy" in page


def test_the_comparison_shows_paired_differences_and_which_are_more_than_chance() -> None:
    day = next(World(SCENARIO, 1).days())
    figures = ReplicationFigures(replication=0, spans=tuple(spans_of(day, 5)), accounts=tuple(accounts_of(day)))
    summary = summarise(SCENARIO.name, [figures], 0.03)
    difference = dict.fromkeys((metric.name for metric in METRICS), None)
    sure = difference | {"occupancy": Interval(mean=0.05, low=0.04, high=0.06, count=9)}
    page = comparison_page(SCENARIO, 1, [summary, summary], [sure])

    assert "Paired differences from &lt;b&gt; &amp; c" in page
    assert "<b>+5.00 ± 1.00</b>" in page
    assert "occupancy [points]" in page
    assert "Paired differences" not in comparison_page(SCENARIO, 1, [summary, summary])


def test_a_page_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be written"):
        write_page(tmp_path / "no" / "such" / "x.html", "")
