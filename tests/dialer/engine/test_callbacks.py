import pytest
from msgspec.structs import replace

from campaigns.dispositions import Callback
from campaigns.model import CampaignStatus, Lead, PacingSettings
from dialer import messages as m
from dialer.model import CallCause
from tests.dialer.world import World, campaign, lead, silent, task

PLAIN = PacingSettings(policy="progressive")


def a_world(agents: int = 2, due: dict[str, int] | None = None) -> World:
    """Agents without ordinary leads, and callbacks that wait in the store."""
    world = World(fate=silent, leads=0, acw_s=None)
    world.add_agents(agents)
    world.start(replace(task(pacing=PLAIN), callbacks_due=due or {}))
    return world


def called_back(world: World, lead_id: int = 901, agent_id: str = "", ends_in: float = 3600.0) -> Lead:
    callback = Callback(starts_at=world.time, ends_at=world.time + ends_in, agent_id=agent_id)
    return lead(lead_id, callback=callback)


def give(world: World, *leads: Lead) -> list[str]:
    before = len(world.placed)
    world.post(m.CallbacksReserved(campaign_id=1, leads=leads))
    world.run(0.0)
    return world.placed[before:]


def test_callbacks_of_anybody_and_of_idle_agents_are_asked_for() -> None:
    world = a_world(due={"": 1, "agent-1": 2, "somebody else": 4})
    asked = world.of(m.ReserveCallbacks)
    assert asked == [m.ReserveCallbacks(campaign_id=1, agents=("agent-1",), count=3)]


def test_a_callback_goes_ahead_of_the_hopper() -> None:
    world = a_world(agents=1)
    world.post(m.AgentPaused(agent_id="agent-0"))
    world.post(m.LeadsReserved(campaign_id=1, leads=(lead(1), lead(2))))
    give(world, called_back(world))
    world.post(m.AgentWentReady(agent_id="agent-0"))
    world.run(0.0)
    assert world.placed == ["901-1"]


def test_a_callback_of_ones_own_waits_for_them_and_then_is_anybodys() -> None:
    world = a_world()
    world.post(m.AgentPaused(agent_id="agent-1"))
    assert give(world, called_back(world, agent_id="agent-1", ends_in=30.0)) == []
    world.run(29.0)
    assert world.placed == []
    world.run(2.0)
    assert world.placed == ["901-1"]


def test_it_reaches_its_agent_though_another_has_been_idle_longer() -> None:
    world = a_world()
    (call_id,) = give(world, called_back(world, agent_id="agent-1"))
    world.post(m.CallAnswered(call_id=call_id))
    world.run(0.0)
    assert world.states() == {"agent-0": "idle", "agent-1": "talking"}


def test_others_calls_pass_over_who_waits_for_a_callback_unless_nobody_else_is_idle() -> None:
    world = a_world()
    (own,) = give(world, called_back(world, agent_id="agent-0"))
    (other,) = give(world, called_back(world, 902))
    world.post(m.CallAnswered(call_id=other))
    world.run(0.0)
    assert world.states() == {"agent-0": "idle", "agent-1": "talking"}
    world = a_world(agents=1)
    (own,) = give(world, called_back(world, agent_id="agent-0"))
    world.post(m.AgentLoggedIn(agent_id="bob", skill_groups=("sales",), address="sip:b"))
    world.run(0.0)
    world.post(m.AgentWentReady(agent_id="bob"))
    (other,) = give(world, called_back(world, 902))
    world.post(m.AgentPaused(agent_id="bob"))
    world.post(m.CallAnswered(call_id=other))
    world.run(0.0)
    assert world.states()["agent-0"] == "talking"
    assert own in world.placed


@pytest.mark.parametrize("hint", [None, 10.0])
def test_who_says_they_will_soon_be_free_is_called_for(hint: float | None) -> None:
    world = a_world(agents=1)
    (call_id,) = give(world, called_back(world))
    world.post(m.CallAnswered(call_id=call_id))
    world.run(0.0)
    waiting = called_back(world, 902, agent_id="agent-0")
    world.post(m.CallbacksReserved(campaign_id=1, leads=(waiting,)))
    state = world.engine._state
    work = state.tasks.works[1]
    from dialer.engine.callbacks import callbacks_to_dial

    group = state.roster.groups["sales"]
    assert callbacks_to_dial(state, work, group, world.time) == ()
    world.post(m.AgentHinted(agent_id="agent-0", free_in_s=hint))
    assert callbacks_to_dial(state, work, group, world.time) == (waiting,)
    world.post(m.AgentHinted(agent_id="agent-0", free_in_s=600.0))
    assert callbacks_to_dial(state, work, group, world.time) == ()
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.states() == {"agent-0": "acw"}
    assert state.roster.agents["agent-0"].promise is not None
    world.post(m.AgentPaused(agent_id="agent-0"))
    assert callbacks_to_dial(state, work, group, world.time) == ()


def test_a_stopped_campaign_gives_them_back_and_blocked_numbers_are_not_kept() -> None:
    world = a_world(agents=1)
    world.post(m.AgentPaused(agent_id="agent-0"))
    first, second = called_back(world, 901), called_back(world, 902)
    world.post(m.NumbersBlocked(numbers=(first.number,)))
    world.post(m.CallbacksReserved(campaign_id=1, leads=(first, second)))
    assert [one.lead_ids for one in world.of(m.ReleaseLeads)] == [(901,)]
    world.start(replace(task(pacing=PLAIN), campaign=campaign(pacing=PLAIN, status=CampaignStatus.STOPPED)))
    assert [one.lead_ids for one in world.of(m.ReleaseLeads)] == [(901,), (902,)]
    world.post(m.CallbacksReserved(campaign_id=1, leads=(first,)))
    assert [one.lead_ids for one in world.of(m.ReleaseLeads)][-1] == (901,)


def test_the_gate_holds_for_callbacks() -> None:
    world = a_world(agents=1)
    early = replace(called_back(world), not_before=world.time + 60)
    assert give(world, early) == []
    assert world.count("leads_refused.not_before") == 1
