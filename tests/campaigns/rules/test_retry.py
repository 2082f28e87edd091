import pytest
from msgspec.structs import replace

from campaigns.model import DEFAULT_RETRY_RULES, Attempt, Campaign, Lead, Outcome, RetryRule
from campaigns.rules.retry import Closed, Retry, next_step

NOW = 1_770_000_000.0
CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales")
LEAD = Lead(lead_id=7, campaign_id=1, number="+12025550101", attempts_made=1)
ATTEMPT = Attempt(
    attempt_id="7-1",
    lead_id=7,
    attempt_number=1,
    campaign_id=1,
    number=LEAD.number,
    caller_id="",
    trunk="main",
    placed_at=NOW - 30,
)


def after(outcome: Outcome, outcome_attempts: int = 1, attempts_made: int = 1) -> Retry | Closed:
    lead = replace(LEAD, attempts_made=attempts_made)
    return next_step(CAMPAIGN, lead, replace(ATTEMPT, outcome=outcome), NOW, outcome_attempts)


def test_a_busy_line_is_tried_again_in_a_quarter_of_an_hour() -> None:
    assert after(Outcome.BUSY) == Retry(NOW + 900)


def test_enough_of_one_outcome_closes_the_lead() -> None:
    assert after(Outcome.BUSY, outcome_attempts=4, attempts_made=4) == Retry(NOW + 900)
    assert after(Outcome.BUSY, outcome_attempts=5, attempts_made=5) == Closed("busy 5 of 5 times")


def test_the_campaigns_cap_closes_a_lead_of_many_different_outcomes() -> None:
    assert after(Outcome.NO_ANSWER, outcome_attempts=2, attempts_made=8) == Closed("8 of 8 attempts made")


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - set(DEFAULT_RETRY_RULES)))
def test_an_outcome_without_a_rule_closes_the_lead(outcome: Outcome) -> None:
    assert after(outcome) == Closed(outcome)


def test_an_abandoned_person_is_left_in_peace() -> None:
    assert isinstance(after(Outcome.ABANDONED), Closed)


def test_a_campaign_may_set_its_own_rules() -> None:
    campaign = replace(CAMPAIGN, retry_rules={Outcome.CONNECTED: RetryRule(delay_s=60.0, attempts_max=2)})
    connected = replace(ATTEMPT, outcome=Outcome.CONNECTED)
    busy = replace(ATTEMPT, outcome=Outcome.BUSY)
    assert next_step(campaign, LEAD, connected, NOW, 1) == Retry(NOW + 60)
    assert next_step(campaign, LEAD, busy, NOW, 1) == Closed("busy")
