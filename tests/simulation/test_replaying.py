from pathlib import Path

import pytest

from campaigns.model import Outcome
from simulation.experiments.export import write_trace
from simulation.experiments.figures import metrics_of
from simulation.experiments.jobs import Job
from simulation.replaying import (
    read_recording,
    recorded_figures,
    remembered_fates,
    replay_job,
    scenario_of,
)
from simulation.scenario.library import find_scenario
from simulation.scenario.loading import ScenarioError
from simulation.scenario.overrides import override_all


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trace") / "x.trace"
    scenario = override_all(
        find_scenario("base-10"),
        [
            ("pacing.policy", "ratio"),
            ("pacing.ratio", 2.0),
            ("pacing.abandon_rate_max", 0.5),
            ("day.hours", 2.0),
            ("day.warmup_s", 0.0),
        ],
    )
    write_trace(scenario, 1, path)
    return path


def test_the_recorded_people_under_the_recorded_policy_give_the_recorded_figures(trace: Path) -> None:
    recording = read_recording(trace)
    before = metrics_of(recorded_figures(recording))
    after = metrics_of(replay_job(recording, Job(0, 0, scenario_of(recording), 1)).figures)

    assert before["occupancy"] == pytest.approx(after["occupancy"], abs=0.015)
    assert before["connects_per_agent_h"] == pytest.approx(after["connects_per_agent_h"], rel=0.03)
    assert before["abandon_rate"] == pytest.approx(after["abandon_rate"], abs=0.015)


def test_another_policy_meets_the_recorded_people(trace: Path) -> None:
    recording = read_recording(trace)
    scenario = override_all(scenario_of(recording), [("pacing.policy", "progressive")])
    slower = replay_job(recording, Job(0, 0, scenario, 1)).figures

    assert metrics_of(slower)["abandon_rate"] == 0.0
    assert metrics_of(slower)["occupancy"] < metrics_of(recorded_figures(recording))["occupancy"] - 0.05


def test_fates_keep_what_the_trace_knows(trace: Path) -> None:
    recording = read_recording(trace)
    fates = remembered_fates(recording, scenario_of(recording), 1)
    places = {lead: place for place, lead in enumerate(dict.fromkeys(one.lead_id for one in recording.attempts))}

    assert len(fates) == len(recording.attempts)
    for attempt in recording.attempts:
        fate = fates[places[attempt.lead_id], attempt.attempt_number]
        assert fate.is_person == (attempt.outcome in {Outcome.CONNECTED, Outcome.ABANDONED})
        if attempt.outcome is Outcome.CONNECTED:
            assert fate.talk_s == attempt.ended_at - attempt.bridged_at
            assert fate.delay_s == attempt.answered_at - attempt.placed_at


def test_a_campaign_that_is_not_in_the_trace(trace: Path) -> None:
    with pytest.raises(ScenarioError, match="holds no calls of campaign 9"):
        read_recording(trace, 9)
