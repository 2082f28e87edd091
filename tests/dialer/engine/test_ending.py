import pytest

from campaigns.model import Outcome, PacingSettings, Treatment
from campaigns.quality import Audio, CallQuality
from dialer import messages as m
from dialer.model import CallCause
from tests.dialer.world import STEADY, World, known_policy, silent, task


def waiting_world() -> tuple[World, str]:
    """A person has answered and no agent is free."""
    world = World(fate=silent)
    world.add_agents(2)
    world.start(task())
    world.post(m.AgentPaused(agent_id="agent-0"))
    world.post(m.AgentPaused(agent_id="agent-1"))
    world.post(m.CallAnswered(call_id=world.placed[0]))
    return world, world.placed[0]


def test_nobody_in_time_is_abandoned_with_the_safe_harbour_message() -> None:
    world, call_id = waiting_world()
    world.run(1.99)
    assert world.of(m.PlayMessage) == []
    world.run(0.01)
    assert world.of(m.PlayMessage) == [m.PlayMessage(call_id=call_id, message="safe-harbour-press-9")]
    assert (world.view().answered, world.view().abandoned) == (1, 1)
    world.run(6.0)
    (result,) = world.results.values()
    assert result.attempt.outcome is Outcome.ABANDONED
    assert result.attempt.cause == "no agent within 2 s of the answer"
    assert world.of(m.HangUpCall) == [m.HangUpCall(call_id=call_id)]


def test_hanging_up_inside_the_limit_is_lost() -> None:
    world, call_id = waiting_world()
    world.run(1.0)
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    assert world.outcomes() == [Outcome.LOST]
    assert (world.view().answered, world.view().abandoned) == (1, 0)


def test_hanging_up_during_the_message_is_abandoned_once() -> None:
    world, call_id = waiting_world()
    world.run(3.0)
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END))
    world.run(60.0)
    assert world.outcomes() == [Outcome.ABANDONED]
    assert (world.view().answered, world.view().abandoned) == (1, 1)


def test_a_bridge_too_late_is_abandoned_and_the_agent_is_free_again() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task())
    world.holds_bridges = True
    world.post(m.CallAnswered(call_id=world.placed[0]))
    world.run(2.0)
    assert world.states() == {"agent-0": "idle"}
    assert world.view().abandoned == 1
    world.post(m.CallBridged(call_id=world.placed[0], leg_id="agent-0#1"))
    assert world.states() == {"agent-0": "idle"}


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (CallCause.BUSY, Outcome.BUSY),
        (CallCause.NO_ANSWER, Outcome.NO_ANSWER),
        (CallCause.REJECTED, Outcome.REJECTED),
        (CallCause.INVALID_NUMBER, Outcome.INVALID_NUMBER),
        (CallCause.TRUNK_FAILURE, Outcome.CONGESTION),
        (CallCause.TRUNK_LOST, Outcome.CONGESTION),
    ],
)
def test_a_call_nobody_answers_ends_with_its_cause(cause: CallCause, outcome: Outcome) -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task())
    world.post(m.CallEnded(call_id=world.placed[0], cause=cause, sip_status=486, reason="486 Busy Here"))
    (result,) = world.results.values()
    assert result.attempt.outcome is outcome
    assert result.attempt.sip_status == 486
    assert result.attempt.cause == "486 Busy Here"
    assert result.cdr is not None
    assert world.view().answered == 0


def test_a_call_has_one_result_however_often_its_end_is_told() -> None:
    world = World(fate=silent)
    world.add_agents(1)
    world.start(task())
    for _ in range(3):
        world.post(m.CallEnded(call_id=world.placed[0], cause=CallCause.BUSY))
    assert len(world.of(m.RecordResult)) == 1
    assert world.count("unknown_calls") == 2


def test_the_end_of_a_call_that_was_never_placed_is_counted() -> None:
    world = World(fate=silent)
    world.holds_attempts = True
    world.add_agents(1)
    world.start(task())
    (written,) = world.of(m.RecordAttempts)
    world.post(m.CallEnded(call_id=written.attempts[0].attempt_id, cause=CallCause.BUSY))
    assert world.count("events_out_of_place") == 1
    assert world.view().recording == 1


def test_an_agentless_campaign_plays_its_message_and_hangs_up() -> None:
    world = World(fate=silent, leads=1)
    world.start(task(treatment=Treatment.MESSAGE, message="recall"))
    world.post(m.CallAnswered(call_id=world.placed[0]))
    assert world.of(m.PlayMessage) == [m.PlayMessage(call_id=world.placed[0], message="recall")]
    world.run(6.0)
    assert world.outcomes() == [Outcome.MESSAGE_PLAYED]
    assert (world.view().answered, world.view().abandoned) == (1, 0)


def test_an_answer_that_crosses_our_cancelling_is_abandoned() -> None:
    with known_policy():
        world = World(fate=silent)
        world.add_agents(1)
        world.start(task(pacing=PacingSettings(policy=STEADY, cancel_after_s=15.0)))
        first, second = world.placed
        world.post(m.CallRinging(call_id=second))
        world.post(m.CallAnswered(call_id=first))
        world.holds_hang_ups = True
        world.run(21.0)
        assert world.of(m.CancelCall) == [m.CancelCall(call_id=second)]
        world.post(m.CallAnswered(call_id=second))
        world.post(m.CallEnded(call_id=second, cause=CallCause.DIALER))
        assert world.outcomes()[0] == Outcome.ABANDONED
        assert (world.view().answered, world.view().abandoned) == (2, 1)
        assert world.count("late_cancels_answered") == 1


def test_a_message_played_to_nobody_is_counted() -> None:
    world = World(fate=silent)
    world.post(m.MessagePlayed(call_id="9-9"))
    assert world.count("events_out_of_place") == 1


def test_how_the_audio_was_goes_into_the_cdr() -> None:
    world, call_id = waiting_world()
    quality = CallQuality(audio=Audio.SILENCE_CAME, jitter_s=0.003, loss_rate=0.02, round_trip_s=0.09, mos=4.1)
    world.post(m.CallEnded(call_id=call_id, cause=CallCause.FAR_END, quality=quality))
    (result,) = world.results.values()
    assert result.cdr is not None
    assert (result.cdr.audio, result.cdr.jitter_s, result.cdr.mos) == ("silence_came", 0.003, 4.1)
    assert result.cdr.far_loss_rate is None
