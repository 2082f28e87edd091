from msgspec.structs import replace

from dialer import messages as m
from tests.dialer.world import SETTINGS, World, silent, task


def world_with_call(agents: int, holds_bridges: bool = False) -> tuple[World, str]:
    world = World(fate=silent, leads=1)
    world.add_agents(agents)
    world.start(task())
    world.holds_bridges = holds_bridges
    world.post(m.CallAnswered(call_id=world.placed[0]))
    return world, world.placed[0]


def test_a_leg_that_cannot_be_opened_logs_the_agent_out() -> None:
    world = World()
    world.post(m.AgentLoggedIn(agent_id="ann", skill_groups=("sales",), address="sip:ann"))
    world.post(m.LegClosed(leg_id="ann#1", reason="486 Busy Here"))
    assert world.states() == {}
    assert world.of(m.ShowAgent)[-1].state == "offline"
    assert world.count("legs_not_opened") == 1
    world.run(0.0)
    assert world.count("events_out_of_place") == 1, "the late LegOpened"


def test_the_call_of_an_agent_who_vanishes_goes_to_another_who_is_idle() -> None:
    world, _ = world_with_call(agents=2)
    world.run(20.0)
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.states() == {"agent-1": "talking"}
    assert [bridge.leg_id for bridge in world.of(m.BridgeCall)] == ["agent-0#1", "agent-1#2"]
    assert world.count("legs_lost") == 1
    world.run(10.0)
    world.post(m.AgentHungUp(agent_id="agent-1"))
    world.run(1.0)
    (result,) = world.results.values()
    assert result.attempt.outcome == "connected"
    assert result.cdr is not None
    assert result.cdr.talk_s == 30.0
    assert world.view().answered == 1


def test_with_nobody_idle_it_is_hung_up_and_still_connected() -> None:
    world, call_id = world_with_call(agents=1)
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]
    world.run(1.0)
    assert world.outcomes() == ["connected"]
    assert (world.view().answered, world.view().abandoned) == (1, 0)


def test_the_second_agent_vanishing_too_ends_it() -> None:
    world, call_id = world_with_call(agents=2)
    world.holds_bridges = True
    world.post(m.LegClosed(leg_id="agent-0#1"))
    world.post(m.LegClosed(leg_id="agent-1#2"))
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]
    world.run(1.0)
    assert world.results[call_id].attempt.agent_id == "agent-0", "whoever talked"


def test_vanishing_while_reserved_tries_the_next_inside_the_limit() -> None:
    world, _ = world_with_call(agents=2, holds_bridges=True)
    world.run(1.0)
    world.holds_bridges = False
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.states() == {"agent-1": "talking"}


def test_vanishing_while_reserved_at_the_limit_abandons() -> None:
    world, call_id = world_with_call(agents=1, holds_bridges=True)
    world.time += 2.5
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.of(m.PlayMessage) == [m.PlayMessage(call_id=call_id, message="safe-harbour-press-9")]
    assert world.view().abandoned == 1


def test_an_old_leg_going_down_concerns_nobody() -> None:
    world = World()
    world.add_agents(1)
    world.post(m.AgentLoggedOut(agent_id="agent-0"))
    world.add_agents(1)
    world.post(m.LegClosed(leg_id="agent-0#1"))
    assert world.states() == {"agent-0": "idle"}


OUTSIDE = m.AgentLoggedIn(agent_id="ann", skill_groups=("sales",), address="tel:+12025550123", request_id=1)


def test_an_agent_at_an_outside_number_takes_a_channel_of_a_trunk() -> None:
    (trunk,) = SETTINGS.trunks
    world = World(settings=replace(SETTINGS, trunks=(replace(trunk, channels_max=1),)))
    world.post(OUTSIDE)
    (leg,) = world.of(m.OpenLeg)
    assert (leg.address, leg.trunk) == ("+12025550123", trunk.name)
    world.post(replace(OUTSIDE, agent_id="bob", request_id=2))
    assert "the trunks are full or down" in world.of(m.AnswerRequest)[-1].error
    world.post(m.LegClosed(leg_id=leg.leg_id))
    world.post(replace(OUTSIDE, agent_id="bob", request_id=3))
    assert len(world.of(m.OpenLeg)) == 2


def test_with_no_trunk_for_it_the_login_is_refused() -> None:
    world = World(settings=replace(SETTINGS, trunks=()))
    world.post(OUTSIDE)
    assert world.of(m.OpenLeg) == []
    assert "cannot be called: there is no trunk in group" in world.of(m.AnswerRequest)[-1].error
    assert world.states() == {}
