import pytest

from campaigns.terms import RecordingMode
from dialer import messages as m
from dialer.model import CallCause, MonitorMode, RecordingAction
from tests.dialer.engine.test_transfer import OUTSIDE, party_of, refer, talking
from tests.dialer.world import World


def refused(**campaign: object) -> tuple[World, str]:
    """An agent whose phone has been refused a transfer and has hung up over it."""
    world, call_id = talking(**campaign)  # type: ignore[arg-type]
    assert refer(world, "nobody") == [404]
    world.post(m.LegClosed(leg_id="agent-0#1", reason="the far end hung up"))
    return world, call_id


def test_a_phone_that_hangs_up_over_a_refusal_is_called_and_the_customer_hears_music() -> None:
    world, call_id = refused()
    again = world.of(m.OpenLeg)[-1]
    assert (again.leg_id, again.address) == ("agent-0#2", world.of(m.OpenLeg)[0].address)
    assert world.of(m.HoldCall) == [m.HoldCall(call_id=call_id, leg_id="agent-0#2", is_held=True)]
    assert world.states() == {"agent-0": "talking"}
    assert world.of(m.HangUpCall) == []
    world.post(m.LegOpened(leg_id="agent-0#2"))
    assert world.of(m.HoldCall)[1:] == [m.HoldCall(call_id=call_id, leg_id="agent-0#2", is_held=False)]
    assert (world.count("legs_called_again"), world.count("legs_lost"), world.count("events_out_of_place")) == (1, 0, 0)
    world.post(m.AgentHungUp(agent_id="agent-0"))
    world.run(1.0)
    assert world.results[call_id].attempt.agent_id == "agent-0"


def test_after_a_number_that_was_not_reached_too() -> None:
    world, call_id = talking()
    assert refer(world, OUTSIDE) == [202]
    world.post(m.LegClosed(leg_id=party_of(world).leg_id, reason="486 Busy Here"))
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.of(m.HoldCall) == [m.HoldCall(call_id=call_id, leg_id="agent-0#2", is_held=True)]


def test_one_that_does_not_answer_has_left_and_the_customer_goes_to_somebody_else() -> None:
    world, call_id = refused()
    world.add_agent("agent-1", ("sales",))
    world.post(m.LegClosed(leg_id="agent-0#2", reason="486 Busy Here"))
    assert world.of(m.BridgeCall)[-1].call_id == call_id
    assert "agent-0" not in world.states()
    assert world.count("legs_lost") == 1


def test_or_is_hung_up_where_nobody_is_idle() -> None:
    world, call_id = refused()
    world.post(m.LegClosed(leg_id="agent-0#2"))
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]


def test_a_phone_that_hangs_up_much_later_has_left() -> None:
    world, call_id = talking()
    refer(world, "nobody")
    world.run(11.0)
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]
    assert world.states() == {}


def test_a_customer_who_hangs_up_meanwhile_leaves_the_agent_to_their_work() -> None:
    world, call_id = refused()
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.states() == {"agent-0": "acw"}
    world.post(m.LegOpened(leg_id="agent-0#2"))
    assert [hold.is_held for hold in world.of(m.HoldCall)] == [True]
    assert world.states() == {"agent-0": "acw"}


def test_a_phone_without_a_customer_is_called_again_as_well() -> None:
    world = World(leads=0)
    world.add_agents(1)
    assert refer(world, "agent-1") == [481]
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.states() == {"agent-0": "connecting"}
    world.post(m.LegOpened(leg_id="agent-0#2"))
    assert world.states() == {"agent-0": "idle"}


@pytest.mark.parametrize(("mode", "starts"), [(RecordingMode.ALL, 1), (RecordingMode.OFF, 0)])
def test_a_recording_and_a_supervisor_are_there_again(mode: RecordingMode, starts: int) -> None:
    world, call_id = talking(recording=mode)
    world.post(
        m.GuestInvited(guest_id="boss", agent_id="agent-0", address="sip:boss@h", mode=MonitorMode.LISTEN, request_id=9)
    )
    guest = world.of(m.OpenLeg)[-1].leg_id
    world.post(m.LegOpened(leg_id=guest))
    refer(world, "nobody")
    world.post(m.LegClosed(leg_id="agent-0#1"))
    leg = world.of(m.OpenLeg)[-1].leg_id
    world.post(m.LegOpened(leg_id=leg))
    again = m.ControlRecording(call_id=call_id, leg_id=leg, action=RecordingAction.START)
    assert world.of(m.ControlRecording) == [again] * starts
    assert world.of(m.JoinCall)[-1].agent_leg_id == leg
