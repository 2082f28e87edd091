"""The plots of one day, each drawn to SVG text; the same rows give the same bytes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from campaigns.model import Outcome
from dialer.model import AgentState
from simulation.experiments.figures import ANSWERED
from simulation.models.distributions import Floats
from simulation.report.drawing import CAP_COLOUR, Axes, new_axes, svg_text, tidy
from simulation.rows import AttemptRow, IntervalRow
from simulation.world import DayRecord

WINDOW_S = 300.0
COLUMN_S = 20.0
AGENTS_SHOWN_MAX = 60
STATES = {
    AgentState.TALKING: ("talking", "#2b7a4b"),
    AgentState.ACW: ("ACW", "#e0a030"),
    AgentState.IDLE: ("idle", "#b8c4cc"),
    AgentState.PAUSED: ("paused", "#7b6a9b"),
}
ABSENT_COLOUR = "#ffffff"
CALLS_COLOUR, RATE_COLOUR = "#33658a", "#9b2d30"


def agents_timeline(record: DayRecord) -> str:
    """What each agent does over the day, one line per agent; the first sixty of a larger team."""
    agents = sorted({row.agent_id for row in record.rows.intervals}, key=_natural)[:AGENTS_SHOWN_MAX]
    places = {agent_id: place for place, agent_id in enumerate(agents)}
    count = int((record.measured_to - record.measured_from) // COLUMN_S) + 1
    picture = np.full((len(agents) or 1, count), len(STATES))
    codes = {str(state): code for code, state in enumerate(STATES)} | dict.fromkeys(("previewing", "reserved"), 2)
    for row in record.rows.intervals:
        if row.agent_id in places and row.state in codes:
            first, last = ((at - record.measured_from) / COLUMN_S for at in (row.started_at, row.ended_at))
            # A column shows the state at its beginning.
            picture[places[row.agent_id], max(int(np.ceil(first)), 0) : max(int(np.ceil(last)), 0)] = codes[row.state]
    figure, axes = _day_axes(record, height=0.9 + 0.09 * max(len(agents), 8))
    colours = [colour for _, colour in STATES.values()] + [ABSENT_COLOUR]
    start = float(_hours(np.array([record.measured_from]))[0])
    end = start + (record.measured_to - record.measured_from) / 3600.0
    rgb = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours], dtype=np.uint8)
    axes.imshow(
        rgb[picture], aspect="auto", interpolation="nearest", extent=(start, end, len(picture) + 0.5, 0.5), zorder=0
    )
    axes.set_ylabel("agent")
    axes.set_yticks([1, len(agents)] if len(agents) > 1 else [1])
    _state_legend(axes)
    return svg_text(figure)


def agents_by_state(record: DayRecord) -> str:
    """How many agents are in each state, on average over five minutes."""
    edges = _windows(record)
    figure, axes = _day_axes(record)
    layers = [_seconds(record.rows.intervals, {state}, edges) / WINDOW_S for state in STATES]
    layers[2] += _seconds(record.rows.intervals, {AgentState.PREVIEWING, AgentState.RESERVED}, edges) / WINDOW_S
    axes.stackplot(
        _middles(edges),
        layers,
        colors=[colour for _, colour in STATES.values()],
        linewidth=0,
    )
    axes.set_ylabel("agents")
    axes.set_ylim(0, max(float(np.sum(layers, axis=0).max()), 1.0))
    axes.margins(x=0)
    _state_legend(axes)
    return svg_text(figure)


def calls_in_flight(record: DayRecord) -> str:
    """Calls placed and neither answered nor ended: the mean of each five minutes, and the least and most in them."""
    edges = _windows(record)
    at = np.arange(edges[0], edges[-1], 1.0)
    starts = np.array([row.placed_at for row in record.rows.attempts])
    ends = np.array([_flight_end(row) for row in record.rows.attempts])
    counts = _overlapping(starts, ends, at)
    whole = counts[: (counts.size // int(WINDOW_S)) * int(WINDOW_S)].reshape(-1, int(WINDOW_S))
    hours = _middles(edges)[: len(whole)]
    figure, axes = _day_axes(record)
    axes.fill_between(hours, whole.min(axis=1), whole.max(axis=1), color=CALLS_COLOUR, alpha=0.2, linewidth=0)
    axes.plot(hours, whole.mean(axis=1), color=CALLS_COLOUR, linewidth=1.2)
    axes.set_ylabel("calls in flight")
    axes.set_ylim(0, 1.05 * max(float(counts.max()), 1.0))
    return svg_text(figure)


def rates_over_the_day(record: DayRecord, cap: float) -> str:
    """Occupancy in windows of 15 minutes, and the abandon rate of the day so far against its cap."""
    edges = np.arange(record.measured_from, record.measured_to + 1.0, 900.0)
    busy = _seconds(record.rows.intervals, {AgentState.TALKING, AgentState.ACW}, edges)
    staffed = busy + _seconds(
        record.rows.intervals, {AgentState.IDLE, AgentState.PREVIEWING, AgentState.RESERVED}, edges
    )
    figure, axes = _day_axes(record)
    axes.plot(_middles(edges), 100.0 * busy / np.maximum(staffed, 1.0), color=CALLS_COLOUR, label="occupancy")
    axes.set_ylabel("occupancy [%]", color=CALLS_COLOUR)
    axes.set_ylim(0, 100)
    answers = sorted((row.answered_at, row.outcome) for row in record.rows.attempts if _is_answer(row))
    right = axes.twinx()
    tidy(right, "top")
    highest = 0.0
    if answers:
        times = np.array([at for at, _ in answers])
        abandoned = np.cumsum([outcome == Outcome.ABANDONED for _, outcome in answers])
        rates = 100.0 * abandoned / np.arange(1, len(times) + 1)
        highest = float(rates[len(rates) // 10 :].max())
        right.plot(_hours(times), rates, color=RATE_COLOUR, linewidth=1)
    right.axhline(100.0 * cap, color=RATE_COLOUR, linestyle=":", linewidth=1)
    right.text(float(_middles(edges)[-1]), 100.0 * cap, "cap", fontsize=8, color=RATE_COLOUR, ha="right", va="bottom")
    right.set_ylabel("abandoned so far [%]", color=RATE_COLOUR)
    right.set_ylim(0, max(2.0 * 100.0 * cap, 1.2 * highest, 1.0))
    return svg_text(figure)


def distributions(record: DayRecord) -> str:
    """Histograms: ringing until an answer, talk, and the agents' wait between calls."""
    attempts, intervals = record.rows.attempts, record.rows.intervals
    waits = [one.ended_at - one.started_at for one in intervals if one.state == AgentState.IDLE]
    series = (
        ("dial to answer [s]", [row.answered_at - row.placed_at for row in attempts if row.answered_at is not None]),
        ("talk [s]", [row.ended_at - row.bridged_at for row in attempts if row.bridged_at is not None]),
        ("wait between calls [s]", waits),
    )
    figure, all_axes = new_axes(height=2.4, width=9.6, columns=3)
    for axes, (words, values) in zip(all_axes, series, strict=True):
        if values:
            axes.hist(values, bins=40, range=(0.0, float(np.quantile(values, 0.99)) + 1e-9), color=CALLS_COLOUR)
            mean = float(np.mean(values))
            axes.axvline(mean, color=CAP_COLOUR, linestyle=":", linewidth=1)
            axes.set_title(f"mean {mean:.1f} s, {len(values)} seen", fontsize=8, color=CAP_COLOUR)
        axes.set_xlabel(words)
        axes.set_yticks([])
    figure.tight_layout()
    return svg_text(figure)


