from pathlib import Path

from typer.testing import CliRunner

from simulation.command import app
from simulation.scenario.loading import load_scenario


def test_from_records_to_a_scenario_that_runs(tmp_path: Path) -> None:
    runner = CliRunner()
    small = ["--set", "day.hours=2", "--set", "day.warmup_s=0", "--policy", "progressive", "--workers", "1"]
    runner.invoke(app, ["run", "base-10", *small, "--rows", str(tmp_path)])
    output = tmp_path / "mine.toml"
    result = runner.invoke(
        app,
        [
            "calibrate",
            str(tmp_path / "attempts.csv"),
            "--intervals",
            str(tmp_path / "intervals.csv"),
            "-o",
            str(output),
        ],
    )

    assert result.exit_code == 0
    assert "answer probability" in result.stdout
    assert "KS distance" in result.stdout
    assert "CRPS" in result.stdout
    assert load_scenario(output).agents[0].count == 10
    assert runner.invoke(app, ["run", str(output), *small]).exit_code == 0


def test_records_that_cannot_be_used_are_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["calibrate", str(tmp_path / "none.csv")])

    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
