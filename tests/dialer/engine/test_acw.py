from dialer import messages as m
from dialer.model import CallCause
from tests.dialer.world import World, silent, task


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
    event = m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sold", request_id=7)
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
    said = m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="callback", request_id=1)
    world.post(said)
    assert world.states() == {"agent-0": "talking"}
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.states() == {"agent-0": "acw"}
    assert world.results[call_id].attempt.disposition == "callback"
    world.post(m.AgentWentReady(agent_id="agent-0"))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="sold", request_id=2))
    assert world.answers == {1: "", 2: ""}
    assert world.states() == {"agent-0": "idle"}


def test_a_disposition_that_cannot_be_is_refused_with_the_reason() -> None:
    world, call_id = world_in_acw()
    world.post(m.DispositionSet(agent_id="nobody", attempt_id=call_id, disposition="sold", request_id=1))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id="9-9", disposition="sold", request_id=2))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id=call_id, disposition="", request_id=3))
    world.post(m.DispositionSet(agent_id="agent-0", attempt_id="", disposition="sold", request_id=4))
    assert "not logged in" in world.answers[1]
    assert "'9-9' is not" in world.answers[2]
    assert "empty" in world.answers[3]
    assert "is not" in world.answers[4]
    assert world.of(m.RecordDisposition) == []
    assert world.states() == {"agent-0": "acw"}
