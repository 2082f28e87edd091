"""Legs to whom a call is handed on; how transfers go is in test_transfer.py."""

from dialer import messages as m
from dialer.model import CallCause
from tests.dialer.world import World, silent, task

OUTSIDE = "+12025550177"


def ringing() -> tuple[World, str]:
    """agent-0 has a call that is being handed on to a number."""
    world = World(fate=silent, leads=1, acw_s=None)
    world.add_agents(1)
    world.start(task())
    world.holds_legs = True
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.post(m.TransferAsked(agent_id="agent-0", number=OUTSIDE))
    return world, world.of(m.OpenLeg)[-1].leg_id


def test_each_party_has_a_leg_of_its_own_name() -> None:
    world, first = ringing()
    world.post(m.LegClosed(leg_id=first))
    world.post(m.TransferAsked(agent_id="agent-0", number=OUTSIDE))
    second = world.of(m.OpenLeg)[-1].leg_id
    assert first != second
    assert first.partition(">")[0] == second.partition(">")[0] == world.placed[0]


def test_a_party_that_has_gone_is_gone_for_good() -> None:
    world, leg_id = ringing()
    world.post(m.LegClosed(leg_id=leg_id))
    world.post(m.LegOpened(leg_id=leg_id))
    assert world.states() == {"agent-0": "talking"}
    assert world.count("events_out_of_place") == 1


def test_no_leg_is_closed_twice() -> None:
    world, leg_id = ringing()
    world.post(m.AgentHungUp(agent_id="agent-0"))
    world.post(m.CallEnded(call_id=world.placed[0], cause=CallCause.DIALER))
    assert world.of(m.CloseLeg) == [m.CloseLeg(leg_id=leg_id)]


def test_a_party_that_answers_twice_is_bridged_once() -> None:
    world, leg_id = ringing()
    world.post(m.LegOpened(leg_id=leg_id))
    world.post(m.LegOpened(leg_id=leg_id))
    assert [bridge.leg_id for bridge in world.of(m.BridgeCall)] == ["agent-0#1", leg_id]
    assert world.count("calls_transferred") == 1
