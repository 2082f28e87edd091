"""`dialer simulate sweep`: one parameter over several values."""

from typing import Annotated

import typer

from simulation.commands import options, tables
from simulation.commands.run import cap_of
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.experiments.summary import differences_of, summarise
from simulation.report.page import comparison_page, write_page
from simulation.scenario.overrides import override, read_value


def sweep(
    name: options.Name,
    parameter: Annotated[str, typer.Argument(help="Path of the parameter, e.g. agents.0.count or pacing.ratio.")],
    values: Annotated[list[str], typer.Argument(help="The values it takes.")],
    policy: Annotated[str | None, typer.Option(help="Pace every campaign with this policy.")] = None,
    seed: options.Seed = 1,
    replications: options.Replications = 10,
    settings: options.Settings = None,
    as_json: options.AsJson = False,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    report: options.Report = None,
) -> None:
    """Run a scenario for each value of one parameter, on the same customers."""
    with options.one_line_errors():
        base = options.scenario_with(name, settings, policy)
        variants = [override(base, parameter, read_value(value)) for value in values]
        for variant in variants:
            for campaign in variant.campaigns:
                options.check_policy(campaign.pacing.policy)
        jobs = jobs_for(variants, range(replications), seed)
        with (
            options.cluster_executor(cluster) as executor,
            options.progress_bar(f"sweeping {parameter}", len(jobs)) as advance,
        ):
            finished = run_jobs(jobs, workers=workers, executor=executor, on_done=advance)
        if not finished.is_complete:
            options.warn_incomplete(len(finished.done), len(jobs))
        summaries = []
        for number, (value, variant) in enumerate(zip(values, variants, strict=True)):
            figures = [one.figures for one in finished.done if one.variant == number]
            if figures:
                summaries.append(summarise(f"{parameter}={value}", figures, cap_of(variant)))
        if not summaries:
            raise typer.Exit(130)
        differences = [differences_of(summaries[0], one) for one in summaries[1:]] if finished.is_complete else []
        if report is not None:
            write_page(report, comparison_page(base, seed, summaries, differences))
            typer.echo(f"wrote {report}", err=True)
        if as_json:
            tables.print_json(
                {
                    "scenario": base,
                    "seed": seed,
                    "parameter": parameter,
                    "summaries": summaries,
                    "reference": summaries[0].name,
                    "differences": differences,
                }
            )
        else:
            tables.print_summaries(f"{base.name}, seed {seed}", summaries)
