"""`dialer simulate compare`: policies side by side on the same customers, with the paired differences."""

from typing import Annotated

import typer
from rich import box
from rich.table import Table

from simulation.commands import options, tables
from simulation.commands.run import cap_of
from simulation.experiments.figures import METRICS
from simulation.experiments.intervals import Interval
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.experiments.summary import Summary, differences_of, summarise
from simulation.report.page import comparison_page, write_page
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all, read_value


def compare(
    name: options.Name,
    policies: Annotated[
        list[str],
        typer.Option(
            "--policy",
            "-p",
            help="A policy, with settings after colons: ratio:ratio=2.8. The first is the reference.",
        ),
    ],
    seed: options.Seed = 1,
    replications: options.Replications = 10,
    settings: options.Settings = None,
    as_json: options.AsJson = False,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    report: options.Report = None,
) -> None:
    """Run policies on common random numbers and print figures and paired differences from the first."""
    with options.one_line_errors():
        base = options.scenario_with(name, settings)
        variants = [with_policy(base, text) for text in policies]
        jobs = jobs_for(variants, range(replications), seed)
        with (
            options.cluster_executor(cluster) as executor,
            options.progress_bar(f"comparing {len(variants)} policies", len(jobs)) as advance,
        ):
            finished = run_jobs(jobs, workers=workers, executor=executor, on_done=advance)
        shared = set.intersection(
            *({one.figures.replication for one in finished.done if one.variant == v} for v in range(len(variants)))
        )
        if not finished.is_complete:
            options.warn_incomplete(len(finished.done), len(jobs))
        if not shared:
            raise typer.Exit(130)
        summaries = [
            summarise(
                policies[variant],
                [d.figures for d in finished.done if d.variant == variant and d.figures.replication in shared],
                cap_of(variants[variant]),
            )
            for variant in range(len(variants))
        ]
        differences = [differences_of(summaries[0], other) for other in summaries[1:]]
        if report is not None:
            write_page(report, comparison_page(base, seed, summaries, differences))
            typer.echo(f"wrote {report}", err=True)
        if as_json:
            tables.print_json(
                {
                    "scenario": base,
                    "seed": seed,
                    "summaries": summaries,
                    "reference": policies[0],
                    "differences": differences,
                }
            )
        else:
            tables.print_summaries(f"{base.name}, seed {seed}", summaries)
            _print_differences(summaries, differences)


def with_policy(scenario: Scenario, text: str) -> Scenario:
    """The scenario with every campaign paced by `policy[:key=value...]`."""
    policy, *assignments = text.split(":")
    options.check_policy(policy)
    changes = {"policy": policy}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise options.CommandError(f"{text!r}: {assignment!r} is not of the form key=value, e.g. ratio:ratio=2.8")
        changes[key] = read_value(value)
    numbers = range(len(scenario.campaigns))
    return override_all(
        scenario, [(f"campaigns.{number}.pacing.{key}", value) for number in numbers for key, value in changes.items()]
    )


def _print_differences(summaries: list[Summary], differences: list[dict[str, Interval | None]]) -> None:
    if not differences:
        return
    table = Table(title=f"paired difference from {summaries[0].name}", box=box.SIMPLE, title_justify="left")
    table.add_column("")
    for summary in summaries[1:]:
        table.add_column(summary.name, justify="right")
    for metric in METRICS:
        table.add_row(metric.words, *(tables.shown(metric, one[metric.name]) for one in differences))
    tables.print_table(table)
