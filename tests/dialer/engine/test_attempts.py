from campaigns.model import CampaignStatus, Outcome
from dialer import messages as m
from tests.dialer.world import World, lead, silent, task


def world_between_record_and_place(agents: int = 1) -> tuple[World, tuple[str, ...]]:
    world = World(fate=silent, leads=agents)
    world.holds_attempts = True
    world.add_agents(agents)
    world.start(task())
    (written,) = world.of(m.RecordAttempts)
    return world, tuple(attempt.attempt_id for attempt in written.attempts)


def test_nothing_is_placed_before_its_attempt_is_durable() -> None:
    world, names = world_between_record_and_place()
    world.run(5.0)
    assert world.placed == []
    assert world.view().recording == 1
    world.post(m.AttemptsRecorded(attempt_ids=names))
    assert tuple(world.placed) == names
    assert (world.view().attempts, world.count("calls_placed")) == (1, 1)


def test_a_pause_in_between_leaves_a_cancelled_attempt_without_a_call() -> None:
    world, names = world_between_record_and_place()
    world.start(task(status=CampaignStatus.PAUSED))
    world.post(m.AttemptsRecorded(attempt_ids=names))
    assert world.placed == []
    (result,) = world.results.values()
    assert result.cdr is None
    assert result.attempt.outcome is Outcome.CANCELLED
    assert result.attempt.cause == "not placed: the campaign is paused"
    assert (world.view().attempts, world.count("calls_placed"), world.count("attempts_not_placed")) == (1, 0, 1)


def test_a_number_blocked_in_between_is_not_called() -> None:
    world, names = world_between_record_and_place()
    world.post(m.NumbersBlocked(numbers=(lead(1).number,)))
    world.post(m.AttemptsRecorded(attempt_ids=names))
    assert world.placed == []
    assert world.results[names[0]].attempt.cause == "not placed: the number was put on the do-not-call list"


def test_nobody_is_dialed_for_agents_who_left_in_between() -> None:
    world, names = world_between_record_and_place()
    world.post(m.AgentLoggedOut(agent_id="agent-0"))
    world.post(m.AttemptsRecorded(attempt_ids=names))
    assert world.placed == []
    assert "at work any more" in world.results[names[0]].attempt.cause


def test_refused_attempts_are_forgotten_and_the_rest_is_placed() -> None:
    world, names = world_between_record_and_place(agents=2)
    second = world.of(m.RecordAttempts)
    assert len(second) == 1
    world.post(m.AttemptsRefused(attempt_ids=names[:1], reason="number blocked"))
    world.post(m.AttemptsRecorded(attempt_ids=names[1:]))
    assert tuple(world.placed) == names[1:]
    assert world.count("attempts_refused") == 1
    assert world.results == {}
    assert world.view().attempts == len(names) - 1


def test_answers_to_questions_nobody_asked_are_counted() -> None:
    world, names = world_between_record_and_place()
    world.post(m.AttemptsRecorded(attempt_ids=names))
    world.post(m.AttemptsRecorded(attempt_ids=(*names, "9-9")))
    world.post(m.AttemptsRefused(attempt_ids=names, reason="exists"))
    assert world.count("attempts_out_of_place") == 3
    assert len(world.placed) == 1


def test_memory_is_flat_once_calls_have_ended() -> None:
    world = World(leads=60)
    world.add_agents(20)
    world.start(task())
    world.run(3600.0)
    assert len(world.results) == 60
    assert world.count("results_recorded") == world.count("results_sent") == 60
    state = world.engine._state
    assert (len(state.calls), len(state.queue), len(state.dispositions)) == (0, 0, 0)
    assert [load.calls for load in state.router.loads()] == [0]
    assert (len(state.tasks.works[1].in_flight), state.tasks.works[1].open_calls) == (0, 0)
