"""`dialer simulate league`: all policies and opponents at several team sizes under one cap, as a Markdown table."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from simulation.commands import options, tables
from simulation.commands.run import cap_of
from simulation.experiments.figures import METRICS
from simulation.experiments.jobs import Done, jobs_for, run_jobs
from simulation.experiments.summary import Summary, summarise
from simulation.experiments.tuning import search
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all

AGENTS = (5, 10, 20, 50, 100, 300)
POLICIES = (
    "progressive",
    "ratio",
    "adaptive",
    "predictive",
    "vicidial-ratio",
    "vicidial-hard-limit",
    "vicidial-average",
    "vicidial-tapered",
    "vicidial-average-available-10",
    "issabel",
    "issabel-overcommit",
    "webitel",
    "pi-controller",
    "cxbridge",
    "dialflow",
)
TUNED = frozenset({"ratio"})
"""Policies whose `ratio` is chosen anew for every team: the best fixed number, as one with hindsight would set it."""
TUNING_REPLICATIONS = 2
RATIO_LOW, RATIO_HIGH = 1.0, 10.0
OCCUPANCY, ABANDON = (next(one for one in METRICS if one.name == name) for name in ("occupancy", "abandon_rate"))

Runner = Callable[[Sequence[Scenario], int], list[list[Done]]]


def league(
    name: Annotated[str, typer.Argument(help="A scenario with one group of agents.")] = "base",
    agents: Annotated[list[int] | None, typer.Option(help="A team size; may be repeated.")] = None,
    policies: Annotated[list[str] | None, typer.Option("--policy", "-p", help="A policy; may be repeated.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the Markdown here.")] = None,
    seed: options.Seed = 1,
    replications: options.Replications = 10,
    settings: options.Settings = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
) -> None:
    """Run all policies at all team sizes on common random numbers and write one table."""
    with options.one_line_errors(), options.cluster_executor(cluster) as executor:
        sizes, names = agents or list(AGENTS), policies or list(POLICIES)
        for policy in names:
            options.check_policy(policy)

        def run(variants: Sequence[Scenario], count: int) -> list[list[Done]]:
            jobs = jobs_for(variants, range(count), seed)
            with options.progress_bar(f"{len(jobs)} runs", len(jobs)) as advance:
                finished = run_jobs(jobs, workers=workers, executor=executor, on_done=advance)
            if not finished.is_complete:
                options.warn_incomplete(len(finished.done), len(jobs))
                raise typer.Exit(130)
            return [[one for one in finished.done if one.variant == number] for number in range(len(variants))]

        cells: dict[tuple[str, int], str] = {}
        cap = cap_of(options.scenario_with(name, settings))
        for size in sizes:
            base = override_all(options.scenario_with(name, settings), [("agents.0.count", size)])
            variants = [_variant(base, policy, run) for policy in names]
            for policy, variant, done in zip(names, variants, run(variants, replications), strict=True):
                summary = summarise(policy, [one.figures for one in done], cap)
                cells[policy, size] = _cell(summary, variant.campaigns[0].pacing.ratio if policy in TUNED else None)
            text = markdown(name, seed, replications, sizes[: sizes.index(size) + 1], names, cells)
            if output is not None:
                # After every size, so that an interruption keeps what is done.
                output.write_text(text, encoding="utf-8")
                typer.echo(f"wrote {size} agents to {output}", err=True)
        if output is None:
            typer.echo(text)


def markdown(
    name: str,
    seed: int,
    replications: int,
    sizes: Sequence[int],
    policies: Sequence[str],
    cells: dict[tuple[str, int], str],
) -> str:
    """The table: occupancy over abandon rate, each with the half width of its 95 % interval."""
    lines = [
        f"Scenario `{name}`, seed {seed}, {replications} replications per cell, every policy on the same customers.",
        "Each cell: occupancy, abandon rate (± half width of the 95 % interval), campaign-days over the cap. A dagger",
        "marks a mean abandon rate over the cap.",
        "",
        "| policy | " + " | ".join(f"{size} agents" for size in sizes) + " |",
        "|---|" + "---|" * len(sizes),
    ]
    lines += [f"| {policy} | " + " | ".join(cells[policy, size] for size in sizes) + " |" for policy in policies]
    return "\n".join(lines) + "\n"


def _variant(base: Scenario, policy: str, run: Runner) -> Scenario:
    variant = override_all(base, [("pacing.policy", policy)])
    if policy not in TUNED:
        return variant
    # Without its own fall back at the cap a fixed ratio is what its name says.
    free = override_all(variant, [("pacing.abandon_rate_max", 1.0)])
    cap = cap_of(variant)

    def evaluate(values: Sequence[float]) -> list[Summary]:
        found = run([override_all(free, [("pacing.ratio", value)]) for value in values], TUNING_REPLICATIONS)
        return [
            summarise(f"{value:g}", [one.figures for one in done], cap)
            for value, done in zip(values, found, strict=True)
        ]

    tuning = search("pacing.ratio", RATIO_LOW, RATIO_HIGH, 2, evaluate, confidence=0.5, days_over_cap_max=1.0)
    best = tuning.best.value if tuning.best is not None else RATIO_LOW
    return override_all(free, [("pacing.ratio", best)])


def _cell(summary: Summary, ratio: float | None) -> str:
    rate = summary.metrics["abandon_rate"]
    over = " †" if rate is not None and rate.mean > summary.cap else ""
    set_to = f", ratio {ratio:g}" if ratio is not None else ""
    occupancy = tables.shown(OCCUPANCY, summary.metrics["occupancy"])
    return f"{occupancy}, {tables.shown(ABANDON, rate)}{over}, {summary.days_over_cap}/{summary.campaign_days}{set_to}"
