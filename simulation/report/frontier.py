"""Plots of occupancy against abandon rate: what is gained for what is risked."""

import math
from collections.abc import Sequence

from simulation.experiments.league import Entry
from simulation.experiments.summary import Summary
from simulation.report.drawing import CAP_COLOUR, Axes, new_axes, svg_text

COLOURS = ("#33658a", "#9b2d30", "#2b7a4b", "#e0a030", "#7b6a9b", "#3aa6b9", "#b0578d", "#6b6b6b")
MARKERS = ("o", "s", "^", "D")
"""Beyond the colours there are, the next marker begins with the first colour again."""
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
NAMES_TURN_AT = 1.5
"""Per cent; nearer to the axis than this, names stand on the right of their points."""
COLUMNS = 3


def frontier(summaries: Sequence[Summary]) -> str:
    """Occupancy against abandon rate, each with its interval, named in a legend: beside points, names would overlap."""
    figure, axes = new_axes(height=3.6)
    reach = 0.0
    for number, summary in enumerate(summaries):
        point = _point(summary)
        if point is None:
            continue
        x, y = point
        rate, occupancy = (_half_width(summary, name) for name in ("abandon_rate", "occupancy"))
        colour = COLOURS[number % len(COLOURS)]
        axes.errorbar(
            x,
            y,
            xerr=[[min(rate, x)], [rate]],
            yerr=[[min(occupancy, y)], [min(occupancy, 100.0 - y)]],
            fmt=MARKERS[number // len(COLOURS) % len(MARKERS)],
            color=colour,
            ecolor=f"{colour}88",
            markersize=6,
            elinewidth=1,
            label=summary.name,
        )
        reach = max(reach, x + rate)
    cap = 100.0 * summaries[0].cap
    _cap(axes, cap)
    axes.set_xlim(-0.02 * max(reach, cap), 1.08 * max(reach, cap))
    axes.set_xlabel("abandon rate [%]")
    axes.set_ylabel("occupancy [%]")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    return svg_text(figure)


def league_frontier(entries: Sequence[Entry]) -> str:
    """One small plot for each team size, a policy a point in the colour of its family; at the edge what lies beyond."""
    sizes = list(dict.fromkeys(one.agents for one in entries))
    columns = max(min(COLUMNS, len(sizes)), 2)
    rows = math.ceil(len(sizes) / columns)
    figure, grid = new_axes(height=0.4 + 3.0 * rows, width=0.5 + 3.4 * columns, rows=rows, columns=columns)
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
            x, y = min(point[0], RATE_SHOWN_MAX), max(point[1], OCCUPANCY_SHOWN_MIN)
            drawn = axes.plot(x, y, marker=marker, color=colour, markersize=5, linestyle="", clip_on=False)[0]
            seen.setdefault(family, drawn)
            if entry.policy in NAMED:
                side = 1 if x < NAMES_TURN_AT else -1
                axes.annotate(
                    entry.policy,
                    (x, y),
                    xytext=(6 * side, 4),
                    textcoords="offset points",
                    fontsize=7,
                    ha="left" if side > 0 else "right",
                )
        _cap(axes, 100.0 * own[0].summary.cap)
        axes.set_xlim(-0.1, RATE_SHOWN_MAX)
        axes.set_ylim(OCCUPANCY_SHOWN_MIN, 100.0)
        axes.set_title(f"{sizes[index]} agents", fontsize=9)
        axes.set_xlabel(f"abandon rate [%], {RATE_SHOWN_MAX:g} and more at the edge")
        if index % columns == 0:
            axes.set_ylabel("occupancy [%]")
    figure.tight_layout(rect=(0.0, 0.4 / (0.4 + 3.0 * rows), 1.0, 1.0))
    figure.legend(list(seen.values()), list(seen), loc="lower center", ncols=3, frameon=False, fontsize=8)
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
    axes.text(
        cap, 0.02, " cap", fontsize=8, color=CAP_COLOUR, ha="left", va="bottom", transform=axes.get_xaxis_transform()
    )
