"""Hold, and the requests for guests; `test_guests` says what becomes of guests afterwards."""

from dialer import messages as m
from dialer.model import MonitorMode
from tests.dialer.world import SETTINGS, World, silent, task


def floor(agents: int = 1) -> World:
    world = World(SETTINGS, fate=silent)
    world.add_agents(agents)
    world.start(task())
    return world


def talking(agents: int = 1) -> tuple[World, str]:
    world = floor(agents)
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    return world, call_id


def invite(world: World, guest_id: str = "boss", agent_id: str = "agent-0", **changes: object) -> str:
    """Ask for a guest; returns what was wrong."""
    request_id = len(world.answers) + 1
    asked = {"mode": MonitorMode.LISTEN, "address": "sip:boss@192.0.2.9"} | changes
    world.post(m.GuestInvited(guest_id=guest_id, agent_id=agent_id, request_id=request_id, **asked))  # type: ignore[arg-type]
    world.run(0.1)
    return world.answers[request_id]


def test_hold_and_resume_go_to_the_gateway() -> None:
    world, call_id = talking()
    for is_held in (True, False):
        world.post(m.HoldAsked(agent_id="agent-0", is_held=is_held, request_id=1 + is_held))
        assert world.answers[1 + is_held] == ""
    assert world.of(m.HoldCall) == [
        m.HoldCall(call_id=call_id, leg_id="agent-0#1", is_held=True),
        m.HoldCall(call_id=call_id, leg_id="agent-0#1", is_held=False),
    ]


def test_without_a_call_there_is_nothing_to_hold_and_no_third_party() -> None:
    world = floor()
    world.post(m.HoldAsked(agent_id="agent-0", is_held=True, request_id=1))
    assert "no call on the line" in world.answers[1]
    assert "no call on the line" in invite(world, "third", is_for_one_call=True, mode=MonitorMode.BARGE)
    assert not world.of(m.HoldCall)


def test_a_guest_needs_an_agent_and_a_telephone() -> None:
    world, _ = talking()
    assert "not logged in" in invite(world, agent_id="nobody")
    assert "at which telephone" in invite(world, address="")
    assert not [leg for leg in world.of(m.OpenLeg) if leg.agent_id == "boss"]


def test_a_number_outside_goes_through_the_fence_and_takes_a_channel() -> None:
    world, call_id = talking()
    assert "cannot be called" in invite(world, "third", address="+19005550123", is_for_one_call=True)
    assert invite(world, "third", address="+12025550177", is_for_one_call=True, mode=MonitorMode.BARGE) == ""
    leg = world.of(m.OpenLeg)[-1]
    assert (leg.agent_id, leg.trunk, leg.address) == ("third", "main", "+12025550177")
    assert world.engine._state.leg_trunks == {leg.leg_id: "main"}
    world.post(m.GuestDismissed(guest_id="third", agent_id="agent-0"))
    world.run(1.0)
    assert not world.engine._state.leg_trunks
    assert call_id in world.engine._state.calls, "the customer talks on"


def test_one_third_party_and_three_guests_at_most() -> None:
    world, _ = talking()
    assert invite(world, "third", is_for_one_call=True) == ""
    assert "third party on the line already" in invite(world, "third", is_for_one_call=True)
    assert invite(world, "boss") == invite(world, "trainer") == ""
    assert "3 guests" in invite(world, "another")


def test_a_supervisor_asks_again_to_change_the_mode() -> None:
    world, call_id = talking()
    invite(world)
    assert invite(world, mode=MonitorMode.WHISPER, address="") == ""
    joins = world.of(m.JoinCall)
    assert [join.mode for join in joins] == [MonitorMode.LISTEN, MonitorMode.WHISPER]
    assert {(join.leg_id, join.call_id, join.agent_leg_id) for join in joins} == {("boss#2", call_id, "agent-0#1")}
    assert len([leg for leg in world.of(m.OpenLeg) if leg.agent_id == "boss"]) == 1


def test_a_supervisor_goes_over_to_another_agent_on_the_same_leg() -> None:
    world, _ = talking(agents=2)
    invite(world)
    assert invite(world, agent_id="agent-1", address="") == ""
    assert world.of(m.LeaveCall) == [m.LeaveCall(leg_id="boss#3")]
    assert len(world.of(m.JoinCall)) == 1, "agent-1 has no conversation yet"


def test_only_a_guest_can_be_dismissed_and_only_from_their_agent() -> None:
    world, _ = talking(agents=2)
    invite(world)
    world.post(m.GuestDismissed(guest_id="boss", agent_id="agent-1", request_id=50))
    assert "not with agent" in world.answers[50]
    world.post(m.GuestDismissed(guest_id="boss", agent_id="agent-0", request_id=51))
    assert world.answers[51] == ""
    assert world.of(m.CloseLeg) == [m.CloseLeg(leg_id="boss#3")]


def test_nobody_is_let_in_while_the_service_ends() -> None:
    world, _ = talking()
    world.post(m.ShutdownBegan())
    assert invite(world) != ""
