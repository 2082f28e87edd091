"""What one decision of the predictive policy costs against the number of agents, drawn for docs/concepts/pacing.md.

`python -m benchmarks plots` draws it with the others; unlike them it is measured, so its bytes differ by machine.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.pacing_decision import decision_us, floor, taught
from simulation.report.drawing import CAP_COLOUR, new_axes, svg_text

AGENTS = (2, 3, 5, 10, 20, 50, 100, 200, 300, 500, 700, 1000)
CALLS_PER_AGENT = 3
"""Three calls in flight for each agent, as a large floor would have at an answer rate under 20 %."""
FLOORS = 20
REPEATS = 20
AIMS = ((20, 150.0), (500, 1000.0))
"""Agents, and what a decision may cost there, in microseconds."""
GREEN = "#2b7a4b"


class Cost(NamedTuple):
    """Processor time of a decision, over floors of one size."""

    agents: int
    median_us: float
    highest_us: float


def measure(seed: int, sizes: Sequence[int] = AGENTS, repeats: int = REPEATS) -> list[Cost]:
    """For each size the median and the highest over floors drawn at random, each the quickest of some repeats."""
    costs = []
    for agents in sizes:
        rng = np.random.default_rng(seed)
        policy = taught(rng)
        floors = [floor(rng, agents, agents * CALLS_PER_AGENT) for _ in range(FLOORS)]
        quickest = [min(decision_us(policy, one) for _ in range(repeats)) for one in floors]
        costs.append(Cost(agents, float(np.median(quickest)), max(quickest)))
    return costs


def draw(costs: Sequence[Cost]) -> str:
    """The costs as an SVG, with the aims."""
    figure, axes = new_axes(height=2.8, width=6.0)
    sizes = [cost.agents for cost in costs]
    axes.plot(sizes, [cost.median_us for cost in costs], "o-", markersize=3, color=GREEN, label="median floor")
    axes.plot(sizes, [cost.highest_us for cost in costs], "--", color=GREEN, linewidth=0.8, label="costliest floor")
    for agents, aim_us in AIMS:
        axes.plot([agents], [aim_us], "v", color=CAP_COLOUR)
        axes.annotate(f"aim: {aim_us:g} µs", (agents, aim_us), xytext=(0, 6), textcoords="offset points", ha="center")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes[1::2], [str(size) for size in sizes[1::2]])
    axes.minorticks_off()
    axes.set_ylim(10.0, 3000.0)
    axes.set_yticks([10.0, 100.0, 1000.0], ["10", "100", "1,000"])
    axes.set_xlabel(f"agents, each with {CALLS_PER_AGENT} calls in flight")
    axes.set_ylabel("one decision, µs")
    axes.legend(frameon=False, loc="lower right")
    return svg_text(figure)
