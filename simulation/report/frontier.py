"""Plots of occupancy against abandon rate: what is gained for what is risked."""

import math
from collections.abc import Sequence

from simulation.experiments.league import Entry
from simulation.experiments.summary import Summary
from simulation.report.drawing import CAP_COLOUR, Axes, new_axes, svg_text

POINT_COLOUR = "#33658a"
FAMILIES = {
    "predictive": ("predictive", "#2b7a4b", "o"),
    "adaptive": ("our simpler policies", "#2b7a4b", "^"),
    "ratio": ("our simpler policies", "#2b7a4b", "^"),
    "progressive": ("our simpler policies", "#2b7a4b", "^"),
    "erlang_c": ("our simpler policies", "#2b7a4b", "^"),
    "exact-optimum": ("bounds", "#555555", "*"),
    "clairvoyant": ("bounds", "#555555", "*"),
}
VICIDIAL, VICIDIAL_TUNED, OTHERS = (
    ("VICIdial", "#9b2d30", "s"),
    ("VICIdial, tuned", "#e0a030", "D"),
    ("other dialers", "#7b6a9b", "x"),
)
RATE_SHOWN_MAX = 6.0
"""Per cent; what abandons more is drawn at the edge."""
OCCUPANCY_SHOWN_MIN = 35.0
NAMED = frozenset({"predictive", "ratio", "clairvoyant"})
"""Points with their name beside them; the others are told by the colour of their family."""
COLUMNS = 3


def frontier(summaries: Sequence[Summary]) -> str:
    """Occupancy against abandon rate, each with its interval."""
    figure, axes = new_axes(height=3.6)
    for summary in summaries:
        point = _point(summary)
        if point is None:
            continue
        x, y = point
        rate, occupancy = (_half_width(summary, name) for name in ("abandon_rate", "occupancy"))
        axes.errorbar(
            x, y, xerr=[[min(rate, x)], [rate]], yerr=occupancy, fmt="o", color=POINT_COLOUR, markersize=4, linewidth=1
        )
        axes.annotate(summary.name, (x, y), xytext=(5, 4), textcoords="offset points", fontsize=8)
    _cap(axes, 100.0 * summaries[0].cap)
    axes.set_xlim(left=-0.1)
    axes.set_xlabel("abandon rate [%]")
    axes.set_ylabel("occupancy [%]")
    return svg_text(figure)


def league_frontier(entries: Sequence[Entry]) -> str:
    """One small plot for each team size, every policy a point in the colour of its family."""
    sizes = list(dict.fromkeys(one.agents for one in entries))
    rows = math.ceil(len(sizes) / COLUMNS)
    figure, grid = new_axes(height=0.4 + 3.0 * rows, width=10.0, rows=rows, columns=COLUMNS)
    seen: dict[str, object] = {}
    for index, axes in enumerate(grid):
        if index >= len(sizes):
            axes.set_axis_off()
            continue
        own = [one for one in entries if one.agents == sizes[index]]
        for entry in own:
            family, colour, marker = _family(entry.policy)
            point = _point(entry.summary)
            if point is None:
                continue
            x, y = min(point[0], RATE_SHOWN_MAX), point[1]
            drawn = axes.plot(x, y, marker=marker, color=colour, markersize=5, linestyle="", clip_on=False)[0]
            seen.setdefault(family, drawn)
            if entry.policy in NAMED:
                axes.annotate(entry.policy, (x, y), xytext=(-6, 4), textcoords="offset points", fontsize=7, ha="right")
        _cap(axes, 100.0 * own[0].summary.cap)
        axes.set_xlim(-0.1, RATE_SHOWN_MAX)
        axes.set_ylim(OCCUPANCY_SHOWN_MIN, 100.0)
        axes.set_title(f"{sizes[index]} agents", fontsize=9)
        axes.set_xlabel(f"abandon rate [%], {RATE_SHOWN_MAX:g} and more at the edge")
        axes.set_ylabel("occupancy [%]")
    figure.tight_layout(rect=(0.0, 0.05, 1.0, 1.0))
    figure.legend(list(seen.values()), list(seen), loc="lower center", ncols=len(seen), frameon=False, fontsize=8)
    return svg_text(figure)


def _family(policy: str) -> tuple[str, str, str]:
    if policy in FAMILIES:
        return FAMILIES[policy]
    if policy.startswith("vicidial"):
        return VICIDIAL_TUNED if policy.endswith("-tuned") else VICIDIAL
    return OTHERS


def _point(summary: Summary) -> tuple[float, float] | None:
    """(abandon rate, occupancy) in per cent."""
    rate, occupancy = summary.metrics["abandon_rate"], summary.metrics["occupancy"]
    return None if rate is None or occupancy is None else (100.0 * rate.mean, 100.0 * occupancy.mean)


def _half_width(summary: Summary, name: str) -> float:
    interval = summary.metrics[name]
    return 100.0 * (interval.half_width or 0.0) if interval is not None else 0.0


def _cap(axes: Axes, cap: float) -> None:
    axes.axvline(cap, color=CAP_COLOUR, linestyle=":", linewidth=1)
