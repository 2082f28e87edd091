from dialer import messages as m
from dialer.model import CallCause, MonitorMode
from tests.dialer.engine.test_inviting import floor, invite, talking


def test_a_supervisor_follows_the_agent_from_call_to_call() -> None:
    world = floor()
    assert invite(world) == ""
    assert not world.of(m.JoinCall), "the agent talks to nobody"
    for number in range(2):
        call_id = world.placed[-1]
        world.post(m.CallAnswered(call_id=call_id))
        assert len(world.of(m.JoinCall)) == number + 1
        assert world.of(m.JoinCall)[-1].call_id == call_id
        world.end(call_id, CallCause.FAR_END)
        world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sale"))
        world.post(m.AgentWentReady(agent_id="agent-0"))
        world.run(2.0)
    assert list(world.engine._state.guests) == ["boss"]


def test_a_guest_whose_leg_comes_up_in_mid_call_is_let_in_at_once() -> None:
    world, call_id = talking()
    invite(world, mode=MonitorMode.BARGE)
    assert world.of(m.JoinCall) == [
        m.JoinCall(leg_id="boss#2", call_id=call_id, agent_leg_id="agent-0#1", mode=MonitorMode.BARGE)
    ]


def test_a_third_party_leaves_with_the_call_and_a_supervisor_stays() -> None:
    world, call_id = talking()
    invite(world)
    invite(world, "third", is_for_one_call=True, mode=MonitorMode.BARGE)
    world.end(call_id, CallCause.FAR_END)
    assert list(world.engine._state.guests) == ["boss"]
    assert [leg.leg_id for leg in world.of(m.CloseLeg)] == ["third#3"]


def test_guests_leave_with_their_agent() -> None:
    world, _ = talking()
    invite(world)
    invite(world, "third", is_for_one_call=True)
    world.post(m.AgentLoggedOut(agent_id="agent-0"))
    world.run(1.0)
    assert not world.engine._state.guests
    assert {leg.leg_id for leg in world.of(m.CloseLeg)} == {"boss#2", "third#3", "agent-0#1"}


def test_a_guest_who_hangs_up_or_is_not_reached_is_forgotten() -> None:
    world, call_id = talking()
    invite(world)
    world.post(m.LegClosed(leg_id="boss#2", reason="hung up"))
    assert not world.engine._state.guests
    assert world.states() == {"agent-0": "talking"}
    assert call_id in world.engine._state.calls
    assert invite(world) == "", "and may come again"


def test_guests_do_not_come_along_when_a_call_moves_to_another_agent() -> None:
    world, call_id = talking(agents=2)
    invite(world)
    world.post(m.LegClosed(leg_id="agent-0#1", reason="power"))
    assert world.engine._state.calls[call_id].agent_id == "agent-1"
    assert not world.engine._state.guests
    assert len(world.of(m.JoinCall)) == 1
