"""The plots of docs/concepts/pacing.md, made by `python -m benchmarks plots`.

The same code gives the same bytes, but for what a decision costs, which is measured.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from benchmarks import decision_cost
from benchmarks.forecast_calibration import WatchedDay, watched_day
from benchmarks.pacing_decision import NOW, taught
from pacing.estimators.durations import Durations
from pacing.estimators.ringing import RingTimes
from pacing.forecast.primitives import Primitives
from pacing.model import AbandonBudget, CallInFlight, Snapshot
from pacing.optimal.memoryless import MemorylessModel, solve
from pacing.queueing.expectation import MEASURED_OCCUPANCY, Work, ceiling, constant_rate, progressive
from simulation.experiments.figures import ANSWERED
from simulation.report.drawing import CAP_COLOUR, new_axes, svg_text

FOLDER = Path("docs/concepts/images")
SEED = 1
GREEN, BLUE, RED, GREY, YELLOW = "#2b7a4b", "#33658a", "#9b2d30", "#8a949b", "#e0a030"
WORK = Work(answer_rate=0.3, talk_s=120.0, acw_s=15.0)
TEAMS = np.unique(np.round(np.geomspace(3, 400, 60)).astype(int)).tolist()


def draw_all(folder: Path = FOLDER) -> list[Path]:
    """Draw every plot into the folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    day = watched_day(SEED)
    plots: dict[str, Callable[[], str]] = {
        "conditional": conditional,
        "risk": risk_by_call,
        "team": occupancy_by_team,
        "budget": lambda: budget_over_the_day(day),
        "calibration": lambda: calibration(day),
        "cost": lambda: decision_cost.draw(decision_cost.measure(SEED)),
    }
    files = []
    for name, draw in plots.items():
        path = folder / f"pacing-{name}.svg"
        path.write_text(draw(), encoding="utf-8")
        files.append(path)
    return files


def conditional() -> str:
    """What elapsed time says: of an agent who talks or writes up, and of a call that rings."""
    talk, acw = Durations(90.0, 0.83), Durations(13.4, 0.47)
    ringing = RingTimes(28.0)
    survivals = ringing.survivals()
    figure, (left, right) = new_axes(height=2.8, columns=2)
    talked = np.arange(0.0, 400.0, 2.0)
    primitives = Primitives(talk.survival(), acw.survival(), *survivals, grace_s=2.0)
    horizon_s = primitives.horizons_s[-1] + primitives.grace_s
    left.plot(talked, 100.0 * primitives.free_from_talk(talked)[:, -1], color=GREEN, label="talking")
    written = np.arange(0.0, 60.0, 0.5)
    left.plot(written, 100.0 * primitives.free_from_acw(written)[:, -1], color=YELLOW, label="in ACW")
    left.set_ylim(0.0, 100.0)
    left.set_xlabel("elapsed, s")
    left.set_ylabel(f"free within {horizon_s:.0f} s, %")
    left.legend(frameon=False)
    ages = np.arange(0.0, 28.0, 0.25)
    for rate, colour in ((0.2, BLUE), (0.3, GREEN), (0.5, RED)):
        now, other = primitives.survivals(ages)
        still = rate * now / np.maximum(rate * now + (1.0 - rate) * other, 1e-9)
        right.plot(ages, 100.0 * still, color=colour, label=f"answer rate {rate:.0%}")
    right.set_xlabel("in flight for, s")
    right.set_ylabel("a person will yet answer, %")
    right.set_ylim(0.0)
    right.legend(frameon=False)
    return svg_text(figure)


def risk_by_call() -> str:
    """The risk of the next call, by how many are in flight already: ten agents, some of them idle."""
    rng = np.random.default_rng(SEED)
    policy = taught(rng)
    busy = tuple((NOW - rng.exponential(100.0, 10)).tolist())
    figure, axes = new_axes(height=2.8, width=6.0)
    for idle, colour in ((0, GREY), (1, BLUE), (2, GREEN), (3, YELLOW)):
        floor = Snapshot(
            now=NOW,
            idle_agents=idle,
            talking_since=busy[: 10 - idle],
            budget=AbandonBudget(rate_max=0.03, answered=1000, abandoned=20, window_started_at=NOW - 7200.0),
        )
        risks = []
        for count in range(16):
            calls = tuple(CallInFlight(call_id=str(n), placed_at=NOW - 8.0 * n / 16) for n in range(count))
            risks.append(100.0 * policy.decide(replace(floor, calls=calls)).numbers["risk"])
        axes.plot(range(16), risks, "o-", markersize=3, color=colour, label=f"{idle} idle")
    axes.axhline(2.4, color=CAP_COLOUR, linewidth=0.8, linestyle="--")
    axes.annotate("threshold", (15.0, 2.4), ha="right", va="bottom", color=CAP_COLOUR)
    axes.set_yscale("log")
    axes.set_ylim(0.05, 100.0)
    axes.set_yticks([0.1, 1.0, 10.0, 100.0], ["0.1", "1", "10", "100"])
    axes.set_xlabel("calls in flight")
    axes.set_ylabel("risk of the next call, %")
    axes.legend(frameon=False, ncols=2)
    return svg_text(figure)


