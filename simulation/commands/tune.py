"""`dialer simulate tune`: the best values of settings under the abandon cap, and why they are the best."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from simulation.commands import options, tables
from simulation.commands.run import cap_of
from simulation.experiments.candidates import Setting, SettingError, Value, grid, span
from simulation.experiments.figures import METRICS, ReplicationFigures
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.experiments.summary import Summary, summarise
from simulation.experiments.tuning import Candidate, Trial, Tuning, search
from simulation.report.page import comparison_page, write_page
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all, read_value

OCCUPANCY = next(metric for metric in METRICS if metric.name == "occupancy")
ABANDON = next(metric for metric in METRICS if metric.name == "abandon_rate")
DRAWN_MAX = 8
"""Trials on the report's page, the best first."""


def tune(
    name: options.Name,
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="SETTING...",
            help="path=low:high searches between two numbers, path=a,b,c tries each value, e.g. pacing.ratio=1:3"
            " pacing.cancel_after_s=10,20. Several settings are searched together.",
        ),
    ],
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
    report: options.Report = None,
) -> None:
    """Find the values with the highest occupancy that keep the abandon rate under the cap, on the worst day too.

    All candidates meet the same people. The weaker half falls out after a quarter of the replications, and so on.
    """
    with options.one_line_errors():
        base = options.scenario_with(name, settings, policy)
        searched = read_settings(given)
        for candidate in grid_of(searched):
            _check(_variant(base, searched, candidate))

        def evaluate(candidates: Sequence[Candidate], numbers: range) -> list[list[ReplicationFigures]]:
            jobs = jobs_for([_variant(base, searched, one) for one in candidates], numbers, seed)
            words = f"tuning, {len(candidates)} candidates on {len(numbers)} more runs"
            with options.progress_bar(words, len(jobs)) as advance:
                finished = run_jobs(jobs, workers=workers, executor=executor, on_done=advance)
            if not finished.is_complete:
                options.warn_incomplete(len(finished.done), len(jobs))
            return [
                [one.figures for one in finished.done if one.variant == number] for number in range(len(candidates))
            ]

        def summary(candidate: Candidate, figures: Sequence[ReplicationFigures]) -> Summary:
            return summarise(_words(searched, candidate), figures, cap_of(_variant(base, searched, candidate)))

        with options.cluster_executor(cluster) as executor:
            tuning = search(
                searched, rounds, replications, evaluate, summary, confidence=confidence, days_over_cap_max=days_over
            )
        if not tuning.trials:
            raise typer.Exit(130)
        if report is not None:
            drawn = sorted(tuning.trials, key=lambda one: (not one.is_admissible, not one.is_finished, -one.occupancy))
            summaries = [one.summary for one in drawn[:DRAWN_MAX]]
            write_page(report, comparison_page(base, seed, summaries, remark=reason(tuning)))
            typer.echo(f"wrote {report}", err=True)
        if as_json:
            tables.print_json({"scenario": base, "seed": seed, "tuning": tuning, "reason": reason(tuning)})
        else:
            _print(tuning, base.name, seed)


def read_settings(given: Sequence[str]) -> list[Setting]:
    """Settings from `path=low:high` and `path=a,b,c`."""
    parts = []
    for text in given:
        path, equals, values = text.partition("=")
        if not equals or not path.strip() or not values.strip():
            raise options.CommandError(
                f"{text!r} is not of the form path=low:high or path=a,b,c, e.g. pacing.ratio=1:3"
            )
        parts.append((path.strip(), values.strip()))
    paths = [path for path, _ in parts]
    repeated = next((path for path in paths if paths.count(path) > 1), None)
    if repeated is not None:
        raise options.CommandError(f"{repeated} is given twice")
    ranges = sum(":" in values for _, values in parts)
    return [_range(path, values, ranges) if ":" in values else _choice(path, values) for path, values in parts]


def grid_of(settings: Sequence[Setting]) -> list[Candidate]:
    """The first round's candidates."""
    try:
        return grid(settings)
    except SettingError as error:
        raise options.CommandError(str(error)) from None


def reason(tuning: Tuning) -> str:
    """One sentence: the values recommended, and what held them there."""
    best = tuning.best
    if best is None:
        return (
            f"no value of {', '.join(tuning.parameters)} keeps the abandon rate under the cap with"
            f" {tuning.confidence:.0%} confidence: try lower values, or more replications"
        )
    return (
        f"{_settings(best)}: occupancy {tables.shown(OCCUPANCY, best.summary.metrics['occupancy'])},"
        f" abandon rate at most {best.abandon_rate_high:.2%} and at most {best.days_over_high:.1%} of days over the cap"
        f" with {tuning.confidence:.0%} confidence; {_held(tuning, best)}"
    )


