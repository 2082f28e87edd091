import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.command import app

SMALL = ["--set", "day.hours=0.5", "--set", "day.warmup_s=0", "--policy", "progressive", "--workers", "1"]


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["run", *arguments])


def test_a_fixed_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (invoke("base-5", *SMALL, "--seed", seed, "--json") for seed in ("1", "1", "2"))

    assert first.exit_code == 0
    assert first.stdout == again.stdout
    assert first.stdout != other.stdout
    summary = json.loads(first.stdout)["summary"]
    assert 0.4 < summary["metrics"]["occupancy"]["mean"] < 0.9
    assert summary["method"] == "batch means"


def test_the_table_gives_every_figure_with_its_interval() -> None:
    result = invoke("base-5", *SMALL, "-n", "2")

    assert "occupancy" in result.stdout
    assert "±" in result.stdout
    assert "2 independent runs" in result.stdout
    figures = [line for line in result.stdout.splitlines() if " % " in line or "[" in line]
    assert len(figures) >= 15
    # Never a bare mean.
    assert all("±" in line or " to " in line for line in figures), figures


def test_a_single_run_has_intervals_too() -> None:
    result = invoke("base-5", *SMALL)
    figures = [line for line in result.stdout.splitlines() if " % " in line or "[" in line]

    assert "10 batch means" in result.stdout
    assert all("±" in line or " to " in line for line in figures), figures


def test_rows_trace_and_report_are_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    result = invoke(
        "base-5",
        *SMALL,
        "--rows",
        str(tmp_path / "rows"),
        "--trace",
        str(tmp_path / "t"),
        "--report",
        str(tmp_path / "r"),
    )

    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "rows").iterdir()} == {"attempts.csv", "intervals.csv", "decisions.csv"}
    assert (tmp_path / "t").exists()
    assert (tmp_path / "r").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bsae"], "no scenario 'bsae'"),
        (["base", "--policy", "predictiv"], "no pacing policy 'predictiv'"),
        (["base", "--set", "agents.0.count=0"], "count is 0; a group has at least one agent"),
        (["base", "--set", "agents.0.cuont=3"], "unknown key 'cuont'"),
        (["base", "--set", "customers.answer_probability=1.5"], "must be between 0 and 1"),
        (["base", "--set", "nonsense"], "not of the form path=value"),
    ],
)
def test_a_fault_is_one_line_and_exit_code_2(arguments: list[str], message: str) -> None:
    result = invoke(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
