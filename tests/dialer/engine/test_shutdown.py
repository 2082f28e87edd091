from campaigns.model import Outcome
from dialer import messages as m
from dialer.model import AgentState, CallCause
from tests.dialer.world import Fate, World, task


def world_at_work() -> World:
    """One agent talks, one waits while their call rings."""
    fates = iter([Fate(answer_s=3.0, talk_s=600.0)])
    world = World(fate=lambda call: next(fates, Fate(cause=CallCause.NO_ANSWER, end_s=600.0)))
    world.add_agents(2)
    world.start(task())
    world.run(10.0)
    view = world.engine.statistics(world.time).campaigns[0]
    assert (view.bridged, view.ringing) == (1, 1)
    return world


def test_shutdown_ends_every_call_and_logs_every_agent_out() -> None:
    world = world_at_work()
    world.post(m.ShutdownBegan())
    world.run(1.0)
    assert sorted(result.attempt.outcome for result in world.results.values()) == [Outcome.CANCELLED, Outcome.CONNECTED]
    assert world.results.keys() == world.attempts.keys()
    statistics = world.engine.statistics(world.time)
    assert [agent.state for agent in statistics.agents if agent.state is not AgentState.OFFLINE] == []
    assert len(world.of(m.CloseLeg)) == 2


def test_shutdown_gives_reserved_leads_back_and_places_no_more_calls() -> None:
    world = world_at_work()
    placed = len(world.of(m.PlaceCall))
    waiting = world.engine.statistics(world.time).campaigns[0].hopper
    world.post(m.ShutdownBegan())
    world.post(m.PollDue())
    world.start(task(2))
    world.run(60.0)
    assert len(world.of(m.PlaceCall)) == placed
    assert sum(len(command.lead_ids) for command in world.of(m.ReleaseLeads)) == waiting > 0


def test_a_person_who_waits_still_hears_the_message() -> None:
    world = World(fate=lambda call: Fate(answer_s=3.0))
    world.add_agents(1)
    world.start(task())
    world.run(2.9)
    world.post(m.AgentPaused(agent_id="agent-0"))
    world.run(0.2)
    assert world.engine.statistics(world.time).campaigns[0].queued == 1
    world.post(m.ShutdownBegan())
    world.run(10.0)
    assert len(world.of(m.PlayMessage)) == 1
    assert [result.attempt.outcome for result in world.results.values()] == [Outcome.ABANDONED]


def test_nobody_logs_in_during_a_shutdown() -> None:
    world = World()
    world.post(m.ShutdownBegan())
    world.post(m.AgentLoggedIn(agent_id="ann", skill_groups=("sales",), address="sip:a", request_id=7))
    assert world.answers[7] == "the service is shutting down; log in again once it is back"


def test_attempts_that_are_being_recorded_are_not_placed() -> None:
    world = World()
    world.holds_attempts = True
    world.add_agents(1)
    world.start(task())
    world.run(1.0)
    (recording,) = world.of(m.RecordAttempts)
    world.post(m.ShutdownBegan())
    world.attempts = {attempt.attempt_id: attempt for attempt in recording.attempts}
    world.post(m.AttemptsRecorded(attempt_ids=tuple(world.attempts)))
    assert world.of(m.PlaceCall) == []
    assert world.results.keys() == world.attempts.keys()
