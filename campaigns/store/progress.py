"""How attempts and leads move on when something has happened to them; every store moves them by these functions."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from campaigns.model import (
    ANSWERED_BY_PERSON,
    Attempt,
    Campaign,
    CampaignTask,
    Lead,
    LeadStatus,
    Outcome,
)
from campaigns.rules.retry import Closed, next_step
from campaigns.store.adding import rest_of_numbers
from campaigns.terms import AbandonWindow, AnswerHour

DAY_S = 86400.0
HOUR_S = 3600.0
BLOCKED = "do not call"


def day_of(at: float) -> int:
    """The UTC day of a moment, counted from 1970-01-01; the abandon account is kept by day."""
    return int(at // DAY_S)


def account_day(attempt: Attempt, now: float) -> int:
    """The day to which a finished attempt is charged: that of its answer, or today where nobody answered."""
    return day_of(now if attempt.answered_at is None else attempt.answered_at)


def answer_hour(attempt: Attempt, now: float) -> AnswerHour | None:
    """What a finished attempt adds to the abandon accounts; None where nobody and no machine answered."""
    outcome = attempt.outcome
    if outcome not in ANSWERED_BY_PERSON and outcome is not Outcome.MACHINE:
        return None
    return AnswerHour(
        hour=int((now if attempt.answered_at is None else attempt.answered_at) // HOUR_S),
        answered=int(outcome in ANSWERED_BY_PERSON),
        abandoned=int(outcome is Outcome.ABANDONED),
        machines=int(outcome is Outcome.MACHINE),
    )


def task_of(
    campaign: Campaign,
    counts: Mapping[Outcome, int],
    now: float,
    leads_open: int,
    windows: tuple[AbandonWindow, ...] = (),
) -> CampaignTask:
    """The campaign's task from today's attempts by outcome."""
    return CampaignTask(
        campaign=campaign,
        answered=sum(counts.get(outcome, 0) for outcome in ANSWERED_BY_PERSON),
        abandoned=counts.get(Outcome.ABANDONED, 0),
        window_started_at=day_of(now) * DAY_S,
        leads_open=leads_open,
        windows=windows,
    )


def may_be_written(attempt: Attempt, lead: Lead, tried: Sequence[Attempt]) -> bool:
    """Say whether this is the next try at the lead, and none is under way."""
    return (
        lead.status is not LeadStatus.CLOSED
        and attempt.attempt_number == lead.attempts_made + 1
        and (not tried or tried[-1].outcome is not None)
    )


def being_called(lead: Lead, attempt: Attempt) -> Lead:
    """The lead once its attempt is written."""
    return replace(lead, status=LeadStatus.RESERVED, attempts_made=attempt.attempt_number)


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
    attempt = replace(
        result, agent_id=result.agent_id or written.agent_id, disposition=result.disposition or written.disposition
    )
    outcome_attempts = 1 + sum(one.outcome is attempt.outcome for one in tried)
    return moved_on(campaign, lead, attempt, now, outcome_attempts), attempt


def interrupted(attempt: Attempt, now: float) -> Attempt:
    """An open attempt whose dialer has died: it counts, and nobody knows what happened to its call."""
    cause = "the dialer stopped while the attempt was open"
    return replace(attempt, outcome=Outcome.INTERRUPTED, ended_at=now, cause=cause)


def moved_on(campaign: Campaign, lead: Lead, attempt: Attempt, now: float, outcome_attempts: int) -> Lead:
    """The lead after its attempt, by the retry rule; one that was closed meanwhile stays closed."""
    if lead.status is LeadStatus.CLOSED:
        return lead
    step = next_step(campaign, lead, attempt, now, outcome_attempts)
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
    return replace(lead, status=LeadStatus.CLOSED, closed_reason=reason)


def attempts_used_up(campaign: Campaign) -> str:
    """Why a lead is closed that had more attempts than the campaign now allows."""
    return f"{campaign.attempts_max} attempts allowed"
