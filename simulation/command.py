"""`dialer simulate`: run, compare, sweep and tune in virtual time; calibrate from CDRs; replay traces."""

import typer

from pacing import policy_names
from simulation.commands.calibrate import calibrate_records
from simulation.commands.compare import compare
from simulation.commands.league import league
from simulation.commands.proof import proof
from simulation.commands.replay import replay_trace
from simulation.commands.run import run
from simulation.commands.scenario import app as scenario_app
from simulation.commands.scenario import list_scenarios
from simulation.commands.sweep import sweep
from simulation.commands.tune import tune

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
app.add_typer(scenario_app, name="scenario")


@app.command("list")
def list_all() -> None:
    """List the scenarios of the library and the policies there are."""
    list_scenarios()
    typer.echo(f"\npolicies: {', '.join(policy_names())}")
