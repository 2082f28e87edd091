import pytest

from campaigns.model import Outcome
from simulation.calibration.detection import Detections, delay_with_undecided, detections_of
from simulation.calibration.reading import AgentInterval, CallRecord


def call(outcome: Outcome, held_s: float) -> CallRecord:
    is_machine = outcome is Outcome.MACHINE
    return CallRecord(
        lead="1",
        attempt_number=1,
        placed_at=0.0,
        ringing_at=2.0,
        answered_at=10.0,
        bridged_at=None if is_machine else 10.0 + held_s,
        ended_at=10.0 + held_s if is_machine else 80.0,
        outcome=outcome,
        agent_id="" if is_machine else "ann",
    )


def test_persons_bridged_when_the_time_was_up_show_how_often_detection_is_too_late() -> None:
    machines = [call(Outcome.MACHINE, held_s) for held_s in (0.5, 1.0, 1.49)]
    persons = [call(Outcome.CONNECTED, held_s) for held_s in (0.7, 1.5, 1.5, 1.5, 2.0)]
    found = detections_of([*machines, *persons])

    assert found.delays_s == pytest.approx([0.5, 1.0, 1.49])
    # Three persons of four at the limit, where one machine of three is as well: 3/4 = u + (1 - u)/3.
    assert found.undecided == pytest.approx(0.625)


def test_verdicts_that_come_just_in_time_are_no_undecided_ones() -> None:
    delays = [0.01 * step for step in range(50, 141)]
    machines = [call(Outcome.MACHINE, delay) for delay in delays]
    persons = [call(Outcome.CONNECTED, delay) for delay in delays]

    assert detections_of([*machines, *persons]).undecided == 0.0


def test_persons_for_whom_an_agent_was_free_tell_of_the_verdict_too() -> None:
    machines = [call(Outcome.MACHINE, held_s) for held_s in (0.5, 1.4)]
    person = call(Outcome.CONNECTED, 1.2)
    free = AgentInterval(agent_id="ann", state="idle", started_at=9.0, ended_at=11.2)
    late = AgentInterval(agent_id="ann", state="idle", started_at=10.5, ended_at=11.2)

    assert detections_of([*machines, person], [free]).delays_s == pytest.approx([0.5, 1.4, 1.2])
    assert detections_of([*machines, person], [late]).delays_s == pytest.approx([0.5, 1.4])


def test_the_undecided_wait_as_long_as_the_dialer_listens() -> None:
    delay = delay_with_undecided(Detections([0.5, 1.0, 1.5], 0.5))

    assert delay.quantiles_s[0] == 0.5
    assert delay.quantiles_s[25] == pytest.approx(1.0, abs=0.02)
    assert set(delay.quantiles_s[50:]) == {1.5}


def test_records_without_machines_say_nothing_of_detection() -> None:
    assert detections_of([call(Outcome.CONNECTED, 0.5)]) == Detections([], 0.0)
