from pathlib import Path

from typer.testing import CliRunner

from dialer.commands.errors import CommandError
from simulation.demo.command import app

runner = CliRunner()


def test_help_says_what_it_does_and_how_it_ends() -> None:
    result = runner.invoke(app, ["--help"])
    assert result.exit_code == 0
    for part in ("--seconds", "--agents", "--seed", "--json", "--output", "Ctrl-C", "nobody is called"):
        assert part in result.output


def test_a_folder_that_cannot_be_made_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = runner.invoke(app, ["--output", str(tmp_path / "file")])
    assert isinstance(result.exception, CommandError)
    assert "choose one with --output" in str(result.exception)


def test_numbers_out_of_range_are_refused() -> None:
    assert runner.invoke(app, ["--agents", "0"]).exit_code == 2
    assert runner.invoke(app, ["--seconds", "100000"]).exit_code == 2
