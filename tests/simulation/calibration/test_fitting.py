"""Calibration round trip: simulate, calibrate from the records, simulate again; the two agree."""

import numpy as np
import pytest

from campaigns.model import Outcome
from simulation.calibration.fitting import calibrate
from simulation.calibration.reading import AgentInterval, CalibrationError, CallRecord
from simulation.experiments.figures import METRICS
from simulation.experiments.jobs import jobs_for, run_jobs
from simulation.experiments.summary import Summary, summarise
from simulation.scenario.library import find_scenario
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all
from simulation.world import World


def records(scenario: Scenario, seed: int = 5) -> tuple[list[CallRecord], list[AgentInterval]]:
    calls, intervals = [], []
    for record in World(scenario, seed).days():
        calls += [
            CallRecord(
                lead=str(row.lead_id),
                attempt_number=row.attempt_number,
                placed_at=row.placed_at,
                ringing_at=row.ringing_at,
                answered_at=row.answered_at,
                bridged_at=row.bridged_at,
                ended_at=row.ended_at,
                outcome=Outcome(row.outcome),
                agent_id=row.agent_id,
            )
            for row in record.rows.attempts
        ]
        intervals += [
            AgentInterval(agent_id=row.agent_id, state=row.state, started_at=row.started_at, ended_at=row.ended_at)
            for row in record.rows.intervals
        ]
    return sorted(calls, key=lambda call: call.placed_at), intervals


def summary(scenario: Scenario, replications: int = 6) -> Summary:
    done = run_jobs(jobs_for([scenario], range(replications), 21), workers=1).done
    return summarise(scenario.name, [one.figures for one in done], 0.03)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_round_trip_agrees_on_every_figure() -> None:
    pacing = [("pacing.policy", "ratio"), ("pacing.ratio", 2.0), ("pacing.abandon_rate_max", 1.0)]
    world = override_all(
        find_scenario("base-10"),
        [
            *pacing,
            ("day.hours", 5.0),
            ("day.warmup_s", 0.0),
            ("customers.patience", {"kind": "exponential", "mean_s": 9.0}),
        ],
    )
    calls, intervals = records(override_all(world, [("day.days", 4)]))
    fitted = override_all(calibrate(calls, intervals).scenario, [*pacing, ("day.days", 1)])

    before, after = summary(world), summary(fitted)

    for metric in METRICS:
        one, other = before.metrics[metric.name], after.metrics[metric.name]
        assert one is not None
        assert other is not None
        # Both are estimates, and the fit rests on four days: three times the joint half width is a real difference.
        slack = 1.5 * ((one.half_width or 0.0) ** 2 + (other.half_width or 0.0) ** 2) ** 0.5
        assert abs(one.mean - other.mean) <= slack + 0.02 * abs(one.mean), metric.name


def test_what_was_put_in_is_found_again() -> None:
    scenario = override_all(
        find_scenario("base-20"),
        [
            ("pacing.policy", "progressive"),
            ("day.hours", 3.0),
            ("day.warmup_s", 0.0),
            ("customers.hour_factors", {"10": 2.0}),
        ],
    )
    calls, intervals = records(scenario)
    found = calibrate(calls, intervals)
    customers = found.scenario.campaigns[0].customers

    assert found.scenario.agents[0].count == 20
    assert found.scenario.day.start == "09:00"
    assert found.scenario.campaigns[0].ring_timeout_s == 28.0
    assert found.scenario.campaigns[0].endless
    assert set(customers.hour_factors) == {"10"} or customers.hour_factors["10"] > 1.2
    assert customers.answer_delay.mean() == pytest.approx(13.2, rel=0.05)
    assert customers.talk.mean() == pytest.approx(120.0, rel=0.12)
    assert customers.acw.mean() == pytest.approx(15.0, rel=0.05)
    assert customers.patience is None
    assert {finding.model for finding in found.findings} >= {"answer probability", "talk", "ACW", "agents", "list"}


def test_leads_that_differ_are_told_from_leads_that_wear_out() -> None:
    rng = np.random.default_rng(3)
    differing, wearing = [], []
    for lead in range(4000):
        chance = rng.beta(0.9, 2.1)
        differing += _tries(lead, [chance] * 4, rng)
        wearing += _tries(lead, [0.4, 0.25, 0.15, 0.08], rng)

    spread = calibrate(differing).scenario.campaigns[0].customers
    worn = calibrate(wearing).scenario.campaigns[0].customers

    assert spread.answer_concentration == pytest.approx(3.0, rel=0.25)
    assert spread.answer_probability == pytest.approx(0.3, abs=0.02)
    assert spread.attempt_factor == 1.0
    assert worn.answer_concentration is None
    assert worn.attempt_factor == pytest.approx(0.5, abs=0.07)


def test_records_without_an_answer_say_nothing() -> None:
    with pytest.raises(CalibrationError, match="answered by a person"):
        calibrate([_call(0, 1, False, 0.0)] * 200)


def _tries(lead: int, chances: list[float], rng: np.random.Generator) -> list[CallRecord]:
    calls = []
    for number, chance in enumerate(chances, 1):
        answered = bool(rng.random() < chance)
        calls.append(_call(lead, number, answered, 86_400.0 * number + lead))
        if answered:
            break
    return calls


def _call(lead: int, number: int, answered: bool, placed_at: float) -> CallRecord:
    return CallRecord(
        lead=str(lead),
        attempt_number=number,
        placed_at=placed_at,
        ringing_at=None,
        answered_at=placed_at + 10.0 if answered else None,
        bridged_at=placed_at + 10.0 if answered else None,
        ended_at=placed_at + (70.0 if answered else 28.0),
        outcome=Outcome.CONNECTED if answered else Outcome.NO_ANSWER,
        agent_id="ann" if answered else "",
    )
