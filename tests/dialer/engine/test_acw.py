from msgspec.structs import replace

from campaigns.dispositions import Callback
from dialer import messages as m
from dialer.model import CallCause
from tests.dialer.world import World, lead, silent, task


def world_in_acw(acw_s: float | None = None) -> tuple[World, str]:
    world = World(fate=silent, leads=1, acw_s=acw_s)
    world.add_agents(1)
    world.start(task(acw_s_max=30.0))
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    world.run(50.0)
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.states() == {"agent-0": "acw"}
    return world, call_id


def test_the_disposition_ends_it_and_is_answered_once_durable() -> None:
    world, call_id = world_in_acw()
    event = m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sale", request_id=7)
    commands = world.post(event)
    assert isinstance(commands[0], m.RecordDisposition)
    assert world.states() == {"agent-0": "idle"}
    assert world.answers == {7: ""}
    world.post(m.DispositionRecorded(attempt_id=call_id, request_id=7))
    assert world.count("events_out_of_place") == 1


def test_ready_ends_it() -> None:
    world, _ = world_in_acw()
    world.post(m.AgentWentReady(agent_id="agent-0"))
    assert world.states() == {"agent-0": "idle"}


def test_time_ends_it() -> None:
    world, _ = world_in_acw()
    world.run(29.9)
    assert world.states() == {"agent-0": "acw"}
    world.run(0.1)
    assert world.states() == {"agent-0": "idle"}


def test_a_pause_asked_for_during_it_comes_afterwards() -> None:
    world, _ = world_in_acw()
    world.post(m.AgentPaused(agent_id="agent-0", reason="tea"))
    assert world.states() == {"agent-0": "acw"}
    world.run(30.0)
    assert world.states() == {"agent-0": "paused"}
    assert world.engine.statistics(world.time).agents[0].pause_reason == "tea"


def test_ready_takes_the_pause_back() -> None:
    world, _ = world_in_acw()
    world.post(m.AgentPaused(agent_id="agent-0"))
    world.post(m.AgentWentReady(agent_id="agent-0"))
    assert world.states() == {"agent-0": "idle"}


def test_a_disposition_may_come_during_the_call_and_late() -> None:
    world = World(fate=silent, leads=1, acw_s=None)
    world.add_agents(1)
    world.start(task())
    call_id = world.placed[0]
    world.post(m.CallAnswered(call_id=call_id))
    said = m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="refusal", request_id=1)
    world.post(said)
    assert world.states() == {"agent-0": "talking"}
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.states() == {"agent-0": "acw"}
    assert world.results[call_id].attempt.disposition == "refusal"
    world.post(m.AgentWentReady(agent_id="agent-0"))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sale", request_id=2))
    assert world.answers == {1: "", 2: ""}
    assert world.states() == {"agent-0": "idle"}


def test_a_disposition_that_cannot_be_is_refused_with_the_reason() -> None:
    world, call_id = world_in_acw()
    world.post(m.DispositionSet(agent_id="nobody", attempt_id=call_id, disposition="sale", request_id=1))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id="9-9", disposition="sale", request_id=2))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="", request_id=3))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id="", disposition="sale", request_id=4))
    assert "not logged in" in world.answers[1]
    assert "'9-9' is not" in world.answers[2]
    assert "empty" in world.answers[3]
    assert "is not" in world.answers[4]
    assert world.of(m.RecordDisposition) == []
    assert world.states() == {"agent-0": "acw"}


def test_a_disposition_that_the_campaign_does_not_have_is_answered_with_those_it_has() -> None:
    world, call_id = world_in_acw()
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sold", request_id=1))
    assert world.answers[1].endswith(
        "campaign 'campaign 1' are: talked, sale, refusal, do_not_call, callback, wrong_number, machine"
    )
    # Late, of a campaign that the engine has forgotten: the store writes it, and knows what it means.
    world.post(m.AgentWentReady(agent_id="agent-0"))
    del world.engine._state.tasks.works[1]
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sold", request_id=2))
    assert [one.disposition for one in world.of(m.RecordDisposition)] == ["sold"]


def test_a_callback_is_written_with_its_time() -> None:
    world, call_id = world_in_acw()
    said = m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="callback", request_id=1)
    world.post(said)
    assert world.answers[1] == "a callback needs its time; say when it starts, Unix seconds"
    callback = Callback(starts_at=world.time + 60, ends_at=world.time + 3600, agent_id="agent-0")
    world.post(replace(said, callback=callback, request_id=2))
    assert world.answers[2] == ""
    assert [one.callback for one in world.of(m.RecordDisposition)] == [callback]


def test_who_asks_not_to_be_called_is_out_of_every_hopper_of_the_tenant_at_once() -> None:
    world, call_id = world_in_acw()
    barred = lead(int(call_id.partition("-")[0]), campaign_id=2)
    world.start(task(2, skill_group="others"))
    world.post(m.LeadsReserved(campaign_id=2, leads=(replace(barred, lead_id=77),)))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="do_not_call"))
    released = [lead_id for one in world.of(m.ReleaseLeads) for lead_id in one.lead_ids]
    assert 77 in released
    world.post(m.LeadsReserved(campaign_id=2, leads=(replace(barred, lead_id=78),)))
    assert 78 in [lead_id for one in world.of(m.ReleaseLeads) for lead_id in one.lead_ids]
