import pytest
from msgspec.structs import replace

from campaigns.model import (
    Attempt,
    CallingWindow,
    Campaign,
    Lead,
    LeadNumber,
    LeadStatus,
    Outcome,
    PhoneKind,
    RetryRule,
)
from campaigns.store import progress

NOW = 1_770_000_000.0
ANY_TIME = CallingWindow(start="00:00", end="24:00")
CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales", calling_window=ANY_TIME)
LEAD = Lead(lead_id=7, campaign_id=1, number="+12025550101")
FIRST = Attempt(
    attempt_id="7-1",
    lead_id=7,
    attempt_number=1,
    campaign_id=1,
    number=LEAD.number,
    caller_id="",
    trunk="main",
    placed_at=NOW - 30,
)
SECOND = replace(FIRST, attempt_id="7-2", attempt_number=2)
BUSY = replace(FIRST, outcome=Outcome.BUSY, ended_at=NOW)


def test_only_the_next_try_may_be_written_and_only_when_none_is_open() -> None:
    tried_once = replace(LEAD, attempts_made=1)
    assert progress.may_be_written(FIRST, LEAD, [])
    assert progress.may_be_written(SECOND, tried_once, [BUSY])
    assert not progress.may_be_written(SECOND, tried_once, [FIRST])
    assert not progress.may_be_written(SECOND, LEAD, [])
    assert not progress.may_be_written(FIRST, tried_once, [BUSY])
    assert not progress.may_be_written(FIRST, progress.closed(LEAD, "done"), [])


def test_a_lead_moves_on_when_its_attempt_ends() -> None:
    being_called = progress.being_called(LEAD, FIRST)
    assert (being_called.status, being_called.attempts_made) == (LeadStatus.RESERVED, 1)
    ending = progress.ended(CAMPAIGN, being_called, [FIRST], BUSY, NOW)
    assert ending == (replace(being_called, status=LeadStatus.OPEN, not_before=NOW + 900), BUSY)


def test_an_attempt_ends_once() -> None:
    assert progress.ended(CAMPAIGN, LEAD, [BUSY], replace(BUSY, outcome=Outcome.CONNECTED), NOW) is None


def test_a_closed_lead_stays_closed() -> None:
    blocked = progress.closed(progress.being_called(LEAD, FIRST), progress.BLOCKED)
    ending = progress.ended(CAMPAIGN, blocked, [FIRST], BUSY, NOW)
    assert ending == (blocked, BUSY)


def test_what_an_agent_said_during_the_call_is_kept() -> None:
    written = replace(FIRST, agent_id="ann", disposition="sale")
    ending = progress.ended(CAMPAIGN, LEAD, [written], replace(BUSY, outcome=Outcome.CONNECTED), NOW)
    assert ending is not None
    assert (ending[1].agent_id, ending[1].disposition) == ("ann", "sale")


def test_a_refused_attempt_need_not_have_been_written() -> None:
    refused = replace(FIRST, outcome=Outcome.REFUSED)
    assert progress.is_known(refused, LEAD, [])
    assert not progress.is_known(BUSY, LEAD, [])
    assert not progress.is_known(replace(SECOND, outcome=Outcome.REFUSED), LEAD, [])
    ending = progress.ended(CAMPAIGN, LEAD, [], refused, NOW)
    assert ending is not None
    assert (ending[0].attempts_made, ending[0].not_before) == (1, NOW + 3600)


def test_a_result_has_an_outcome() -> None:
    with pytest.raises(AssertionError, match="7-1 has no outcome"):
        progress.ended(CAMPAIGN, LEAD, [FIRST], FIRST, NOW)


def test_an_interrupted_attempt_says_so() -> None:
    attempt = progress.interrupted(FIRST, NOW)
    assert (attempt.outcome, attempt.ended_at) == (Outcome.INTERRUPTED, NOW)
    assert "stopped" in attempt.cause


def test_an_answer_is_charged_to_its_own_day() -> None:
    midnight = progress.DAY_S * 20_000
    assert progress.day_of(midnight) == 20_000
    assert progress.account_day(replace(BUSY, answered_at=midnight - 1), midnight + 9) == 19_999
    assert progress.account_day(BUSY, midnight + 9) == 20_000


def test_the_task_counts_persons_and_abandoned_calls() -> None:
    counts = dict.fromkeys(Outcome, 1) | {Outcome.ABANDONED: 5}
    task = progress.task_of(CAMPAIGN, counts, NOW, 12)
    assert (task.answered, task.abandoned, task.leads_open) == (8, 5, 12)
    assert task.window_started_at == NOW - NOW % 86400


def test_a_lead_that_had_its_attempts_is_told_the_cap() -> None:
    assert progress.attempts_used_up(CAMPAIGN) == "8 attempts allowed"
    assert progress.moved_on(CAMPAIGN, replace(LEAD, attempts_made=8), BUSY, NOW, 1).closed_reason == (
        "8 of 8 attempts made"
    )


NUMBERS = (
    LeadNumber(number=LEAD.number),
    LeadNumber(number="+12025550102", kind=PhoneKind.MOBILE),
    LeadNumber(number="+12025550103", kind=PhoneKind.WORK),
)


def test_numbers_take_turns() -> None:
    lead = replace(LEAD, numbers=NUMBERS)
    tried = []
    for _ in range(4):
        tried.append(lead.number[-3:])
        lead = progress.at_next_number(lead, lead.number)
    assert tried == ["101", "102", "103", "101"]
    assert progress.at_next_number(LEAD, LEAD.number) == LEAD


def test_the_retry_rule_may_ask_for_the_next_number() -> None:
    rule = RetryRule(delay_s=60.0, attempts_max=5, next_number=True)
    campaign = replace(CAMPAIGN, retry_rules={Outcome.BUSY: rule})
    being_called = progress.being_called(replace(LEAD, numbers=NUMBERS), FIRST)
    ending = progress.ended(campaign, being_called, [FIRST], BUSY, NOW)
    assert ending is not None
    assert (ending[0].number, ending[0].phone_kind, ending[0].not_before) == (
        "+12025550102",
        PhoneKind.MOBILE,
        NOW + 60,
    )


def test_a_number_that_does_not_exist_is_taken_from_the_lead() -> None:
    being_called = progress.being_called(replace(LEAD, numbers=NUMBERS), FIRST)
    ending = progress.ended(CAMPAIGN, being_called, [FIRST], replace(BUSY, outcome=Outcome.INVALID_NUMBER), NOW)
    assert ending is not None
    assert ending[0].status is LeadStatus.OPEN
    assert [one.number for one in ending[0].numbers] == ["+12025550102", "+12025550103"]
    assert ending[0].number == "+12025550102"
