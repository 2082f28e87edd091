import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.command import app
from simulation.experiments import jobs

SMALL = ["--set", "day.hours=0.5", "--set", "day.warmup_s=0", "--workers", "1", "-n", "3", "--rounds", "1"]
FREE = ["--set", "pacing.abandon_rate_max=0.05", "--days-over", "1"]


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["tune", *arguments])


def test_the_recommendation_comes_with_its_reason() -> None:
    result = invoke("base-5", "pacing.ratio=1:4", "--policy", "ratio", *SMALL, *FREE)

    assert result.exit_code == 0
    assert "pacing.ratio = " in result.stdout
    assert "of days over the cap with 95% confidence" in result.stdout


def test_trials_are_told_as_json() -> None:
    result = invoke("base-5", "pacing.ratio=1:2", "--policy", "ratio", *SMALL, *FREE, "--json")
    tuning = json.loads(result.stdout)["tuning"]

    values = [trial["settings"]["pacing.ratio"] for trial in tuning["trials"]]
    assert values == sorted(set(values))
    assert len(tuning["trials"]) == 7


def test_an_empty_range_is_one_line() -> None:
    assert "must be less than" in invoke("base-5", "pacing.ratio=2:2").stderr


def test_several_settings_are_searched_together_and_drawn(tmp_path: Path) -> None:
    page = tmp_path / "tuned.html"
    several = ["pacing.ratio=1.5,2", "pacing.cancel_after_s=12,20", "--report", str(page)]
    result = invoke("base-5", *several, "--policy", "ratio", *SMALL, *FREE)

    assert result.exit_code == 0
    assert "pacing.ratio = " in result.stdout
    assert "pacing.cancel_after_s = " in result.stdout
    assert "pacing.ratio=1.5, pacing.cancel_after_s=12" in page.read_text()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("pacing.ratio", "not of the form path=low:high"),
        ("pacing.ratio=1:x", "a range is two numbers"),
        ("pacing.raito=1:2", "raito"),
        ("pacing.policy=ratio,nobody", "nobody"),
    ],
)
def test_a_setting_that_cannot_be_searched_is_one_line(given: str, words: str) -> None:
    result = invoke("base-5", given, *SMALL)

    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_interruption_keeps_the_values_that_were_done(monkeypatch: pytest.MonkeyPatch) -> None:
    run_job, count = jobs.run_job, 0

    def run_four(job: jobs.Job) -> jobs.Done:
        nonlocal count
        count += 1
        if count == 16:
            raise KeyboardInterrupt
        return run_job(job)

    monkeypatch.setattr(jobs, "run_job", run_four)
    result = invoke("base-5", "pacing.ratio=1:4", "--policy", "ratio", *SMALL, *FREE)

    assert result.exit_code == 0
    assert "rest on 15 of 21 runs" in result.stderr
    assert "interrupted: of the values tried so far" in result.stdout
    assert "pacing.ratio = " in result.stdout
