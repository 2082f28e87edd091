"""`dialer simulate run`: one scenario, one policy, figures with their intervals."""

from pathlib import Path
from typing import Annotated

import typer

from simulation.commands import options, tables
from simulation.experiments.export import check_format, write_rows, write_trace
from simulation.experiments.jobs import jobs_for, replication_seed, run_jobs
from simulation.experiments.summary import summarise
from simulation.report.page import run_page, write_page
from simulation.scenario.model import Scenario
from simulation.world import World


def run(
    name: options.Name,
    policy: Annotated[str | None, typer.Option(help="Pace every campaign with this policy.")] = None,
    seed: options.Seed = 1,
    replications: options.Replications = 1,
    settings: options.Settings = None,
    as_json: options.AsJson = False,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    rows: Annotated[Path | None, typer.Option(help="Write the first replication's rows to this folder.")] = None,
    trace: Annotated[Path | None, typer.Option(help="Write a trace of the first replication here.")] = None,
    report: options.Report = None,
    rows_format: Annotated[str, typer.Option(help="csv, json or parquet (extra: analysis).")] = "csv",
) -> None:
    """Run a scenario and print its figures, each with a 95 % interval."""
    with options.one_line_errors():
        scenario = options.scenario_with(name, settings, policy)
        if rows is not None:
            check_format(rows_format)
        jobs = jobs_for([scenario], range(replications), seed)
        with (
            options.cluster_executor(cluster) as executor,
            options.progress_bar(f"simulating {scenario.name}", len(jobs)) as advance,
        ):
            finished = run_jobs(jobs, workers=workers, executor=executor, on_done=advance)
        if not finished.is_complete:
            options.warn_incomplete(len(finished.done), len(jobs))
        if not finished.done:
            raise typer.Exit(130)
        summary = summarise(scenario.name, [one.figures for one in finished.done], cap_of(scenario))
        if as_json:
            tables.print_json({"scenario": scenario, "seed": seed, "summary": summary})
        else:
            policies = ", ".join(dict.fromkeys(one.pacing.policy for one in scenario.campaigns))
            tables.print_summaries(f"{scenario.name}: {policies}, seed {seed}", [summary])
        if report is not None:
            first_day = next(World(scenario, replication_seed(seed, 0)).days())
            write_page(report, run_page(scenario, seed, summary, first_day))
            typer.echo(f"wrote {report}", err=True)
        if trace is not None:
            write_trace(scenario, replication_seed(seed, 0), trace)
            typer.echo(f"wrote {trace}", err=True)
        if rows is not None:
            for path in write_rows(scenario, replication_seed(seed, 0), rows, rows_format):
                typer.echo(f"wrote {path}", err=True)


def cap_of(scenario: Scenario) -> float:
    """The strictest legal cap among the scenario's campaigns."""
    return min(campaign.pacing.abandon_rate_max for campaign in scenario.campaigns)