def occupancy_by_team() -> str:
    """Occupancy against the size of the team, by manner of pacing."""
    figure, axes = new_axes(height=3.2, width=7.0)
    for words, expect, colour, style in (
        ("ceiling, fitted", ceiling, GREY, "--"),
        ("constant rate, Erlang C", constant_rate, RED, "-"),
        ("progressive", progressive, YELLOW, "-"),
    ):
        occupancy = [100.0 * expect(agents, WORK).occupancy for agents in TEAMS]
        axes.plot(TEAMS, occupancy, style, color=colour, label=words)
    axes.plot(
        list(MEASURED_OCCUPANCY),
        [100.0 * each for each in MEASURED_OCCUPANCY.values()],
        "o-",
        color=GREEN,
        label="predictive, measured",
    )
    sizes = (3, 5, 10, 20)
    exact = [100.0 * solve(MemorylessModel(agents=agents), abandon_rate_max=0.03).occupancy for agents in sizes]
    axes.plot(sizes, exact, "x", color=BLUE, label="exact optimum, memoryless model")
    axes.set_xscale("log")
    ticks = (3, 5, 10, 20, 50, 100, 300)
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("agents")
    axes.set_ylabel("occupancy, %")
    axes.legend(frameon=False, loc="lower right")
    return svg_text(figure)


def budget_over_the_day(day: WatchedDay) -> str:
    """How the threshold is moved, and what becomes of the day's abandon rate."""
    start = day.decisions[0][0]
    answers = sorted(
        (row.answered_at, row.outcome == "abandoned")
        for row in day.record.rows.attempts
        if row.answered_at is not None and row.outcome in ANSWERED
    )
    hours = (np.array([at for at, _ in answers]) - start) / 3600.0
    abandoned = np.cumsum([is_abandoned for _, is_abandoned in answers])
    rate = 100.0 * abandoned / np.arange(1, len(answers) + 1)
    figure, (above, below) = new_axes(height=4.2, width=8.0, rows=2)
    above.plot(hours[20:], rate[20:], color=RED)
    above.axhline(3.0, color=CAP_COLOUR, linewidth=0.8, linestyle="--")
    above.annotate("cap", (float(hours[-1]), 3.0), ha="right", va="bottom", color=CAP_COLOUR)
    above.set_ylabel("abandoned so far, %")
    above.set_ylim(0.0)
    decided = [(at - start) / 3600.0 for at, _ in day.decisions]
    threshold = [100.0 * decision.numbers["risk_max"] for _, decision in day.decisions]
    below.plot(decided, threshold, color=BLUE, linewidth=0.8)
    below.set_ylabel("threshold on the risk, %")
    below.set_xlabel("hours")
    below.set_ylim(0.0)
    for axes in (above, below):
        axes.set_xlim(0.0, float(hours[-1]))
    return svg_text(figure)


def calibration(day: WatchedDay) -> str:
    """The reliability curve of the risks, and the coverage of the forecast's intervals."""
    figure, (left, right) = new_axes(height=3.0, width=8.0, columns=2)
    points = [point for point in day.risks.curve() if point.answers >= 20.0]
    predicted = 100.0 * np.array([point.predicted for point in points])
    realised = 100.0 * np.array([point.realised for point in points])
    counts = np.array([point.answers for point in points])
    sd = np.sqrt(np.maximum(predicted * (100.0 - predicted), 0.01) / counts)
    left.errorbar(predicted, realised, 1.96 * sd, fmt="o", markersize=4, color=GREEN, elinewidth=0.8)
    top = float(max(predicted.max(), realised.max())) * 1.3
    left.plot([0.0, top], [0.0, top], color=CAP_COLOUR, linewidth=0.8, linestyle="--")
    left.set_xlim(0.0, top)
    left.set_ylim(0.0)
    left.set_xlabel("risk at which calls were placed, %")
    left.set_ylabel("of answers found no agent, %")
    levels = np.arange(0.05, 1.0, 0.05)
    for words, coverage, colour in (("agents coming free", day.free, GREEN), ("people answering", day.answered, BLUE)):
        inside = [100.0 * (coverage.coverage(level) or 0.0) for level in levels]
        right.plot(100.0 * levels, inside, "o-", markersize=3, color=colour, label=words)
    right.plot([0.0, 100.0], [0.0, 100.0], color=CAP_COLOUR, linewidth=0.8, linestyle="--")
    right.set_xlabel("interval, %")
    right.set_ylabel("of outcomes inside, %")
    right.legend(frameon=False)
    return svg_text(figure)
