"""What becomes of a lead after an attempt: tried again at some time, or closed."""

import msgspec

from campaigns.model import Attempt, Campaign, Lead


class Retry(msgspec.Struct, frozen=True, gc=False):
    """The lead may be dialed again from `not_before` on, Unix seconds."""

    not_before: float


class Closed(msgspec.Struct, frozen=True, gc=False):
    """The lead will not be dialed again."""

    reason: str


def next_step(campaign: Campaign, lead: Lead, attempt: Attempt, now: float, outcome_attempts: int) -> Retry | Closed:
    """Decide by the campaign's retry rules; an outcome that has no rule closes the lead.

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
    rule = campaign.retry_rules.get(outcome)
    if rule is None:
        return Closed(str(outcome))
    if outcome_attempts >= rule.attempts_max:
        return Closed(f"{outcome} {outcome_attempts} of {rule.attempts_max} times")
    if lead.attempts_made >= campaign.attempts_max:
        return Closed(f"{lead.attempts_made} of {campaign.attempts_max} attempts made")
    return Retry(now + rule.delay_s)
