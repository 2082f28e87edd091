import json

from typer.testing import CliRunner

from simulation.command import app


def test_a_parameter_over_its_values() -> None:
    arguments = ["sweep", "base-5", "agents.0.count", "2", "6", "--policy", "progressive", "--workers", "1", "-n", "2"]
    result = CliRunner().invoke(app, [*arguments, "--set", "day.hours=0.5", "--set", "day.warmup_s=0", "--json"])
    summaries = json.loads(result.stdout)["summaries"]

    assert result.exit_code == 0
    assert [one["name"] for one in summaries] == ["agents.0.count=2", "agents.0.count=6"]
    assert all(0.3 < one["metrics"]["occupancy"]["mean"] < 0.95 for one in summaries)


def test_a_value_that_cannot_be_is_one_line() -> None:
    result = CliRunner().invoke(app, ["sweep", "base-5", "agents.0.count", "3", "0"])

    assert result.exit_code == 2
    assert "count is 0" in result.stderr
