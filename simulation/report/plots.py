"""The plots of a report, each drawn to SVG text; the same rows give the same bytes."""

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from campaigns.model import Outcome
from dialer.model import AgentState
from simulation.experiments.figures import ANSWERED
from simulation.experiments.summary import Summary
from simulation.models.distributions import Floats
from simulation.rows import AttemptRow, IntervalRow
from simulation.scenario.loading import ScenarioError
from simulation.world import DayRecord

GRID_S = 60.0
STATES = {
    AgentState.TALKING: ("talking", "#2b7a4b"),
    AgentState.ACW: ("ACW", "#e0a030"),
    AgentState.IDLE: ("idle", "#b8c4cc"),
    AgentState.PAUSED: ("paused", "#7b6a9b"),
}
CALLS_COLOUR, RATE_COLOUR, CAP_COLOUR = "#33658a", "#9b2d30", "#555555"


class ReportError(ScenarioError):
    """The report cannot be made; the message says what is missing."""


def agents_timeline(record: DayRecord) -> str:
    """How many agents are in each state over the day."""
    at = _grid(record)
    figure, axes = _figure()
    layers = [_present(record.rows.intervals, {state}, at) for state in STATES]
    axes.stackplot(
        _hours(at),
        layers,
        labels=[words for words, _ in STATES.values()],
        colors=[colour for _, colour in STATES.values()],
        linewidth=0,
    )
    axes.set_ylabel("agents")
    axes.legend(loc="upper left", ncols=4, frameon=False, fontsize=8, bbox_to_anchor=(0.0, 1.14))
    return _svg(figure)


def calls_in_flight(record: DayRecord) -> str:
    """Calls placed and neither answered nor ended, over the day."""
    at = _grid(record)
    starts = np.array([row.placed_at for row in record.rows.attempts])
    ends = np.array([_flight_end(row) for row in record.rows.attempts])
    figure, axes = _figure()
    axes.plot(_hours(at), _overlapping(starts, ends, at), color=CALLS_COLOUR, linewidth=0.8)
    axes.set_ylabel("calls in flight")
    axes.set_ylim(bottom=0)
    return _svg(figure)


def rates_over_the_day(record: DayRecord, cap: float) -> str:
    """Occupancy in windows of 15 minutes, and the abandon rate of the day so far against its cap."""
    edges = np.arange(record.measured_from, record.measured_to + 1.0, 900.0)
    busy = _seconds(record.rows.intervals, {AgentState.TALKING, AgentState.ACW}, edges)
    staffed = busy + _seconds(record.rows.intervals, {AgentState.IDLE, AgentState.RESERVED}, edges)
    figure, axes = _figure()
    middles = (edges[:-1] + edges[1:]) / 2.0
    axes.plot(_hours(middles), 100.0 * busy / np.maximum(staffed, 1.0), color=CALLS_COLOUR, label="occupancy")
    axes.set_ylabel("occupancy [%]", color=CALLS_COLOUR)
    axes.set_ylim(0, 100)
    answers = sorted((row.answered_at, row.outcome) for row in record.rows.attempts if _is_answer(row))
    right = axes.twinx()
    if answers:
        times = np.array([at for at, _ in answers])
        abandoned = np.cumsum([outcome == Outcome.ABANDONED for _, outcome in answers])
        right.plot(_hours(times), 100.0 * abandoned / np.arange(1, len(times) + 1), color=RATE_COLOUR, linewidth=1)
    right.axhline(100.0 * cap, color=CAP_COLOUR, linestyle=":", linewidth=1)
    right.set_ylabel("abandoned so far [%]", color=RATE_COLOUR)
    right.set_ylim(0, max(2.0 * 100.0 * cap, 1.0))
    return _svg(figure)


