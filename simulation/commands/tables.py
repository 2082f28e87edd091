"""Summaries as text: tables for people, JSON for programs; nothing in either depends on when or where it was made."""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from simulation.experiments.figures import METRICS, Metric
from simulation.experiments.intervals import Interval
from simulation.experiments.jobs import BATCHES
from simulation.experiments.summary import Summary

WIDTH = 140
LOPSIDED = 0.01
"""The difference between the arms of an interval, as a share of the longer, from which on both ends are told."""


def shown(metric: Metric, interval: Interval | None) -> str:
    """A figure and its interval, such as "86.41 % ± 0.15"; where it is lopsided, "0.20 % (0.01 to 1.10)"."""
    if interval is None:
        return "–"
    factor = 100.0 if metric.unit == "%" else 1.0
    figure = f"{factor * interval.mean:.2f}{' %' if metric.unit == '%' else ''}"
    if interval.low is None or interval.high is None:
        return figure
    below, above = interval.mean - interval.low, interval.high - interval.mean
    if abs(above - below) > LOPSIDED * max(above, below):
        return f"{figure} ({factor * interval.low:.2f} to {factor * interval.high:.2f})"
    return f"{figure} ± {factor * above:.2f}"


def print_summaries(title: str, summaries: Sequence[Summary]) -> None:
    """One column per variant, one line per metric."""
    table = Table(title=title, box=box.SIMPLE, title_justify="left")
    table.add_column("")
    for summary in summaries:
        table.add_column(summary.name, justify="right")
    for metric in METRICS:
        unit = "" if metric.unit in {"%", ""} else f" [{metric.unit}]"
        label = (metric.words + unit).replace("[", r"\[")
        table.add_row(label, *(shown(metric, summary.metrics[metric.name]) for summary in summaries))
    caps = {summary.cap for summary in summaries}
    cap = f" of {caps.pop():.1%}" if len(caps) == 1 else ""
    table.add_row(
        f"campaign-days over the cap{cap}", *(f"{one.days_over_cap} of {one.campaign_days}" for one in summaries)
    )
    table.add_row("± is over", *map(basis, summaries))
    table.caption = "± is the half width of the 95 % interval"
    table.caption_justify = "left"
    print_table(table)


def basis(summary: Summary) -> str:
    """What an interval rests on."""
    if summary.replications > 1:
        return f"{summary.replications} independent runs"
    return f"{BATCHES * summary.days} batch means"


def print_table(table: Table) -> None:
    """Print with a fixed width, so that the bytes do not depend on the terminal."""
    Console(width=max(WIDTH, 60 + 24 * len(table.columns)), highlight=False).print(table)


def print_json(content: Any) -> None:
    """Print JSON, indented, keys in a fixed order."""
    encoded = msgspec.json.encode(content, order="deterministic")
    Console(soft_wrap=True, highlight=False, markup=False, width=10**6).print(
        msgspec.json.format(encoded, indent=2).decode()
    )
