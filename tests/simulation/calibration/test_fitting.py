"""What calibration finds again of what was put in; that the figures agree is the round trip's own test."""

import numpy as np
import pytest
from msgspec.structs import replace

from campaigns.model import Outcome
from simulation.calibration.fitting import calibrate
from simulation.calibration.reading import AgentInterval, CalibrationError, CallRecord
from simulation.calibration.round_trip import records_of
from simulation.scenario.library import find_scenario
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all
from simulation.world import World


def records(scenario: Scenario, seed: int = 5) -> tuple[list[CallRecord], list[AgentInterval]]:
    calls, intervals = [], []
    for record in World(scenario, seed).days():
        own_calls, own_intervals = records_of(record)
        calls += own_calls
        intervals += own_intervals
    return sorted(calls, key=lambda call: call.placed_at), intervals


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


def test_each_agent_keeps_the_own_speed() -> None:
    changes = [("pacing.policy", "progressive"), ("day.hours", 3.0), ("day.warmup_s", 0.0)]
    slow_and_fast = (0.5, 2.0, 0.5, 2.0, 0.5, 2.0, 0.5, 2.0, 0.5, 2.0)
    scenario = override_all(find_scenario("base-10"), [*changes, ("agents.0.speeds", list(slow_and_fast))])
    group = calibrate(*records(scenario)).scenario.agents[0]

    assert group.count == 10
    assert group.speed_cv == 0.0
    ratios = [found / true for found, true in zip(group.speeds, slow_and_fast, strict=True)]
    assert max(ratios) / min(ratios) < 2.0


def test_few_who_hang_up_still_tell_how_patient_people_are() -> None:
    waiting = [_call(lead, 1, True, 100.0 * lead) for lead in range(200)]
    waiting = [replace(one, bridged_at=one.placed_at + 12.0) for one in waiting]
    lost = [replace(one, bridged_at=None, ended_at=one.placed_at + 11.0, outcome=Outcome.LOST) for one in waiting[:4]]
    patience = calibrate([*lost, *waiting[4:]]).scenario.campaigns[0].customers.patience

    assert patience is not None
    assert patience.mean() == pytest.approx((4 * 1.0 + 196 * 2.0) / 4, rel=0.01)


def test_persons_whom_amd_mistook_are_persons_again() -> None:
    persons = [_call(lead, 1, True, 100.0 * lead) for lead in range(300)]
    machines = [
        replace(one, lead=str(1000 + lead), bridged_at=None, ended_at=one.placed_at + 11.0, outcome=Outcome.MACHINE)
        for lead, one in enumerate(persons[:100])
    ]
    customers = calibrate([*persons, *machines], amd_person_error=0.1).scenario.campaigns[0].customers

    assert customers.amd is not None
    assert customers.amd.person_error == 0.1
    assert customers.answer_probability == pytest.approx(0.75 / 0.9, abs=1e-4)
    assert customers.machine == pytest.approx(1.0)


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
