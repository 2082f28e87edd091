"""`dialer carrier`: a telephone network on this machine, to try a dialer against."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.commands.errors import EXIT_USAGE, CommandError
from dialer.gateway.sip import HostPort
from simulation.carrier.network import Carrier
from simulation.carrier.phones import PHONES_MAX, Phones
from simulation.carrier.process import run
from simulation.carrier.scenario import EXAMPLE, CarrierScenario, load_carrier_scenario
from simulation.scenario.loading import ScenarioError

HELP = """A carrier and agents' telephones that speak real SIP and RTP, to try a dialer against without calling anybody.

Three terminals show it: `dialer carrier run --port 5070`, `dialer carrier phones --port 5080 --count 5`, and
`dialer serve` with a trunk whose address is 127.0.0.1:5070. Agents log in with addresses such as
sip:agent-1@127.0.0.1:5080. Both stay on this machine unless --host says otherwise; end them with Ctrl-C.
"""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode="markdown")

Host = Annotated[str, typer.Option(help="HostPort to listen on.")]
Status = Annotated[
    Path | None,
    typer.Option(help="JSON file with the counts so far: once a second, at SIGUSR1, and at the end."),
]
UntilStdinEnds = Annotated[bool, typer.Option("--until-stdin-ends", help="End when standard input is closed.")]


@app.command("run")
def run_carrier(
    scenario: Annotated[
        Path | None, typer.Option(help="TOML file that says how people behave; see `dialer carrier example`.")
    ] = None,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="UDP port for SIP; 0 takes a free one.", min=0, max=65535)] = 5070,
    status: Status = None,
    until_stdin_ends: UntilStdinEnds = False,
) -> None:
    """Play the telephone network: answer, ring out, refuse, hang up as the scenario says, and count INVITEs.

    The status file counts INVITE transactions by attempt id (the header X-Attempt-Id), so that the dialer's books can
    be compared with the network's: `attempts_twice` must stay empty.
    """
    try:
        played = CarrierScenario() if scenario is None else load_carrier_scenario(scenario)
    except ScenarioError as error:
        raise CommandError(str(error), EXIT_USAGE) from None

    def announce(address: HostPort) -> None:
        typer.echo(f"The carrier takes calls at {address[0]}:{address[1]} (SIP over UDP); Ctrl-C ends it.")

    run(lambda: Carrier(played, host), port, status, announce, until_stdin_ends=until_stdin_ends)


@app.command("phones")
def run_phones(
    count: Annotated[int, typer.Option(help="How many telephones.", min=1, max=PHONES_MAX)] = 20,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="UDP port for SIP; 0 takes a free one.", min=0, max=65535)] = 5080,
    status: Status = None,
    until_stdin_ends: UntilStdinEnds = False,
) -> None:
    """Play the agents' telephones: answer at once, speak a tone each of its own, measure what is heard.

    Telephone N is sip:agent-N@HOST:PORT.
    """

    def announce(address: HostPort) -> None:
        host, port = address
        typer.echo(f"{count} telephones, sip:agent-1@{host}:{port} to agent-{count}, wait for calls; Ctrl-C ends them.")

    run(lambda: Phones(count, host), port, status, announce, until_stdin_ends=until_stdin_ends)


@app.command("example")
def print_example() -> None:
    """Print a scenario to start from."""
    typer.echo(EXAMPLE, nl=False)
