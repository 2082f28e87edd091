"""How attempts and leads move on when something has happened to them; every store moves them by these functions."""

from collections.abc import Mapping

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

DAY_S = 86400.0
BLOCKED = "do not call"


def day_of(at: float) -> int:
    """The UTC day of a moment, counted from 1970-01-01; the abandon account is kept by day."""
    return int(at // DAY_S)


def account_day(attempt: Attempt, now: float) -> int:
    """The day to which a finished attempt is charged: that of its answer, or today where nobody answered."""
    return day_of(now if attempt.answered_at is None else attempt.answered_at)


def task_of(campaign: Campaign, counts: Mapping[Outcome, int], now: float, leads_open: int) -> CampaignTask:
    """The campaign's task from today's attempts by outcome."""
    return CampaignTask(
        campaign=campaign,
        answered=sum(counts.get(outcome, 0) for outcome in ANSWERED_BY_PERSON),
        abandoned=counts.get(Outcome.ABANDONED, 0),
        window_started_at=day_of(now) * DAY_S,
        leads_open=leads_open,
    )


def may_be_written(attempt: Attempt, lead: Lead, has_open_attempt: bool) -> bool:
    """Say whether this is the next try at the lead, and none is under way."""
    return (
        lead.status is not LeadStatus.CLOSED
        and not has_open_attempt
        and attempt.attempt_number == lead.attempts_made + 1
    )


def finished(written: Attempt, result: Attempt) -> Attempt:
    """The attempt as its result says, with what an agent has said of it meanwhile."""
    assert result.outcome is not None, f"the result of attempt {result.attempt_id} has no outcome"
    return replace(
        result, agent_id=result.agent_id or written.agent_id, disposition=result.disposition or written.disposition
    )


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
    return replace(lead, status=LeadStatus.OPEN, not_before=step.not_before)


def closed(lead: Lead, reason: str) -> Lead:
    """The lead, closed."""
    return replace(lead, status=LeadStatus.CLOSED, closed_reason=reason)


def attempts_used_up(campaign: Campaign) -> str:
    """Why a lead is closed that had more attempts than the campaign now allows."""
    return f"{campaign.attempts_max} attempts allowed"
