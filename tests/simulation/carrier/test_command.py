from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialer.commands.errors import CommandError
from simulation.carrier.command import app
from simulation.carrier.scenario import CarrierScenario, parse_carrier_scenario

runner = CliRunner()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["phones", "--help"]])
def test_help_teaches(arguments: list[str]) -> None:
    result = runner.invoke(app, arguments)
    assert result.exit_code == 0
    assert "5070" in result.output or "5080" in result.output


def test_the_example_can_be_saved_and_used() -> None:
    result = runner.invoke(app, ["example"])
    assert parse_carrier_scenario(result.output, "example") != CarrierScenario()


def test_a_mistake_in_the_scenario_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "carrier.toml"
    path.write_text("sound = 'loud'\n")
    result = runner.invoke(app, ["run", "--scenario", str(path)])
    assert isinstance(result.exception, CommandError)
    assert "carrier.toml:1: sound: " in str(result.exception)
    assert result.exception.exit_code == 2
