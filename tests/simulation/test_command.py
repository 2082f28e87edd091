from typer.testing import CliRunner

from pacing import policy_names
from simulation.command import app
from simulation.scenario.library import scenario_names


def test_the_list_names_every_scenario_and_policy() -> None:
    result = CliRunner().invoke(app, ["list"])

    assert result.exit_code == 0
    assert all(name in result.output for name in (*scenario_names(), *policy_names()))


def test_every_subcommand_is_there() -> None:
    result = CliRunner().invoke(app, ["--help"])

    for name in ("run", "compare", "sweep", "tune", "league", "calibrate", "replay", "list"):
        assert name in result.output
