import pytest

from campaigns.model import ANSWERED_BY_PERSON, Outcome
from dialer.model import CallCause
from dialer.pds.outcomes import UNANSWERED, outcome_at_end, result_of
from pacing.model import CallResult
from tests.dialer.pds.test_calls import a_call


@pytest.mark.parametrize("cause", CallCause)
def test_every_cause_has_an_outcome_that_is_no_answer_by_a_person(cause: CallCause) -> None:
    assert UNANSWERED[cause] not in ANSWERED_BY_PERSON
    assert outcome_at_end(a_call(), cause, 20.0) is UNANSWERED[cause]


def test_hanging_up_inside_the_limit_is_lost_and_after_it_abandoned() -> None:
    call = a_call()
    call.answered_at, call.deadline = 20.0, 22.0
    assert outcome_at_end(call, CallCause.FAR_END, 22.0) is Outcome.LOST
    assert outcome_at_end(call, CallCause.FAR_END, 22.1) is Outcome.ABANDONED


def test_whoever_talked_to_an_agent_is_connected() -> None:
    call = a_call()
    call.answered_at, call.deadline, call.bridged_at = 20.0, 22.0, 21.0
    assert outcome_at_end(call, CallCause.MEDIA_TIMEOUT, 99.0) is Outcome.CONNECTED


def test_an_outcome_decided_earlier_stands() -> None:
    call = a_call()
    call.answered_at, call.outcome = 20.0, Outcome.MACHINE
    assert outcome_at_end(call, CallCause.DIALER, 99.0) is Outcome.MACHINE


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Outcome.BUSY, CallResult.BUSY),
        (Outcome.NO_ANSWER, CallResult.NO_ANSWER),
        (Outcome.CANCELLED, CallResult.CANCELLED),
        (Outcome.MACHINE, CallResult.MACHINE),
        (Outcome.CONGESTION, CallResult.FAILED),
        (Outcome.INVALID_NUMBER, CallResult.FAILED),
        (Outcome.REJECTED, CallResult.FAILED),
    ],
)
def test_what_pacing_learns(outcome: Outcome, result: CallResult) -> None:
    assert result_of(outcome) is result


def test_an_answered_call_that_we_end_without_an_agent_is_abandoned_at_any_time() -> None:
    call = a_call()
    call.answered_at, call.deadline = 20.0, 22.0
    assert outcome_at_end(call, CallCause.DIALER, 20.5) is Outcome.ABANDONED
    assert outcome_at_end(call, CallCause.MEDIA_TIMEOUT, 20.5) is Outcome.ABANDONED
