import json

from typer.testing import CliRunner

from simulation.command import app

SMALL = ["--set", "day.hours=0.5", "--set", "day.warmup_s=0", "--workers", "1", "-n", "3"]


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["compare", *arguments])


def test_differences_are_paired_on_the_same_customers() -> None:
    result = invoke(
        "base-5", *SMALL, "-p", "progressive", "-p", "progressive", "-p", "vicidial-ratio:ratio=3", "--json"
    )
    content = json.loads(result.stdout)

    assert result.exit_code == 0
    itself, other = (one["occupancy"] for one in content["differences"])
    assert (itself["mean"], itself["low"], itself["high"]) == (0.0, 0.0, 0.0)
    assert other["mean"] > 0.05
    assert len(content["summaries"]) == 3


def test_the_table_shows_policies_side_by_side_and_their_differences() -> None:
    result = invoke("base-5", *SMALL, "-p", "progressive", "-p", "ratio:ratio=2")

    assert "paired difference from progressive" in result.stdout
    assert "ratio:ratio=2" in result.stdout


def test_a_policy_setting_that_cannot_be_read_is_one_line() -> None:
    assert "not of the form key=value" in invoke("base-5", "-p", "ratio:2").stderr
    assert "unknown key 'raito'" in invoke("base-5", "-p", "ratio:raito=2").stderr
