from campaigns.model import Outcome
from dialer import messages as m
from dialer.engine.connecting import shown_of
from dialer.model import EngineSettings
from tests.dialer.world import SETTINGS, World, campaign, lead, silent, task


def test_the_longest_idle_agent_is_reserved_and_bridged_in_the_same_step() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.run(1.0)
    world.post(m.AgentLoggedIn(agent_id="late", skill_groups=("sales",), address="sip:late"))
    world.run(0.0)
    world.post(m.AgentWentReady(agent_id="late"))
    world.start(task())
    world.holds_bridges = True
    commands = world.post(m.CallAnswered(call_id=world.placed[0]))
    assert commands[0] == m.BridgeCall(call_id=world.placed[0], leg_id="agent-0#1")
    shown = commands[1]
    assert isinstance(shown, m.ShowAgent)
    assert shown.state == "reserved"
    assert shown.call is not None
    assert shown.call.attempt_id == world.placed[0]
    assert world.states() == {"agent-0": "reserved", "late": "idle"}


def test_the_bridge_makes_the_agent_talk() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task())
    world.post(m.CallAnswered(call_id=world.placed[0]))
    assert world.states() == {"agent-0": "talking"}
    assert world.view().bridged == 1


def test_a_bridge_nobody_asked_for_is_counted() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task())
    world.post(m.CallBridged(call_id=world.placed[0], leg_id="agent-0#1"))
    world.post(m.CallBridged(call_id="9-9", leg_id="agent-0#1"))
    assert world.count("bridges_out_of_place") == 2
    assert world.states() == {"agent-0": "idle"}


def test_an_agent_who_comes_free_takes_whoever_waits() -> None:
    world = World(fate=silent)
    world.add_agents(2)
    world.start(task())
    first, second = world.placed
    world.post(m.AgentPaused(agent_id="agent-1"))
    world.post(m.CallAnswered(call_id=first))
    world.post(m.CallAnswered(call_id=second))
    assert world.view().queued == 1
    world.run(1.5)
    commands = world.post(m.AgentWentReady(agent_id="agent-1"))
    assert m.BridgeCall(call_id=second, leg_id="agent-1#2") in commands
    world.run(60.0)
    assert world.view().abandoned == 0


def test_a_bridge_that_is_not_confirmed_is_given_up_and_another_agent_tried() -> None:
    world = World(EngineSettings(trunks=SETTINGS.trunks, bridge_timeout_s=0.5), fate=silent)
    world.add_agents(2)
    world.start(task())
    world.holds_bridges = True
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.holds_bridges = False
    world.run(0.5)
    assert world.count("bridges_given_up") == 1
    assert [bridge.leg_id for bridge in world.of(m.BridgeCall)] == ["agent-0#1", "agent-1#2"]
    assert world.states() == {"agent-0": "idle", "agent-1": "talking"}


def test_without_another_agent_the_same_one_is_tried_again() -> None:
    world = World(EngineSettings(trunks=SETTINGS.trunks, bridge_timeout_s=0.5), fate=silent)
    world.add_agents(1)
    world.start(task())
    world.holds_bridges = True
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.run(1.0)
    assert len(world.of(m.BridgeCall)) == 3
    assert world.view().queued == 1


def test_a_pause_asked_for_while_reserved_holds_when_the_call_goes_away() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task())
    world.holds_bridges = True
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.post(m.AgentPaused(agent_id="agent-0", reason="tea"))
    assert world.states() == {"agent-0": "reserved"}
    world.post(m.CallEnded(call_id=world.placed[0], cause="far_end"))
    assert world.states() == {"agent-0": "paused"}
    assert world.outcomes() == [Outcome.LOST]


def test_an_agent_is_shown_the_fields_that_the_campaign_names_in_its_order() -> None:
    person = lead(1, attributes={"city": "Bonn", "age": "33", "car": "red"})
    assert shown_of(campaign(), person) == person.attributes
    assert list(shown_of(campaign(screen_fields=("car", "dog", "city")), person).items()) == [
        ("car", "red"),
        ("city", "Bonn"),
    ]