def _held(tuning: Tuning, best: Trial) -> str:
    """What refused the next value up, or where several were searched the next trial with a higher occupancy."""
    others = [trial for trial in tuning.trials if trial is not best]
    numbers = [value for trial in tuning.trials for value in trial.settings.values() if not isinstance(value, str)]
    if len(tuning.parameters) == 1 and len(numbers) == len(tuning.trials):
        (path,) = tuning.parameters
        above = [trial for trial in others if float(trial.settings[path]) > float(best.settings[path])]
        nothing = "no higher value was refused, so try a higher range"
    else:
        above = sorted((one for one in others if one.occupancy > best.occupancy), key=lambda one: one.occupancy)
        nothing = "nothing that was tried had a higher occupancy"
    refused = next((trial for trial in above if not (trial.is_admissible and trial.is_finished)), None)
    if refused is None:
        return nothing
    named = f"{_shown(refused.settings[tuning.parameters[0]])}" if len(tuning.parameters) == 1 else _settings(refused)
    return f"{named} {_why_not(refused, tuning)}"


def _why_not(trial: Trial, tuning: Tuning) -> str:
    if not trial.is_finished:
        rate = tables.shown(ABANDON, trial.summary.metrics["abandon_rate"])
        return f"fell behind after {trial.summary.replications} runs: {trial.occupancy:.1%} occupancy, {rate} abandoned"
    if trial.abandon_rate_high > trial.summary.cap:
        return f"could abandon {trial.abandon_rate_high:.2%} on average"
    if trial.days_over_high > tuning.days_over_cap_max:
        return f"could put {trial.days_over_high:.0%} of days over the cap"
    return "had 30 days over the cap"


def _range(path: str, values: str, ranges: int) -> Setting:
    try:
        low, high = (float(part) for part in values.split(":"))
    except ValueError:
        raise options.CommandError(f"{path}={values}: a range is two numbers, low:high") from None
    if not low < high:
        raise options.CommandError(f"{path}: the lowest value, {low:g}, must be less than the highest, {high:g}")
    return span(path, low, high, ranges)


def _choice(path: str, values: str) -> Setting:
    return Setting(path=path, values=tuple(read_value(one.strip()) for one in values.split(",")), is_range=False)


def _variant(base: Scenario, settings: Sequence[Setting], candidate: Candidate) -> Scenario:
    return override_all(base, [(setting.path, value) for setting, value in zip(settings, candidate, strict=True)])


def _check(scenario: Scenario) -> None:
    for campaign in scenario.campaigns:
        options.check_policy(campaign.pacing.policy)


def _words(settings: Sequence[Setting], candidate: Candidate) -> str:
    return ", ".join(f"{one.path}={_shown(value)}" for one, value in zip(settings, candidate, strict=True))


def _settings(trial: Trial) -> str:
    return ", ".join(f"{path} = {_shown(value)}" for path, value in trial.settings.items())


def _shown(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _worst_day(summary: Summary) -> str:
    """The worst day of all replications: the one that a regulator would look at."""
    known = [rate for rate in summary.values["abandon_rate_worst_day"] if rate is not None]
    return f"{max(known):.2%}" if known else "–"


def _print(tuning: Tuning, name: str, seed: int) -> None:
    table = Table(title=f"{name}, seed {seed}", box=box.SIMPLE, title_justify="left")
    columns = ("runs", "occupancy", "abandon rate", "at most", "worst day", "days over cap", "at most", "admissible")
    for column in (*tuning.parameters, *columns):
        table.add_column(column, justify="right")
    for trial in tuning.trials:
        summary = trial.summary
        table.add_row(
            *map(_shown, trial.settings.values()),
            str(summary.replications),
            tables.shown(OCCUPANCY, summary.metrics["occupancy"]),
            tables.shown(ABANDON, summary.metrics["abandon_rate"]),
            f"{trial.abandon_rate_high:.2%}",
            _worst_day(summary),
            f"{summary.days_over_cap} of {summary.campaign_days}",
            f"{trial.days_over_high:.1%}",
            _verdict(trial),
        )
    tables.print_table(table)
    if not tuning.is_complete:
        typer.echo("interrupted: of the values tried so far")
    typer.echo(reason(tuning))


def _verdict(trial: Trial) -> str:
    if trial.is_finished:
        return "yes" if trial.is_admissible else "no"
    return "fell behind"
