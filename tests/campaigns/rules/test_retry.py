import pytest
from msgspec.structs import replace

from campaigns.model import (
    DEFAULT_RETRY_RULES,
    Attempt,
    CallingWindow,
    Campaign,
    KindRule,
    Lead,
    LeadNumber,
    Outcome,
    PhoneKind,
    RetryRule,
)
from campaigns.rules.retry import Closed, Retry, next_step

NOW = 1_770_000_000.0
ANY_TIME = CallingWindow(start="00:00", end="24:00")
CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales", calling_window=ANY_TIME)
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


FRIDAY_EVENING = 1_772_830_800.0
"""6 March 2026, 16:00 in New York; the clocks go forward on Sunday."""
HOUR = 3600.0
NEW_YORK = replace(
    CAMPAIGN,
    time_zone="America/New_York",
    calling_window=CallingWindow(days=(0, 1, 2, 3, 4), start="09:00", end="20:00"),
)


def waits_until(campaign: Campaign, rule: RetryRule, now: float, lead: Lead = LEAD) -> float:
    campaign = replace(campaign, retry_rules={Outcome.NO_ANSWER: rule})
    step = next_step(campaign, lead, replace(ATTEMPT, outcome=Outcome.NO_ANSWER), now, 1)
    assert isinstance(step, Retry)
    return step.not_before


def test_a_time_at_night_or_at_the_weekend_moves_to_the_next_opening() -> None:
    two_hours = RetryRule(delay_s=2 * HOUR, attempts_max=3)
    assert waits_until(NEW_YORK, two_hours, FRIDAY_EVENING) == FRIDAY_EVENING + 2 * HOUR
    # Friday 16:00 and five hours is after closing; Monday 09:00 is 64 wall-clock hours from 17:00, less the hour lost.
    monday = FRIDAY_EVENING + (8 + 24 + 24 + 9 - 1) * HOUR
    assert waits_until(NEW_YORK, replace(two_hours, delay_s=5 * HOUR), FRIDAY_EVENING) == monday


def test_the_best_hours_are_waited_for() -> None:
    rule = RetryRule(delay_s=5 * HOUR, attempts_max=3, best_hours=("10:00-11:00", "18:00-19:30"))
    assert waits_until(NEW_YORK, rule, FRIDAY_EVENING - 5 * HOUR) == FRIDAY_EVENING + 2 * HOUR
    never_open = replace(rule, best_hours=("03:00-04:00",))
    assert waits_until(NEW_YORK, never_open, FRIDAY_EVENING) == FRIDAY_EVENING + 5 * HOUR


def test_each_kind_of_phone_may_have_its_own_delay_and_limit() -> None:
    mobile = KindRule(delay_s=60.0, attempts_max=1)
    rule = RetryRule(delay_s=HOUR, attempts_max=3, by_kind={PhoneKind.MOBILE: mobile})
    campaign = replace(CAMPAIGN, retry_rules={Outcome.BUSY: rule})
    busy = replace(ATTEMPT, outcome=Outcome.BUSY)
    assert next_step(campaign, LEAD, busy, NOW, 1) == Retry(NOW + HOUR)
    on_the_move = replace(LEAD, phone_kind=PhoneKind.MOBILE)
    assert next_step(campaign, on_the_move, busy, NOW, 1) == Closed("busy 1 of 1 times")


def test_the_next_number_is_tried_where_the_rule_says_so() -> None:
    rule = RetryRule(delay_s=HOUR, attempts_max=3, next_number=True)
    campaign = replace(CAMPAIGN, retry_rules={Outcome.NO_ANSWER: rule})
    step = next_step(campaign, LEAD, replace(ATTEMPT, outcome=Outcome.NO_ANSWER), NOW, 1)
    assert step == Retry(NOW + HOUR, next_number=True)


def test_a_number_that_does_not_exist_ends_that_number_only() -> None:
    numbers = (LeadNumber(number=LEAD.number), LeadNumber(number="+12025550102", kind=PhoneKind.WORK))
    lead = replace(LEAD, numbers=numbers)
    gone = replace(ATTEMPT, outcome=Outcome.INVALID_NUMBER)
    assert next_step(CAMPAIGN, lead, gone, NOW, 1) == Retry(NOW, drops_number=True)
    assert isinstance(next_step(CAMPAIGN, replace(lead, attempts_made=8), gone, NOW, 1), Closed)
    assert next_step(CAMPAIGN, LEAD, gone, NOW, 1) == Closed("invalid_number")


def test_no_rule_redials_a_telephone_that_may_still_be_ringing() -> None:
    hasty = replace(CAMPAIGN, retry_rules={outcome: RetryRule(delay_s=0, attempts_max=5) for outcome in Outcome})

    def again(outcome: Outcome, status: int | None) -> Retry | Closed:
        return next_step(hasty, LEAD, replace(ATTEMPT, outcome=outcome, sip_status=status), NOW, 1)

    for outcome in (Outcome.CONGESTION, Outcome.NO_ANSWER, Outcome.CANCELLED, Outcome.INTERRUPTED):
        assert again(outcome, None) == Retry(NOW + 240)
    assert again(Outcome.CONGESTION, 503) == Retry(NOW), "its network has said that it is over"
    assert again(Outcome.LOST, None) == Retry(NOW), "who has answered does not ring"
    patient = replace(CAMPAIGN, retry_rules={Outcome.CONGESTION: RetryRule(delay_s=600, attempts_max=5)})
    lost = replace(ATTEMPT, outcome=Outcome.CONGESTION)
    assert next_step(patient, LEAD, lost, NOW, 1) == Retry(NOW + 600)
