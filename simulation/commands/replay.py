"""`dialer simulate replay`: a trace command for command, or its people under other policies."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from dialer.runner import TraceError, replay
from simulation.commands import options, tables
from simulation.commands.compare import with_policy
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.experiments.summary import summarise
from simulation.replaying import read_recording, recorded_figures, replay_job, scenario_of


def replay_trace(
    trace: Annotated[Path, typer.Argument(help="A trace that `dialer serve` or the simulator has recorded.")],
    policies: Annotated[
        list[str] | None,
        typer.Option("--policy", "-p", help="What if this policy had paced it? ratio:ratio=2; may be repeated."),
    ] = None,
    campaign: Annotated[int | None, typer.Option(help="Of several campaigns, this one's id.")] = None,
    seed: options.Seed = 1,
    replications: options.Replications = 5,
    as_json: options.AsJson = False,
    workers: options.Workers = None,
) -> None:
    """Replay a trace through the engine; with --policy, try other policies on the people it recorded."""
    with options.one_line_errors():
        try:
            if not policies:
                _check(trace)
                return
            recording = read_recording(trace, campaign)
        except OSError as error:
            raise options.CommandError(f"{trace}: cannot be read: {error.strerror}") from None
        except TraceError as error:
            raise options.CommandError(str(error)) from None
        scenario = scenario_of(recording)
        cap = recording.campaign.pacing.abandon_rate_max
        own = recording.campaign.pacing.policy
        names = [f"{own} again", *policies]
        variants = [with_policy(scenario, text) for text in (own, *policies)]
        jobs = jobs_for(variants, range(replications), seed)
        with options.progress_bar("replaying", len(jobs)) as advance:
            finished = run_jobs(jobs, workers=workers, on_done=advance, run=partial(replay_job, recording))
        if not finished.is_complete:
            options.warn_incomplete(len(finished.done), len(jobs))
        summaries = [summarise("as recorded", [recorded_figures(recording)], cap)]
        for number, name in enumerate(names):
            figures = [one.figures for one in finished.done if one.variant == number]
            if figures:
                summaries.append(summarise(name, figures, cap))
        if recording.other_campaigns:
            typer.echo(f"note: {recording.other_campaigns} other campaigns of the trace are left out", err=True)
        if as_json:
            tables.print_json({"scenario": scenario, "seed": seed, "summaries": summaries})
        else:
            tables.print_summaries(f"{recording.campaign.name}, recorded in {trace.name}, seed {seed}", summaries)


def _check(trace: Path) -> None:
    """Replay command for command; a difference ends the program with code 1."""
    difference = replay(trace)
    if difference is None:
        typer.echo(f"{trace}: every command is the same")
        return
    typer.echo(f"{trace}, line {difference.line}: the engine now answers {type(difference.event).__name__} differently")
    typer.echo(f"  recorded: {difference.recorded}")
    typer.echo(f"  now:      {difference.replayed}")
    raise typer.Exit(1)
