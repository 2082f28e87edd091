"""What a finished call is called: the outcome for the lead, and the result that pacing learns from."""

from campaigns.model import Outcome
from dialer.model import CallCause
from dialer.pds.calls import Call
from pacing.model import CallResult

UNANSWERED: dict[CallCause, Outcome] = {
    CallCause.FAR_END: Outcome.NO_ANSWER,
    CallCause.DIALER: Outcome.CANCELLED,
    CallCause.BUSY: Outcome.BUSY,
    CallCause.NO_ANSWER: Outcome.NO_ANSWER,
    CallCause.REJECTED: Outcome.REJECTED,
    CallCause.INVALID_NUMBER: Outcome.INVALID_NUMBER,
    CallCause.CONGESTION: Outcome.CONGESTION,
    CallCause.TRUNK_FAILURE: Outcome.CONGESTION,
    CallCause.TRUNK_LOST: Outcome.CONGESTION,
    CallCause.MEDIA_TIMEOUT: Outcome.CONGESTION,
    CallCause.MEDIA_FAILURE: Outcome.CONGESTION,
}

RESULTS: dict[Outcome, CallResult] = {
    Outcome.BUSY: CallResult.BUSY,
    Outcome.NO_ANSWER: CallResult.NO_ANSWER,
    Outcome.CANCELLED: CallResult.CANCELLED,
    Outcome.MACHINE: CallResult.MACHINE,
}


def outcome_at_end(call: Call, cause: CallCause, now: float) -> Outcome:
    """The outcome of a call whose final event has come.

    A person who answered and was never bridged is lost when they themselves hung up inside the answer limit; whatever
    else ended the call, we left them without an agent: abandoned.
    """
    if call.outcome is not None:
        return call.outcome
    if call.answered_at is None:
        return UNANSWERED[cause]
    if call.bridged_at is not None:
        return Outcome.CONNECTED
    return Outcome.LOST if cause == CallCause.FAR_END and now <= call.deadline else Outcome.ABANDONED


def result_of(outcome: Outcome) -> CallResult:
    """What pacing learns from a call that ended without a person."""
    return RESULTS.get(outcome, CallResult.FAILED)
