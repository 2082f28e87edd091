"""`dialer simulate`: run, compare, sweep and tune in virtual time; calibrate from CDRs; replay traces."""

import typer

from pacing import policy_names
from simulation.commands.calibrate import calibrate_records
from simulation.commands.compare import compare
from simulation.commands.league import league
from simulation.commands.proof import proof
from simulation.commands.replay import replay_trace
from simulation.commands.run import run
from simulation.commands.sweep import sweep
from simulation.commands.tune import tune
from simulation.scenario.library import find_scenario, scenario_names

app = typer.Typer(
    help="The production dialer in virtual time: what would happen if.", no_args_is_help=True, add_completion=False
)
app.command()(run)
app.command()(compare)
app.command()(sweep)
app.command()(tune)
app.command()(league)
app.command()(proof)
app.command("calibrate")(calibrate_records)
app.command("replay")(replay_trace)


@app.command("list")
def list_scenarios() -> None:
    """List the scenarios of the library and the policies there are."""
    for name in scenario_names():
        typer.echo(f"{name:14} {find_scenario(name).description}")
    typer.echo(f"\npolicies: {', '.join(policy_names())}")
