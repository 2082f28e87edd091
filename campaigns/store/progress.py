"""How attempts and leads move on when something has happened to them; every store moves them by these functions."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from campaigns.dispositions import Callback, Meaning, meaning_of
from campaigns.model import (
    ANSWERED_BY_PERSON,
    COUNTED_AS_ANSWERED,
    Attempt,
    Campaign,
    CampaignTask,
    Lead,
    LeadStatus,
    Outcome,
)
from campaigns.rules.retry import Closed, Retry, appointed, next_step
from campaigns.store.adding import rest_of_numbers
from campaigns.terms import AbandonWindow, AnswerHour

CLOSED: Final = LeadStatus.CLOSED
RESERVED: Final = LeadStatus.RESERVED
DAY_S = 86400.0
HOUR_S = 3600.0
BLOCKED = "do not call"
ERASED = "erased on request"
CLOSING = frozenset({Meaning.SALE, Meaning.REFUSAL, Meaning.DO_NOT_CALL})
REVISABLE = frozenset({*Outcome, *Meaning})
"""What the reason begins with why a lead was closed, where what an agent says later may open it again."""


def day_of(at: float) -> int:
    """The UTC day of a moment, counted from 1970-01-01; the abandon account is kept by day."""
    return int(at // DAY_S)


def account_day(attempt: Attempt, now: float) -> int:
    """The day to which a finished attempt is charged: that of its answer, or today where nobody answered."""
    return day_of(now if attempt.answered_at is None else attempt.answered_at)


def answer_hour(attempt: Attempt, now: float) -> AnswerHour | None:
    """What a finished attempt adds to the abandon accounts; None where nobody and no machine answered."""
    outcome = attempt.outcome
    if outcome not in COUNTED_AS_ANSWERED and outcome is not Outcome.MACHINE:
        return None
    return AnswerHour(
        hour=int((now if attempt.answered_at is None else attempt.answered_at) // HOUR_S),
        answered=int(outcome in COUNTED_AS_ANSWERED),
        abandoned=int(outcome is Outcome.ABANDONED),
        machines=int(outcome is Outcome.MACHINE),
    )


def task_of(
    campaign: Campaign,
    counts: Mapping[Outcome, int],
    now: float,
    leads_open: int,
    windows: tuple[AbandonWindow, ...] = (),
    callbacks_due: Mapping[str, int] = MappingProxyType({}),
) -> CampaignTask:
    """The campaign's task from today's attempts by outcome."""
    return CampaignTask(
        campaign=campaign,
        answered=sum(counts.get(outcome, 0) for outcome in COUNTED_AS_ANSWERED),
        abandoned=counts.get(Outcome.ABANDONED, 0),
        window_started_at=day_of(now) * DAY_S,
        leads_open=leads_open,
        windows=windows,
        callbacks_due=dict(callbacks_due),
    )


def may_be_written(attempt: Attempt, lead: Lead, tried: Sequence[Attempt]) -> bool:
    """Say whether this is the next try at the lead, and none is under way."""
    return (
        lead.status is not CLOSED
        and attempt.attempt_number == lead.attempts_made + 1
        and (not tried or tried[-1].outcome is not None)
    )


def being_called(lead: Lead, attempt: Attempt) -> Lead:
    """The lead once its attempt is written."""
    return replace(lead, status=RESERVED, attempts_made=attempt.attempt_number)


def is_known(attempt: Attempt, lead: Lead, tried: Sequence[Attempt]) -> bool:
    """Say whether a result for this attempt can be taken: it was written, or refused before it could be."""
    if 1 <= attempt.attempt_number <= len(tried):
        return True
    return attempt.outcome is Outcome.REFUSED and may_be_written(attempt, lead, tried)


def ended(
    campaign: Campaign, lead: Lead, tried: Sequence[Attempt], result: Attempt, now: float
) -> tuple[Lead, Attempt] | None:
    """The lead and the attempt after a result, or None where the attempt has its outcome already.

    Args:
        campaign: holds the retry rules.
        lead: as it stands.
        tried: all attempts at the lead so far, in order.
        result: the attempt with its outcome; one that is not among `tried` was refused before it was written.
        now: Unix seconds.
    """
    assert result.outcome is not None, f"the result of attempt {result.attempt_id} has no outcome"
    if result.attempt_number > len(tried):
        lead = being_called(lead, result)
        written = result
    else:
        written = tried[result.attempt_number - 1]
        if written.outcome is not None:
            return None
    # An agent may have spoken of the call before it ended.
    disposition = result.disposition or written.disposition
    attempt = replace(
        result,
        agent_id=result.agent_id or written.agent_id,
        disposition=disposition,
        meaning=meaning_of(campaign.dispositions, disposition) if disposition else None,
    )
    return moved_on(campaign, lead, attempt, now, _times(attempt, tried)), attempt


def with_callback(lead: Lead, attempt: Attempt, callback: Callback | None) -> Lead:
    """The lead with the callback that was agreed in an attempt, where one was."""
    return lead if attempt.meaning is not Meaning.CALLBACK or callback is None else replace(lead, callback=callback)


def asked_by(attempt: Attempt) -> str:
    """Why a number is on the do-not-call list that an agent has put there."""
    return f"asked of {attempt.agent_id} in attempt {attempt.attempt_id}"


def said(campaign: Campaign, lead: Lead, tried: Sequence[Attempt], attempt: Attempt, now: float) -> Lead:
    """The lead after an agent has said, or said anew, what came of a finished attempt.

    A sale, a refusal and a wish not to be called close it whatever has happened since. The rest is only for the last
    attempt, and opens no lead again that was closed for a reason that no agent can take back.

    Args:
        campaign: holds the retry rules.
        lead: as it stands, with its new callback where it has one.
        tried: all attempts at the lead, in order.
        attempt: the one spoken of, with its disposition and meaning.
        now: Unix seconds.
    """
    if attempt.meaning in CLOSING:
        return lead if lead.closed_reason == BLOCKED else _closed_by(lead, attempt)
    is_last = attempt.attempt_number == lead.attempts_made
    if not is_last or attempt.meaning is None:
        return lead
    if lead.status is CLOSED and lead.closed_reason.partition(" ")[0] not in REVISABLE:
        return lead
    opened = replace(lead, status=RESERVED, closed_reason="")
    return moved_on(campaign, opened, attempt, now, _times(attempt, tried))


def interrupted(attempt: Attempt, now: float) -> Attempt:
    """An open attempt whose dialer has died: it counts, and nobody knows what happened to its call."""
    cause = "the dialer stopped while the attempt was open"
    return replace(attempt, outcome=Outcome.INTERRUPTED, ended_at=now, cause=cause)


def moved_on(campaign: Campaign, lead: Lead, attempt: Attempt, now: float, outcome_attempts: int) -> Lead:
    """The lead after its attempt, by the retry rule; one that was closed meanwhile stays closed."""
    if lead.status is CLOSED:
        return lead
    if attempt.meaning in CLOSING:
        return _closed_by(lead, attempt)
    if attempt.meaning is Meaning.WRONG_NUMBER:
        rest = rest_of_numbers(lead, {attempt.number})
        if rest is None or lead.attempts_made >= campaign.attempts_max:
            return _closed_by(lead, attempt)
        return replace(rest, status=LeadStatus.OPEN, not_before=now, callback=None)
    if attempt.meaning is Meaning.CALLBACK and lead.callback is not None:
        step = appointed(campaign, lead, lead.callback, now)
    else:
        is_machine = attempt.meaning is Meaning.MACHINE
        taken_for = replace(attempt, outcome=Outcome.MACHINE) if is_machine else attempt
        step = next_step(campaign, lead, taken_for, now, outcome_attempts)
        lead = _without_kept_callback(lead, attempt, step)
    if isinstance(step, Closed):
        return closed(lead, step.reason)
    if step.drops_number:
        lead = rest_of_numbers(lead, {attempt.number}) or lead
    elif step.next_number:
        lead = at_next_number(lead, attempt.number)
    return replace(lead, status=LeadStatus.OPEN, not_before=step.not_before)


def at_next_number(lead: Lead, tried: str) -> Lead:
    """The lead with the number after the one tried, in turn; as it is where there is no other."""
    numbers = [one.number for one in lead.numbers]
    if len(numbers) < 2:
        return lead
    place = numbers.index(tried) if tried in numbers else -1
    following = lead.numbers[(place + 1) % len(numbers)]
    return replace(lead, number=following.number, phone_kind=following.kind)


def closed(lead: Lead, reason: str) -> Lead:
    """The lead, closed."""
    return replace(lead, status=CLOSED, closed_reason=reason, callback=None)


def attempts_used_up(campaign: Campaign) -> str:
    """Why a lead is closed that had more attempts than the campaign now allows."""
    return f"{campaign.attempts_max} attempts allowed"


def _closed_by(lead: Lead, attempt: Attempt) -> Lead:
    return closed(lead, BLOCKED if attempt.meaning is Meaning.DO_NOT_CALL else str(attempt.meaning))


def _without_kept_callback(lead: Lead, attempt: Attempt, step: Retry | Closed) -> Lead:
    """A callback ends when the person has been reached, or when its window is over before the next try."""
    if lead.callback is None or isinstance(step, Closed):
        return lead
    is_over = attempt.outcome in ANSWERED_BY_PERSON or step.not_before >= lead.callback.ends_at
    return replace(lead, callback=None) if is_over else lead


def _taken_for(attempt: Attempt) -> Outcome | None:
    """The outcome by whose retry rule the lead moves on: agents hear machines that nothing else has heard."""
    if attempt.meaning is None:
        return attempt.outcome
    return Outcome.MACHINE if attempt.meaning is Meaning.MACHINE else attempt.outcome


def _times(attempt: Attempt, tried: Sequence[Attempt]) -> int:
    """How often the lead's attempts have ended so, this one included."""
    if len(tried) <= 1 and attempt.attempt_number == 1:
        return 1
    outcome = _taken_for(attempt)
    return 1 + sum(_taken_for(one) is outcome for one in tried if one.attempt_number != attempt.attempt_number)
