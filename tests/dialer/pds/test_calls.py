import pytest

from dialer.model import CallState
from dialer.pds.attempts import new_attempt
from dialer.pds.calls import IN_FLIGHT, TRANSITIONS, Call, CallTrigger, advance
from tests.dialer.world import campaign, lead


def a_call(state: CallState = CallState.RECORDING) -> Call:
    call = Call(new_attempt(campaign(), lead(7), "+12025550100", "main", 10.0), lead(7), "12025550007")
    call.state = state
    return call


def test_a_call_carries_the_id_of_its_attempt() -> None:
    assert a_call().call_id == "7-1"


def test_advance_follows_the_table() -> None:
    call = a_call()
    assert advance(call, CallTrigger.PLACE) is CallState.RECORDING
    assert call.state is CallState.PLACED


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("trigger", CallTrigger)
def test_what_is_not_in_the_table_is_a_bug(state: CallState, trigger: CallTrigger) -> None:
    if (state, trigger) in TRANSITIONS:
        return
    call = a_call(state)
    with pytest.raises(AssertionError, match=f"call 7-1 is {state}"):
        advance(call, trigger)
    assert call.state is state


def test_every_state_but_the_last_ends_when_the_gateway_says_so() -> None:
    ending = {before for before, trigger in TRANSITIONS if trigger is CallTrigger.END}
    assert ending == set(CallState) - {CallState.RECORDING, CallState.ENDED}


def test_nothing_is_placed_twice_or_brought_back() -> None:
    assert [before for before, trigger in TRANSITIONS if trigger is CallTrigger.PLACE] == [CallState.RECORDING]
    assert not [before for before, _ in TRANSITIONS if before is CallState.ENDED]
    assert not [before for (before, _), after in TRANSITIONS.items() if after in IN_FLIGHT and before not in IN_FLIGHT]
