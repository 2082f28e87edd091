import json

import pytest
from typer.testing import CliRunner

from simulation.command import app
from simulation.experiments import jobs

SMALL = ["--set", "day.hours=0.5", "--set", "day.warmup_s=0", "--workers", "1", "-n", "3", "--rounds", "1"]
FREE = ["--set", "pacing.abandon_rate_max=0.05", "--days-over", "1"]


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["tune", *arguments])


def test_the_recommendation_comes_with_its_reason() -> None:
    result = invoke("base-5", "pacing.ratio", "1", "4", "--policy", "ratio", *SMALL, *FREE)

    assert result.exit_code == 0
    assert "pacing.ratio = " in result.stdout
    assert "of days over the cap with 95% confidence" in result.stdout


def test_trials_are_told_as_json() -> None:
    result = invoke("base-5", "pacing.ratio", "1", "2", "--policy", "ratio", *SMALL, *FREE, "--json")
    tuning = json.loads(result.stdout)["tuning"]

    assert [trial["value"] for trial in tuning["trials"]] == sorted({trial["value"] for trial in tuning["trials"]})
    assert len(tuning["trials"]) == 7


def test_an_empty_range_is_one_line() -> None:
    assert "must be less than" in invoke("base-5", "pacing.ratio", "2", "2").stderr


def test_an_interruption_keeps_the_values_that_were_done(monkeypatch: pytest.MonkeyPatch) -> None:
    run_job, count = jobs.run_job, 0

    def run_four(job: jobs.Job) -> jobs.Done:
        nonlocal count
        count += 1
        if count == 16:
            raise KeyboardInterrupt
        return run_job(job)

    monkeypatch.setattr(jobs, "run_job", run_four)
    result = invoke("base-5", "pacing.ratio", "1", "4", "--policy", "ratio", *SMALL, *FREE)

    assert result.exit_code == 0
    assert "rest on 15 of 21 runs" in result.stderr
    assert "interrupted: of the values tried so far" in result.stdout
    assert "pacing.ratio = " in result.stdout
