import pytest

from dialer import messages as m
from dialer.engine.placing import is_trunks_fault
from dialer.model import CallCause, EngineSettings, Trunk
from tests.dialer.world import World, silent, task

TWO = EngineSettings(
    trunks=(
        Trunk(name="main", caller_id="+12025550100", strip="+"),
        Trunk(name="spare", caller_id="+12025550101", priority=1, add="9"),
    )
)


def world(settings: EngineSettings = TWO) -> World:
    made = World(settings, fate=silent)
    made.start(task())
    made.add_agents(1)
    made.run(2.0)
    return made


def fail(made: World, call_id: str, cause: CallCause = CallCause.TRUNK_FAILURE, status: int | None = None) -> None:
    made.post(m.CallEnded(call_id=call_id, cause=cause, sip_status=status))
    made.run(0.0)


def test_a_call_that_its_trunk_failed_goes_out_over_the_next_as_the_same_attempt() -> None:
    made = world()
    first = made.of(m.PlaceCall)[0]
    assert first.trunk == "main"
    fail(made, first.call_id)
    second = made.of(m.PlaceCall)[-1]
    assert (second.call_id, second.trunk) == (first.call_id, "spare")
    assert second.number == "9" + made.attempts[first.call_id].number, "in the form this trunk wants"
    assert second.caller_id == first.caller_id, "what was recorded is what is shown"
    assert made.count("calls_moved") == 1
    assert made.results == {}
    fail(made, first.call_id, CallCause.BUSY, 486)
    result = made.results[first.call_id]
    assert result.cdr is not None
    assert (result.attempt.trunk, result.cdr.trunk, str(result.attempt.outcome)) == ("spare", "spare", "busy")


def test_when_every_trunk_has_failed_it_ends_once() -> None:
    made = world()
    call_id = made.placed[0]
    fail(made, call_id)
    fail(made, call_id, CallCause.CONGESTION, 503)
    assert list(made.results) == [call_id]
    loads = {load.trunk.name: load.calls for load in made.engine._state.router.loads()}
    assert loads["spare"] == 0


def test_a_call_that_rang_is_never_moved() -> None:
    made = world()
    call_id = made.placed[0]
    made.post(m.CallRinging(call_id=call_id))
    fail(made, call_id, CallCause.CONGESTION, 500)
    assert made.count("calls_moved") == 0
    assert list(made.results) == [call_id]


def test_a_number_blocked_in_between_is_not_dialed_again() -> None:
    made = world()
    call_id = made.placed[0]
    made.post(m.NumbersBlocked(numbers=(made.attempts[call_id].number,)))
    fail(made, call_id)
    assert made.count("calls_moved") == 0
    assert call_id in made.results


@pytest.mark.parametrize(
    ("cause", "status", "expected"),
    [
        (CallCause.TRUNK_FAILURE, None, True),
        (CallCause.TRUNK_LOST, None, False),
        (CallCause.CONGESTION, 503, True),
        (CallCause.CONGESTION, 500, True),
        (CallCause.CONGESTION, 302, False),
        (CallCause.CONGESTION, None, False),
        (CallCause.INVALID_NUMBER, 503, False),
        (CallCause.BUSY, 486, False),
        (CallCause.DIALER, None, False),
    ],
)
def test_whose_fault_it_was(cause: CallCause, status: int | None, expected: bool) -> None:
    assert is_trunks_fault(m.CallEnded(call_id="1-1", cause=cause, sip_status=status)) is expected
