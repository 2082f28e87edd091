"""What becomes of a lead after an attempt: tried again at some time and number, or closed."""

import msgspec

from campaigns.dispositions import Callback
from campaigns.model import Attempt, Campaign, KindRule, Lead, Outcome, PhoneKind, RetryRule
from campaigns.rules.gate import gate_of
from campaigns.rules.window import open_hours, opens_at

STILL_RINGING_S = 240.0
"""So long after an end that nobody has confirmed, a telephone may ring: T9 of ITU-T Q.764, 3 minutes, and a margin."""
UNCONFIRMED = frozenset({Outcome.CONGESTION, Outcome.NO_ANSWER, Outcome.CANCELLED, Outcome.INTERRUPTED})
"""Outcomes that may be ours alone: with no status of the far end, it may still be ringing."""


class Retry(msgspec.Struct, frozen=True, gc=False):
    """The lead may be dialed again from `not_before` on, Unix seconds."""

    not_before: float
    next_number: bool = False
    """At the person's next number."""
    drops_number: bool = False
    """The number tried does not exist: it is taken from the lead."""


class Closed(msgspec.Struct, frozen=True, gc=False):
    """The lead will not be dialed again."""

    reason: str


def next_step(campaign: Campaign, lead: Lead, attempt: Attempt, now: float, outcome_attempts: int) -> Retry | Closed:
    """Decide by the campaign's retry rules; an outcome that has no rule closes the lead.

    A call of which the far end has not said that it is over may still ring: no rule redials its person so soon.

    A number that does not exist ends that number only: a person who has others is tried at the next at once.

    Args:
        campaign: holds the rules and the cap on attempts.
        lead: its `attempts_made` includes this attempt.
        attempt: finished, with its outcome.
        now: Unix seconds; the delay counts from here.
        outcome_attempts: attempts at this lead that had this outcome, this one included; whoever keeps the attempts
            counts them.
    """
    outcome = attempt.outcome
    assert outcome is not None, f"attempt {attempt.attempt_id} has no outcome yet"
    if outcome is Outcome.INVALID_NUMBER and any(one.number != attempt.number for one in lead.numbers):
        if lead.attempts_made >= campaign.attempts_max:
            return Closed(f"{lead.attempts_made} of {campaign.attempts_max} attempts made")
        return Retry(now, drops_number=True)
    rule = campaign.retry_rules.get(outcome)
    if rule is None:
        return Closed(str(outcome))
    limits: RetryRule | KindRule = rule.by_kind.get(_kind_of(lead, attempt), rule)
    if outcome_attempts >= limits.attempts_max:
        return Closed(f"{outcome} {outcome_attempts} of {limits.attempts_max} times")
    if lead.attempts_made >= campaign.attempts_max:
        return Closed(f"{lead.attempts_made} of {campaign.attempts_max} attempts made")
    delay_s = max(limits.delay_s, STILL_RINGING_S) if _may_still_ring(attempt) else limits.delay_s
    return Retry(_opening(campaign, lead, rule, now + delay_s), next_number=rule.next_number)


def appointed(campaign: Campaign, lead: Lead, callback: Callback, now: float) -> Retry | Closed:
    """When a callback is due: at its beginning, or as soon after it as the person may be called."""
    if lead.attempts_made >= campaign.attempts_max:
        return Closed(f"{lead.attempts_made} of {campaign.attempts_max} attempts made")
    clock = gate_of(campaign).rules_for(lead).clock
    at = max(callback.starts_at, now)
    opening = opens_at(clock.hours, clock.zones, at)
    return Retry(at if opening is None else opening)


def _may_still_ring(attempt: Attempt) -> bool:
    return attempt.outcome in UNCONFIRMED and attempt.sip_status is None and attempt.answered_at is None


def _kind_of(lead: Lead, attempt: Attempt) -> PhoneKind:
    return next((one.kind for one in lead.numbers if one.number == attempt.number), lead.phone_kind)


def _opening(campaign: Campaign, lead: Lead, rule: RetryRule, at: float) -> float:
    """The first time from `at` on at which the person may be called, in the best hours where there are any.

    A time that is open already stays as it is, to the second.
    """
    clock = gate_of(campaign).rules_for(lead).clock
    hours = clock.hours
    if rule.best_hours:
        hours = (*hours, open_hours(((tuple(range(7)), rule.best_hours),)))
    opening = opens_at(hours, clock.zones, at)
    # Best hours that the law never opens are no reason to wait for ever; the gate will say when.
    return at if opening is None else opening
