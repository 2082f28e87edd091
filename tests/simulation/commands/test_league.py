from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.command import app
from simulation.commands.league import markdown

ARGUMENTS = ["league", "base", "--agents", "3", "--agents", "5", "-p", "progressive", "-p", "issabel", "-n", "2"]
SMALL = ["--set", "day.hours=0.5", "--set", "day.warmup_s=0", "--workers", "1"]


def test_a_table_over_policies_and_team_sizes(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    output, plot = tmp_path / "league.md", tmp_path / "league.svg"
    result = CliRunner().invoke(app, [*ARGUMENTS, *SMALL, "-o", str(output), "--plot", str(plot)])
    lines = output.read_text().splitlines()

    assert result.exit_code == 0
    assert lines.count("| policy | 3 agents | 5 agents |") == 2
    (row, difference) = (line for line in lines if line.startswith("| issabel | "))
    assert row.count("%") == 4
    assert difference.count("±") == 2
    assert plot.read_text().startswith("<svg")


def test_an_interrupted_league_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.experiments import jobs

    keep = ["--keep", str(tmp_path / "runs")]
    whole = CliRunner().invoke(app, [*ARGUMENTS, *SMALL]).stdout
    run_job, count = jobs.run_job, 0

    def run_three(job: jobs.Job) -> jobs.Done:
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        return run_job(job)

    monkeypatch.setattr(jobs, "run_job", run_three)
    interrupted = CliRunner().invoke(app, [*ARGUMENTS, *SMALL, *keep])
    resumed = CliRunner().invoke(app, [*ARGUMENTS, *SMALL, *keep])

    assert interrupted.exit_code == 130
    assert "goes on from here" in interrupted.stderr
    # Three runs were kept, the fourth was interrupted, the other five are run.
    assert count == 4 + 5
    assert resumed.stdout == whole


def test_the_tables_say_how_they_were_made() -> None:
    text = markdown("base", 7, 4, ["a", "b"], [])

    assert "seed 7, 4 replications" in text
    assert "points above `a`" in text


def test_a_wrong_policy_or_size_is_one_line() -> None:
    assert "no pacing policy 'rato'" in CliRunner().invoke(app, ["league", "-p", "rato"]).stderr
    assert CliRunner().invoke(app, ["league", "--agents", "0"]).exit_code == 2
