from campaigns.model import Outcome
from campaigns.terms import AmdSettings
from dialer.pds.attempts import new_attempt, place_call, placed_result, unplaced_result
from tests.dialer.pds.test_calls import a_call
from tests.dialer.world import campaign, lead


def test_the_next_try_is_numbered_after_those_made() -> None:
    attempt = new_attempt(campaign(3), lead(7, attempts_made=2), "+12025550100", "main", 10.0)
    assert (attempt.attempt_id, attempt.attempt_number, attempt.campaign_id) == ("7-3", 3, 3)
    assert attempt.outcome is None
    assert attempt.placed_at == 10.0


def test_the_call_goes_out_as_the_trunk_wants_it() -> None:
    command = place_call(a_call(), 25.0, AmdSettings())
    assert (command.call_id, command.number, command.trunk) == ("7-1", "12025550007", "main")
    assert command.caller_id == "+12025550100"
    assert command.amd == AmdSettings()


def test_result_and_cdr_tell_the_same_story() -> None:
    call = a_call()
    call.placed_at, call.ringing_at, call.answered_at, call.bridged_at = 10.1, 11.0, 20.0, 20.5
    call.bridged_agent_id, call.cause, call.disposition = "ann", "far_end", "sold"
    result = placed_result(call, Outcome.CONNECTED, 200, 80.5)
    assert result.cdr is not None
    assert result.cdr.talk_s == 60.0
    assert result.cdr.started_at == result.attempt.placed_at == 10.1
    assert result.cdr.ended_at == result.attempt.ended_at == 80.5
    assert result.cdr.called_number == result.attempt.number == lead(7).number
    assert result.cdr.agent_id == result.attempt.agent_id == "ann"
    assert result.attempt.disposition == "sold"
    assert result.cdr.outcome is result.attempt.outcome is Outcome.CONNECTED


def test_without_a_bridge_nobody_talked() -> None:
    result = placed_result(a_call(), Outcome.BUSY, 486, 12.0)
    assert result.cdr is not None
    assert result.cdr.talk_s == 0.0
    assert result.cdr.agent_id == ""


def test_an_attempt_that_was_not_placed_has_no_cdr() -> None:
    result = unplaced_result(a_call(), "the campaign is paused", 12.0)
    assert result.cdr is None
    assert result.attempt.outcome is Outcome.CANCELLED
    assert result.attempt.cause == "not placed: the campaign is paused"
    assert result.attempt.ended_at == 12.0
