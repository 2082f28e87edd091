"""`dialer simulate proof`: the predictive policy over many days of every kind, as a table; resumable."""

from pathlib import Path
from typing import Annotated

import typer

from simulation.commands import options, tables
from simulation.commands.run import cap_of
from simulation.experiments import proof as proofs
from simulation.experiments.intervals import Interval
from simulation.experiments.jobs import Done, jobs_for, run_jobs
from simulation.experiments.keeping import KeptRuns
from simulation.experiments.proof import CASES, HOLD_OUT, Proof
from simulation.report.page import write_page

AGENTS = (5, 10, 20)
CASES_FIRST = ("stationary", "drift", "steps")


def proof(
    cases: Annotated[
        list[str] | None, typer.Option("--case", "-c", help=f"May be repeated; one of: {', '.join(CASES)}.")
    ] = None,
    agents: Annotated[list[int] | None, typer.Option(help="A team size; may be repeated.", min=1)] = None,
    days: Annotated[int, typer.Option(help="Days per case and team, each learned from nothing.", min=1)] = 200,
    first_day: Annotated[
        int, typer.Option(help="Number of the first day: several machines share the days.", min=0)
    ] = 0,
    keep: Annotated[
        Path | None, typer.Option(help="Keep every day in this file of JSON lines, and use those that it holds.")
    ] = None,
    only_kept: Annotated[bool, typer.Option("--only-kept", help="Run nothing: show the days that were kept.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the Markdown here.")] = None,
    as_json: options.AsJson = False,
    seed: options.Seed = 1,
    workers: options.Workers = None,
) -> None:
    """Run the predictive policy through days of every kind; report occupancy, abandon rates and days over the cap."""
    with options.one_line_errors():
        chosen, sizes = cases or list(CASES_FIRST), agents or list(AGENTS)
        for case in chosen:
            if case not in CASES:
                raise options.CommandError(f"no case {case!r}; choose from: {', '.join(CASES)}")
        kept = KeptRuns(keep)
        found: list[Proof] = []
        for case in chosen:
            for size in sizes:
                one = _prove(case, size, range(first_day, first_day + days), seed, kept, only_kept, workers)
                if one.days:
                    found.append(one)
        if as_json:
            tables.print_json({"seed": seed, "proofs": found})
        elif output is not None:
            write_page(output, markdown(found, seed))
        else:
            typer.echo(markdown(found, seed))


def _prove(
    case: str, agents: int, days: range, seed: int, kept: KeptRuns, only_kept: bool, workers: int | None
) -> Proof:
    scenario = proofs.scenario_of(case, agents)
    jobs = jobs_for([scenario], days, seed)
    missing = [] if only_kept else [job for job in jobs if kept.find(job) is None]
    by_day = {job.replication: job for job in missing}
    with options.progress_bar(f"{case}, {agents} agents", len(missing)) as advance:

        def take(done: Done) -> None:
            kept.add(by_day[done.figures.replication], done)
            advance(done)

        finished = run_jobs(missing, workers=workers, on_done=take)
    if not finished.is_complete:
        options.warn_incomplete(len(finished.done), len(missing))
        raise typer.Exit(130)
    done = [one for one in map(kept.find, jobs) if one is not None]
    return proofs.prove(case, agents, [one.figures for one in done], cap_of(scenario))


def markdown(found: list[Proof], seed: int) -> str:
    """The table, one line for each case and team."""
    lines = [
        f"Seed {seed}. Ten-hour days, each learned from nothing; occupancy from the second hour on, ± half width of",
        f"its 95 % interval over days; abandon rates of whole days. `{HOLD_OUT}` is the hold-out. With",
        "`scores` the figures are those of a second day; the first one taught what the list says of a lead. `foretold`",
        "is abandoned calls over those foretold when the calls were placed.",
        "",
        "| case | agents | days | occupancy | first hour | abandoned | worst day | over | worst 30 days | given up"
        " | foretold |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.case} | {one.agents} | {one.days} | {_shown(one.occupancy)} | {_shown(one.first_hour)}"
        f" | {_shown(one.abandon_rate)} | {one.worst_day:.2%} | {one.days_over} | {one.worst_30_days:.2%}"
        f" | {one.cancelled:.1%} | {_shown_ratio(one.risk_ratio)} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def _shown(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    half = interval.half_width
    return f"{100 * interval.mean:.2f} %" + ("" if half is None else f" ± {100 * half:.2f}")


def _shown_ratio(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    half = interval.half_width
    return f"{interval.mean:.2f}" + ("" if half is None else f" ± {half:.2f}")