def distributions(record: DayRecord) -> str:
    """Histograms: ringing until an answer, talk, and the agents' wait between calls."""
    attempts, intervals = record.rows.attempts, record.rows.intervals
    waits = [one.ended_at - one.started_at for one in intervals if one.state == AgentState.IDLE]
    series = (
        ("dial to answer [s]", [row.answered_at - row.placed_at for row in attempts if row.answered_at is not None]),
        ("talk [s]", [row.ended_at - row.bridged_at for row in attempts if row.bridged_at is not None]),
        ("wait between calls [s]", waits),
    )
    plt = _pyplot()
    figure, all_axes = plt.subplots(1, 3, figsize=(9.0, 2.4))
    for axes, (words, values) in zip(all_axes, series, strict=True):
        if values:
            axes.hist(values, bins=40, range=(0.0, float(np.quantile(values, 0.99)) + 1e-9), color=CALLS_COLOUR)
        axes.set_xlabel(words)
        axes.set_yticks([])
        _tidy(axes)
    figure.tight_layout()
    return _svg(figure)


def frontier(summaries: Sequence[Summary]) -> str:
    """Occupancy against abandon rate, each with its interval."""
    figure, axes = _figure(height=3.6)
    for summary in summaries:
        abandon, occupancy = summary.metrics["abandon_rate"], summary.metrics["occupancy"]
        if abandon is None or occupancy is None:
            continue
        x, y = 100.0 * abandon.mean, 100.0 * occupancy.mean
        errors = [100.0 * (one.half_width or 0.0) for one in (abandon, occupancy)]
        axes.errorbar(x, y, xerr=errors[0], yerr=errors[1], fmt="o", color=CALLS_COLOUR, markersize=4, linewidth=1)
        axes.annotate(summary.name, (x, y), xytext=(5, 4), textcoords="offset points", fontsize=8)
    axes.axvline(100.0 * summaries[0].cap, color=CAP_COLOUR, linestyle=":", linewidth=1)
    axes.set_xlabel("abandon rate [%]")
    axes.set_ylabel("occupancy [%]")
    return _svg(figure)


def _is_answer(row: AttemptRow) -> bool:
    return row.answered_at is not None and row.outcome in ANSWERED


def _flight_end(row: AttemptRow) -> float:
    return row.ended_at if row.answered_at is None else row.answered_at


def _grid(record: DayRecord) -> Floats:
    return np.arange(record.measured_from, record.measured_to, GRID_S)


def _hours(at: Floats) -> Floats:
    return at % 86_400.0 / 3600.0


def _overlapping(starts: Floats, ends: Floats, at: Floats) -> Floats:
    """How many of the spans hold each moment."""
    begun = np.searchsorted(np.sort(starts), at, side="right")
    return np.asarray(begun - np.searchsorted(np.sort(ends), at, side="right"), dtype=np.float64)


def _present(rows: Sequence[IntervalRow], states: set[AgentState], at: Floats) -> Floats:
    own = [row for row in rows if row.state in states]
    starts, ends = np.array([row.started_at for row in own]), np.array([row.ended_at for row in own])
    return _overlapping(starts, ends, at)


def _seconds(rows: Sequence[IntervalRow], states: set[AgentState], edges: Floats) -> Floats:
    own = [row for row in rows if row.state in states]
    starts, ends = np.array([row.started_at for row in own]), np.array([row.ended_at for row in own])
    found = [np.maximum(np.minimum(ends, high) - np.maximum(starts, low), 0.0).sum() for low, high in pairwise(edges)]
    return np.array(found)


def _pyplot() -> Any:
    try:
        import matplotlib as mpl
    except ImportError:
        raise ReportError("reports need matplotlib: pip install 'predictive-dialer[analysis]'") from None
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "predictive-dialer"
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["font.size"] = 9
    from matplotlib import pyplot as plt

    return plt


def _figure(height: float = 2.6) -> tuple[Any, Any]:
    figure, axes = _pyplot().subplots(figsize=(9.0, height))
    axes.set_xlabel("hour of the day")
    _tidy(axes)
    return figure, axes


def _tidy(axes: Any) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _svg(figure: Any) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    _pyplot().close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :]
