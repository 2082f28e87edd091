"""`dialer demo`: see the whole dialer at work, with nothing to set up."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from campaigns.service.errors import CampaignsError
from dialer.commands.errors import EXIT_INTERRUPTED, EXIT_USAGE, CommandError
from dialer.runner import TraceError
from simulation.demo.books import read_books, write_cdrs
from simulation.demo.checks import check_books
from simulation.demo.processes import ProcessError
from simulation.demo.report import Report, as_json, make_report, print_report
from simulation.demo.service import ServiceError
from simulation.demo.show import Interrupted, Options, Performed, Show
from simulation.demo.stage import Stage, make_stage

AGENTS_MAX = 200
SECONDS_MAX = 3600

app = typer.Typer(add_completion=False)


@app.command("demo")
def demo(
    seconds: Annotated[
        float, typer.Option(help="How long to dial; the last calls then run out.", min=1, max=SECONDS_MAX)
    ] = 90.0,
    agents: Annotated[int, typer.Option(help="Agents, each with a telephone.", min=1, max=AGENTS_MAX)] = 20,
    seed: Annotated[int, typer.Option(help="The same seed gives every number the same fate.", min=0)] = 1,
    output: Annotated[Path, typer.Option(help="Where each demo gets a folder of its own.")] = Path("demo-output"),
    as_json_too: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON; the view goes to stderr.")
    ] = False,
) -> None:
    """Run a predictive campaign over real SIP and RTP on this machine, and check the books at the end.

    A carrier, agents' telephones and `dialer serve` run as processes of their own on loopback; nobody is called. The
    exit status is 0 when all checks pass. Ctrl-C ends it in order: calls hung up, everything written, summary shown.
    """
    try:
        stage = make_stage(output, seed, time.time())
    except OSError as error:
        reason = f"no folder for the demo can be made in {output}: {error.strerror or error}; choose one with --output"
        raise CommandError(reason, EXIT_USAGE) from None
    screen = Console(stderr=as_json_too)
    screen.print(f"Setting the stage in {stage.folder}", soft_wrap=True, highlight=False)
    options = Options(seconds=seconds, agents=agents, seed=seed)
    try:
        performed = asyncio.run(_perform(options, stage, screen))
    except Interrupted:
        raise CommandError("interrupted before the first call", EXIT_INTERRUPTED) from None
    except (ProcessError, ServiceError) as error:
        raise CommandError(f"{error}\nEverything that was written is in {stage.folder}") from None
    screen.print("Reading the books and replaying the trace")
    report = _tell(performed, options, stage)
    if as_json_too:
        typer.echo(as_json(report))
    else:
        print_report(report, screen)
    raise typer.Exit(0 if report.passed else 1)


async def _perform(options: Options, stage: Stage, screen: Console) -> Performed:
    return await Show(options, stage, screen).perform()


def _tell(performed: Performed, options: Options, stage: Stage) -> Report:
    try:
        books = read_books(stage, performed.service_exit, performed.unexpected_errors)
    except (OSError, msgspec.MsgspecError, TraceError, CampaignsError) as error:
        raise CommandError(f"the books cannot be read: {error}\nThey are in {stage.folder}") from None
    write_cdrs(stage.cdrs, books.cdrs)
    return make_report(
        stage,
        books,
        check_books(books),
        seconds=performed.seconds,
        agents=options.agents,
        leads=performed.leads,
        statistics=performed.statistics,
    )
