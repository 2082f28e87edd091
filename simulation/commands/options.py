"""Options that the subcommands share, and how they fail: one line on stderr, exit code 2."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pacing import policy_names
from simulation.experiments.jobs import Done
from simulation.scenario.library import find_scenario
from simulation.scenario.loading import ScenarioError
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all, read_assignment

Name = Annotated[str, typer.Argument(help="A scenario of the library (`dialer simulate list`) or a .toml file.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same bytes.", min=0)]
Replications = Annotated[int, typer.Option("--replications", "-n", help="Independent runs.", min=1)]
Workers = Annotated[int | None, typer.Option(help="Processes; all cores unless stated.", min=1)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="Change a value, e.g. --set agents.0.count=20; may be repeated.")
]
Cluster = Annotated[
    str | None,
    typer.Option(help="Address of a Dask scheduler that computes the runs, e.g. tcp://host:8786 (extra: cluster)."),
]


Report = Annotated[Path | None, typer.Option(help="Write an HTML report with plots here (extra: analysis).")]


class CommandError(Exception):
    """What is wrong with a command, in one line for the person who typed it."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn faults of the input into one line on stderr and exit code 2."""
    try:
        yield
    except (ScenarioError, CommandError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


def scenario_with(name: str, settings: Sequence[str] | None, policy: str | None = None) -> Scenario:
    """The scenario with the values changed on the command line, checked for a policy that there is."""
    scenario = find_scenario(name)
    changes = [read_assignment(text) for text in settings or ()]
    if policy is not None:
        check_policy(policy)
        changes += [(f"campaigns.{number}.pacing.policy", policy) for number in range(len(scenario.campaigns))]
    if changes:
        scenario = override_all(scenario, changes)
    for campaign in scenario.campaigns:
        check_policy(campaign.pacing.policy)
        if campaign.pacing.shadow:
            check_policy(campaign.pacing.shadow)
    return scenario


def check_policy(name: str) -> None:
    """Refuse a pacing policy that is not registered."""
    if name not in policy_names():
        raise CommandError(f"no pacing policy {name!r}; choose one of: {', '.join(policy_names())}")


@contextmanager
def progress_bar(words: str, total: int) -> Iterator[Callable[[Done], None]]:
    """A bar on stderr that the finished jobs move."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total)
        yield lambda _: bar.advance(task)


@contextmanager
def cluster_executor(address: str | None) -> Iterator[Executor | None]:
    """The executor of a Dask cluster, or None where none was asked for."""
    if address is None:
        yield None
        return
    try:
        distributed: Any = import_module("dask.distributed")
    except ImportError:
        raise CommandError("--cluster needs Dask: pip install 'predictive-dialer[cluster]'") from None
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, TimeoutError, ValueError) as error:
        raise CommandError(f"the cluster {address} cannot be reached: {error}") from None
    with client:
        yield client.get_executor()


def warn_incomplete(done: int, total: int) -> None:
    """Say that Ctrl-C cut the work short and what the figures rest on."""
    typer.echo(f"interrupted: the figures rest on {done} of {total} runs", err=True)
