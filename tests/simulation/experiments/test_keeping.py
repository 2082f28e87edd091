from pathlib import Path

import pytest

from simulation.experiments.figures import ReplicationFigures, Sums
from simulation.experiments.jobs import Done, Job
from simulation.experiments.keeping import KeptRuns, key_of
from simulation.scenario.library import find_scenario
from simulation.scenario.loading import ScenarioError
from simulation.scenario.overrides import override

BASE = find_scenario("base-5")


def job(variant: int = 0, replication: int = 0, seed: int = 1, policy: str = "ratio") -> Job:
    return Job(variant, replication, override(BASE, "pacing.policy", policy), seed)


def done(variant: int = 0, replication: int = 0) -> Done:
    spans = (Sums(day=0, talk_s=1.25, answered=7),)
    return Done(variant, ReplicationFigures(replication=replication, spans=spans, accounts=()))


def test_what_was_kept_is_found_again_by_another_process(tmp_path: Path) -> None:
    KeptRuns(tmp_path / "runs").add(job(), done())
    kept = KeptRuns(tmp_path / "runs")

    assert kept.find(job(variant=3)) == Done(3, done().figures)
    assert kept.find(job(replication=1)) is None
    assert kept.find(job(seed=2)) is None
    assert kept.find(job(policy="adaptive")) is None


def test_a_run_that_was_being_written_is_lost_and_the_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "runs"
    KeptRuns(path).add(job(), done())
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    kept = KeptRuns(path)
    kept.add(job(replication=1), done(replication=1))

    assert len(KeptRuns(path)) == 2


def test_policies_that_changed_can_be_left_out(tmp_path: Path) -> None:
    kept = KeptRuns(tmp_path / "runs")
    kept.add(job(), done())
    kept.add(job(policy="adaptive"), done())

    assert KeptRuns(tmp_path / "runs", frozenset({"ratio"})).find(job()) is None
    assert len(KeptRuns(tmp_path / "runs", frozenset({"ratio"}))) == 1


def test_another_file_is_refused_by_name_and_line(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("hello\nworld\n")

    with pytest.raises(ScenarioError, match=r"runs:1: not a file of kept runs"):
        KeptRuns(tmp_path / "runs")


def test_without_a_file_runs_are_kept_in_memory() -> None:
    kept = KeptRuns()
    kept.add(job(), done())

    assert kept.find(job()) == done()
    assert key_of(job()) != key_of(job(policy="adaptive"))