def _natural(agent_id: str) -> tuple[int, ...]:
    """agent-1-10 after agent-1-9."""
    return tuple(int(part) for part in agent_id.split("-") if part.isdigit())


def _is_answer(row: AttemptRow) -> bool:
    return row.answered_at is not None and row.outcome in ANSWERED


def _flight_end(row: AttemptRow) -> float:
    return row.ended_at if row.answered_at is None else row.answered_at


def _windows(record: DayRecord) -> Floats:
    """The edges of the five-minute windows; a day shorter than one is one window."""
    edges = np.arange(record.measured_from, record.measured_to + 1.0, WINDOW_S)
    return edges if edges.size > 1 else np.array([record.measured_from, record.measured_from + WINDOW_S])


def _middles(edges: Floats) -> Floats:
    return _hours((edges[:-1] + edges[1:]) / 2.0)


def _hours(at: Floats) -> Floats:
    return at % 86_400.0 / 3600.0


def _overlapping(starts: Floats, ends: Floats, at: Floats) -> Floats:
    """How many of the spans hold each moment."""
    begun = np.searchsorted(np.sort(starts), at, side="right")
    return np.asarray(begun - np.searchsorted(np.sort(ends), at, side="right"), dtype=np.float64)


def _seconds(rows: Sequence[IntervalRow], states: set[AgentState], edges: Floats) -> Floats:
    own = [row for row in rows if row.state in states]
    starts, ends = np.array([row.started_at for row in own]), np.array([row.ended_at for row in own])
    found = [np.maximum(np.minimum(ends, high) - np.maximum(starts, low), 0.0).sum() for low, high in pairwise(edges)]
    return np.array(found)


def _day_axes(record: DayRecord, height: float = 2.6) -> tuple[Axes, Axes]:
    """Axes over the measured part of the day, the same for every plot, so that they can be read one below the other."""
    figure, axes = new_axes(height)
    start = float(_hours(np.array([record.measured_from]))[0])
    axes.set_xlim(start, start + (record.measured_to - record.measured_from) / 3600.0)
    axes.set_autoscalex_on(False)
    axes.xaxis.set_major_formatter(lambda hour, _: f"{int(hour + 1e-6):02d}:{round(hour % 1.0 * 60.0) % 60:02d}")
    axes.set_xlabel("time of day")
    return figure, axes


def _state_legend(axes: Axes) -> None:
    for words, colour in STATES.values():
        axes.plot([], [], marker="s", linestyle="", color=colour, label=words)
    axes.legend(loc="lower left", ncols=4, frameon=False, fontsize=8, bbox_to_anchor=(0.0, 1.0), borderpad=0.1)
