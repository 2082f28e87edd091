"""`dialer simulate tune`: the best value of a setting under the abandon cap, and why it is the best."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from simulation.commands import options, tables
from simulation.commands.run import cap_of
from simulation.experiments.figures import METRICS
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.experiments.summary import Summary, summarise
from simulation.experiments.tuning import Trial, Tuning, search
from simulation.scenario.overrides import override

OCCUPANCY = next(metric for metric in METRICS if metric.name == "occupancy")


def tune(
    name: options.Name,
    parameter: Annotated[str, typer.Argument(help="Path of the setting, e.g. pacing.abandon_rate_target.")],
    low: Annotated[float, typer.Argument(help="Its lowest value.")],
    high: Annotated[float, typer.Argument(help="Its highest value.")],
    policy: Annotated[str | None, typer.Option(help="Pace every campaign with this policy.")] = None,
    confidence: Annotated[float, typer.Option(help="How sure the caps must be kept.", min=0.5, max=0.999)] = 0.95,
    days_over: Annotated[
        float, typer.Option(help="The share of days that may be over the cap, at that confidence.", min=0.0, max=1.0)
    ] = 0.1,
    rounds: Annotated[int, typer.Option(help="Rounds of closing in.", min=1, max=6)] = 2,
    seed: options.Seed = 1,
    replications: options.Replications = 30,
    settings: options.Settings = None,
    as_json: options.AsJson = False,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
) -> None:
    """Find the value with the highest occupancy that keeps the abandon rate under the cap, on the worst day too."""
    with options.one_line_errors():
        if not low < high:
            raise options.CommandError(f"the lowest value, {low:g}, must be less than the highest, {high:g}")
        base = options.scenario_with(name, settings, policy)

        interruptions: list[bool] = []

        def evaluate(values: Sequence[float]) -> list[Summary | None]:
            variants = [override(base, parameter, value) for value in values]
            jobs = jobs_for(variants, range(replications), seed)
            with options.progress_bar(f"tuning {parameter}", len(jobs)) as advance:
                finished = run_jobs(jobs, workers=workers, executor=executor, on_done=advance)
            if not finished.is_complete:
                interruptions.append(True)
                options.warn_incomplete(len(finished.done), len(jobs))
            found = [[one.figures for one in finished.done if one.variant == number] for number in range(len(values))]
            return [
                summarise(f"{parameter}={value:g}", figures, cap_of(variant))
                if len(figures) >= min(2, replications)
                else None
                for value, figures, variant in zip(values, found, variants, strict=True)
            ]

        with options.cluster_executor(cluster) as executor:
            tuning = search(
                parameter,
                low,
                high,
                rounds,
                evaluate,
                confidence=confidence,
                days_over_cap_max=days_over,
                is_interrupted=lambda: bool(interruptions),
            )
        if not tuning.trials:
            raise typer.Exit(130)
        if as_json:
            tables.print_json({"scenario": base, "seed": seed, "tuning": tuning})
        else:
            _print(tuning, base.name, seed)


def reason(tuning: Tuning) -> str:
    """One sentence: the value recommended, and what held it there."""
    best = tuning.best
    if best is None:
        return (
            f"no value of {tuning.parameter} keeps the abandon rate under the cap with {tuning.confidence:.0%}"
            " confidence: try lower values, or more replications"
        )
    above = [trial for trial in tuning.trials if trial.value > best.value]
    refused = next((trial for trial in above if not trial.is_admissible), None)
    held = "no higher value was refused, so try a higher range"
    if refused is not None:
        held = f"{refused.value:g} {_why_not(refused, tuning)}"
    return (
        f"{tuning.parameter} = {best.value:g}: occupancy {tables.shown(OCCUPANCY, best.summary.metrics['occupancy'])},"
        f" abandon rate at most {best.abandon_rate_high:.2%} and at most {best.days_over_high:.1%} of days over the cap"
        f" with {tuning.confidence:.0%} confidence; {held}"
    )


def _why_not(trial: Trial, tuning: Tuning) -> str:
    if trial.abandon_rate_high > trial.summary.cap:
        return f"could abandon {trial.abandon_rate_high:.2%} on average"
    if trial.days_over_high > tuning.days_over_cap_max:
        return f"could put {trial.days_over_high:.0%} of days over the cap"
    return "had 30 days over the cap"


def _worst_day(summary: Summary) -> str:
    """The worst day of all replications: the one that a regulator would look at."""
    known = [rate for rate in summary.values["abandon_rate_worst_day"] if rate is not None]
    return f"{max(known):.2%}" if known else "–"


def _print(tuning: Tuning, name: str, seed: int) -> None:
    table = Table(title=f"{name}, seed {seed}", box=box.SIMPLE, title_justify="left")
    columns = ("occupancy", "abandon rate", "at most", "worst day", "days over cap", "at most", "admissible")
    for column in (tuning.parameter, *columns):
        table.add_column(column, justify="right")
    abandon = next(metric for metric in METRICS if metric.name == "abandon_rate")
    for trial in tuning.trials:
        summary = trial.summary
        table.add_row(
            f"{trial.value:g}",
            tables.shown(OCCUPANCY, summary.metrics["occupancy"]),
            tables.shown(abandon, summary.metrics["abandon_rate"]),
            f"{trial.abandon_rate_high:.2%}",
            _worst_day(summary),
            f"{summary.days_over_cap} of {summary.campaign_days}",
            f"{trial.days_over_high:.1%}",
            "yes" if trial.is_admissible else "no",
        )
    tables.print_table(table)
    if not tuning.is_complete:
        typer.echo("interrupted: of the values tried so far")
    typer.echo(reason(tuning))
