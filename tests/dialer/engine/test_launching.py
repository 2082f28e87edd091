from campaigns.rules.checks import Seen
from dialer.engine.launching import Refused, launch, send
from dialer.engine.state import EngineState
from dialer.messages import RecordAttempts
from dialer.model import EngineSettings, Trunk
from dialer.pds.calls import Call
from dialer.pds.tasks import CampaignWork
from dialer.routing.router import Busy
from tests.dialer.world import START, lead, task

TRUNK = Trunk(name="main", caller_id="+12025550100", channels_max=1)


def a_campaign() -> tuple[EngineState, CampaignWork]:
    state = EngineState(EngineSettings(trunks=(TRUNK,)))
    return state, state.tasks.apply(task())


def test_a_lead_becomes_a_call_that_holds_its_trunk_and_an_attempt_to_be_written() -> None:
    state, work = a_campaign()
    call = launch(state, work, lead(7), Seen(), START)
    assert isinstance(call, Call)
    assert (call.call_id, call.attempt.caller_id, call.attempt.trunk) == ("7-1", "+12025550100", "main")
    assert (list(state.calls), list(work.in_flight)) == (["7-1"], ["7-1"])
    assert isinstance(launch(state, work, lead(8), Seen(), START), Busy)
    assert state.commands == []
    send(state, work, (call.attempt,), START)
    assert state.commands == [RecordAttempts(attempts=(call.attempt,))]
    assert work.open_calls == 1


def test_what_the_gate_or_the_fence_refuses_takes_nothing() -> None:
    state, work = a_campaign()
    blocked = launch(state, work, lead(7), Seen(blocked={lead(7).number: None}), START)
    assert isinstance(blocked, Refused)
    assert not blocked.is_no_route
    premium = launch(state, work, lead(8, number="+19005550100"), Seen(), START)
    assert isinstance(premium, Refused)
    assert premium.is_no_route
    assert (state.calls, work.in_flight, state.router.calls_max("default", START)) == ({}, {}, 1)


def test_one_attempt_is_made_once() -> None:
    state, work = a_campaign()
    state.router.take("main", START)
    state.router.release("main")
    first = launch(state, work, lead(7), Seen(), START)
    assert isinstance(first, Call)
    state.router.release("main")
    assert launch(state, work, lead(7), Seen(), START) == Refused("the lead is being called already")
