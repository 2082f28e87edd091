"""`dialer simulate league`: all policies and opponents at several team sizes under one cap, as a Markdown table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from simulation.commands import options, tables
from simulation.experiments import league as leagues
from simulation.experiments.figures import METRICS, ReplicationFigures
from simulation.experiments.intervals import Interval
from simulation.experiments.jobs import Done, Job, jobs_for, run_jobs
from simulation.experiments.keeping import KeptRuns
from simulation.experiments.league import Entry
from simulation.experiments.summary import Summary
from simulation.report.frontier import league_frontier
from simulation.report.page import write_page
from simulation.scenario.model import Scenario

AGENTS = (5, 10, 20, 50, 100, 300)
OCCUPANCY, ABANDON = (next(one for one in METRICS if one.name == name) for name in ("occupancy", "abandon_rate"))


def league(
    name: Annotated[str, typer.Argument(help="A scenario with one group of agents.")] = "base",
    agents: Annotated[list[int] | None, typer.Option(help="A team size; may be repeated.", min=1)] = None,
    policies: Annotated[
        list[str] | None,
        typer.Option("--policy", "-p", help="A policy; may be repeated. Differences are from the first."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the Markdown here.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the frontiers here, as SVG (extra: analysis).")] = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep every run in this file, and use those it holds: an interrupted league goes on."),
    ] = None,
    anew: Annotated[
        list[str] | None, typer.Option(help="Run this policy again although its runs were kept; may be repeated.")
    ] = None,
    only_kept: Annotated[
        bool,
        typer.Option("--only-kept", help="Run nothing: tell what the file holds, with gaps where it holds too little."),
    ] = False,
    seed: options.Seed = 1,
    replications: options.Replications = 4,
    settings: options.Settings = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
) -> None:
    """Run all policies at all team sizes on common random numbers and write one table.

    Teams up to 20 play eight hours, larger ones 100 agent-hours and half an hour at least; --set
    day.hours=H makes all days alike.
    """
    with options.one_line_errors(), options.cluster_executor(cluster) as executor:
        sizes, names = agents or list(AGENTS), policies or list(leagues.POLICIES)
        for policy in names:
            options.check_policy(policy)
        kept = KeptRuns(keep, frozenset(anew or ()))

        def run(variants: Sequence[Scenario], count: int) -> list[list[ReplicationFigures]]:
            jobs = jobs_for(variants, range(count), seed)
            found = [kept.find(job) for job in jobs]
            missing = [job for job, done in zip(jobs, found, strict=True) if done is None and not only_kept]
            by_number = {(job.variant, job.replication): job for job in missing}
            with options.progress_bar(_words(missing), len(missing)) as advance:

                def take(done: Done) -> None:
                    kept.add(by_number[done.variant, done.figures.replication], done)
                    advance(done)

                finished = run_jobs(missing, workers=workers, executor=executor, on_done=take)
            if not finished.is_complete:
                again = f"; the same command with --keep {keep} goes on from here" if keep is not None else ""
                typer.echo(f"interrupted{again}", err=True)
                raise typer.Exit(130)
            done = sorted([*(one for one in found if one is not None), *finished.done], key=_order)
            return [[one.figures for one in done if one.variant == number] for number in range(len(variants))]

        entries: list[Entry] = []
        from_settings: dict[str, float] = {}
        for size in sizes:
            entries += leagues.play(_scenario(name, size, settings), names, replications, run, from_settings)
            text = markdown(name, seed, replications, names, entries)
            if output is not None:
                # After every size, so that an interruption keeps what is done.
                write_page(output, text)
                typer.echo(f"wrote {size} agents to {output}", err=True)
        if output is None:
            typer.echo(text)
        if plot is not None:
            write_page(plot, league_frontier(entries))
            typer.echo(f"wrote {plot}", err=True)


def markdown(name: str, seed: int, replications: int, policies: Sequence[str], entries: Sequence[Entry]) -> str:
    """Two tables: occupancy with abandon rate, and the paired differences of occupancy from the first policy."""
    sizes = list(dict.fromkeys(one.agents for one in entries))
    found = {(one.policy, one.agents): one for one in entries}
    head = ["| policy | " + " | ".join(f"{size} agents" for size in sizes) + " |", "|---|" + "---|" * len(sizes)]
    lines = [
        f"Scenario `{name}`, seed {seed}, {replications} replications per cell, every policy on the same customers.",
        "Each cell: occupancy, abandon rate (± half width of the 95 % interval), campaign-days over the cap. A dagger",
        "marks a mean abandon rate over the cap.",
        "",
        *head,
    ]
    for policy in policies:
        cells = (_cell(found.get((policy, size))) for size in sizes)
        lines.append(f"| {policy} | " + " | ".join(cells) + " |")
    reference = policies[0]
    lines += [
        "",
        f"Occupancy in points above `{reference}`: the paired difference ± half width of its 95 % interval. A dagger",
        "marks a mean abandon rate over the cap: more than the law allows was paid for that figure.",
        "",
        *head,
    ]
    for policy in policies[1:]:
        cells = (_difference(found.get((policy, size))) for size in sizes)
        lines.append(f"| {policy} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _scenario(name: str, size: int, settings: Sequence[str] | None) -> Scenario:
    given = options.scenario_with(name, settings)
    is_set = any(text.strip().startswith("day.hours") for text in settings or ())
    return leagues.sized(given, size, given.day.hours if is_set else None)


def _words(jobs: Sequence[Job]) -> str:
    policies = list(dict.fromkeys(job.scenario.campaigns[0].pacing.policy for job in jobs))
    who = policies[0] if len(policies) == 1 else f"{len(policies)} policies"
    return f"{who}, {jobs[0].scenario.agents[0].count} agents" if jobs else ""


def _order(done: Done) -> tuple[int, int]:
    return done.variant, done.figures.replication


def _cell(entry: Entry | None) -> str:
    if entry is None:
        return "–"
    summary, setting = entry.summary, entry.setting
    occupancy = tables.shown(OCCUPANCY, summary.metrics["occupancy"])
    rate = tables.shown(ABANDON, summary.metrics["abandon_rate"])
    set_to = f", at {setting:g}" if setting is not None else ""
    return f"{occupancy}, {rate}{_dagger(summary)}, {summary.days_over_cap}/{summary.campaign_days}{set_to}"


def _difference(entry: Entry | None) -> str:
    if entry is None or entry.ahead is None:
        return "–"
    return f"{_points(entry.ahead)}{_dagger(entry.summary)}"


def _points(interval: Interval) -> str:
    half_width = interval.half_width
    return f"{100.0 * interval.mean:+.2f}" + ("" if half_width is None else f" ± {100.0 * half_width:.2f}")


def _dagger(summary: Summary) -> str:
    rate = summary.metrics["abandon_rate"]
    return " †" if rate is not None and rate.mean > summary.cap else ""
