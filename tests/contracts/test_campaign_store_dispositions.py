"""What agents say and what follows, and callbacks: the same in every campaign store."""

import pytest
from msgspec.structs import replace

from campaigns.dispositions import Callback, Disposition, Meaning
from campaigns.model import (
    Attempt,
    CallingWindow,
    Campaign,
    CampaignStatus,
    Lead,
    LeadNumber,
    LeadStatus,
    NewLead,
    Outcome,
    RetryRule,
    attempt_id,
)
from campaigns.ports import AttemptFilter, CampaignStore, Result

NOON = 1_772_449_200.0
"""In Paris; eleven by UTC."""
HOUR = 3600.0
CAMPAIGN = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)
FIRST, SECOND = "+12025550101", "+12025550102"


def begin(store: CampaignStore, *numbers: str, campaign: Campaign = CAMPAIGN) -> Lead:
    """A campaign with one lead, who has these numbers."""
    created = store.create_campaign(campaign)
    several = tuple(LeadNumber(number=one) for one in numbers) if len(numbers) > 1 else ()
    store.add_leads(created.campaign_id, [NewLead(number=(numbers or (FIRST,))[0], numbers=several)])
    (lead,) = store.reserve_leads(created.campaign_id, 1, NOON, 600.0, "engine-1")
    return lead


def dial(store: CampaignStore, lead: Lead, now: float = NOON) -> Attempt:
    number = store.lead(lead.lead_id).attempts_made + 1
    attempt = Attempt(
        attempt_id=attempt_id(lead.lead_id, number),
        lead_id=lead.lead_id,
        attempt_number=number,
        campaign_id=lead.campaign_id,
        number=store.lead(lead.lead_id).number,
        caller_id="+12025550100",
        trunk="main",
        placed_at=now,
    )
    assert store.record_attempts([attempt]) == [attempt.attempt_id]
    return attempt


def end(store: CampaignStore, attempt: Attempt, outcome: Outcome = Outcome.CONNECTED, now: float = NOON + 60) -> None:
    store.record_results([Result(attempt=replace(attempt, outcome=outcome, ended_at=now), cdr=None)], now)


def talk(store: CampaignStore, lead: Lead, said: str, is_early: bool, callback: Callback | None = None) -> Lead:
    """Call the lead, and say what came of it during the call or after it."""
    attempt = dial(store, lead)
    if not is_early:
        end(store, attempt)
    store.record_disposition(attempt.attempt_id, "ann", said, NOON + 30, callback)
    if is_early:
        end(store, attempt)
    return store.lead(lead.lead_id)


early_and_late = pytest.mark.parametrize("is_early", [True, False], ids=["during the call", "after it"])


@early_and_late
@pytest.mark.parametrize(
    ("said", "reason"),
    [("talked", "connected"), ("sale", "sale"), ("refusal", "refusal"), ("do_not_call", "do not call")],
)
def test_what_closes_a_lead(store: CampaignStore, said: str, reason: str, is_early: bool) -> None:
    lead = talk(store, begin(store), said, is_early)
    assert (lead.status, lead.closed_reason) == (LeadStatus.CLOSED, reason)
    assert store.tasks(NOON)[0].leads_open == 0
    (attempt,) = store.attempts(AttemptFilter()).items
    assert (attempt.disposition, attempt.outcome) == (said, Outcome.CONNECTED)
    assert attempt.meaning is (Meaning.HUMAN if said == "talked" else Meaning(said))


@early_and_late
def test_who_asks_not_to_be_called_is_blocked_for_the_tenant_at_once(store: CampaignStore, is_early: bool) -> None:
    lead = begin(store)
    other = store.create_campaign(CAMPAIGN)
    foreign = store.create_campaign(replace(CAMPAIGN, tenant_id=2))
    for campaign in (other, foreign):
        store.add_leads(campaign.campaign_id, [NewLead(number=FIRST)])
    (reserved,) = store.reserve_leads(other.campaign_id, 1, NOON, 600.0, "engine-2")
    talk(store, lead, "do_not_call", is_early)
    assert store.lead(reserved.lead_id).closed_reason == "do not call"
    assert store.reserve_leads(foreign.campaign_id, 1, NOON, 600.0, "engine-1") != ()
    assert store.block_numbers([FIRST], "again", NOON) == 0
    # What was blocked stays so, whatever is said later.
    store.record_disposition(attempt_id(lead.lead_id, 1), "ann", "sale", NOON + 90)
    assert store.lead(lead.lead_id).closed_reason == "do not call"


@early_and_late
def test_a_wrong_number_is_taken_away_and_the_next_one_tried(store: CampaignStore, is_early: bool) -> None:
    lead = talk(store, begin(store, FIRST, SECOND), "wrong_number", is_early)
    assert (lead.status, lead.number, lead.numbers) == (LeadStatus.OPEN, SECOND, ())
    (again,) = store.reserve_leads(lead.campaign_id, 5, NOON + 60, 600.0, "engine-1")
    attempt = dial(store, again, NOON + 60)
    end(store, attempt, now=NOON + 90)
    store.record_disposition(attempt.attempt_id, "ann", "wrong_number", NOON + 95)
    lead = store.lead(lead.lead_id)
    assert (lead.status, lead.closed_reason) == (LeadStatus.CLOSED, "wrong_number")


@early_and_late
def test_a_machine_that_only_the_agent_heard_is_tried_again_by_its_rule(store: CampaignStore, is_early: bool) -> None:
    rules = {Outcome.MACHINE: RetryRule(delay_s=HOUR, attempts_max=2)}
    lead = talk(store, begin(store, campaign=replace(CAMPAIGN, retry_rules=rules)), "machine", is_early)
    assert (lead.status, store.tasks(NOON)[0].leads_open) == (LeadStatus.OPEN, 1)
    assert NOON + HOUR < lead.not_before <= NOON + HOUR + 60
    (again,) = store.reserve_leads(lead.campaign_id, 1, NOON + 2 * HOUR, 600.0, "engine-1")
    end(store, dial(store, again, NOON + 2 * HOUR), Outcome.MACHINE, NOON + 2 * HOUR)
    assert store.lead(lead.lead_id).closed_reason == "machine 2 of 2 times"


@early_and_late
def test_a_callback_waits_for_its_time_and_its_agent(store: CampaignStore, is_early: bool) -> None:
    callback = Callback(starts_at=NOON + HOUR, ends_at=NOON + 3 * HOUR, agent_id="ann")
    lead = talk(store, begin(store), "callback", is_early, callback)
    assert (lead.status, lead.callback, lead.not_before) == (LeadStatus.OPEN, callback, NOON + HOUR)
    assert store.tasks(NOON + HOUR - 1)[0].callbacks_due == {}
    assert store.tasks(NOON + HOUR)[0].callbacks_due == {"ann": 1}
    assert store.tasks(NOON + 3 * HOUR)[0].callbacks_due == {"": 1}

    def due(now: float, *agents: str) -> list[int]:
        found = store.reserve_callbacks(lead.campaign_id, agents, 5, now, 60.0, "engine-1")
        store.release_leads([one.lead_id for one in found])
        return [one.lead_id for one in found]

    # Never among the ordinary leads, and after its window anybody's.
    assert store.reserve_leads(lead.campaign_id, 5, NOON + 2 * HOUR, 60.0, "engine-1") == ()
    assert due(NOON + HOUR - 1, "ann") == []
    assert due(NOON + HOUR, "bob") == []
    assert due(NOON + HOUR, "bob", "ann") == [lead.lead_id]
    assert due(NOON + 3 * HOUR) == [lead.lead_id]


def test_the_gate_and_the_count_hold_for_callbacks(store: CampaignStore) -> None:
    hours = CallingWindow(start="08:00", end="12:30")
    campaign = replace(CAMPAIGN, calling_window=hours, attempts_max=2)
    callback = Callback(starts_at=NOON + 2 * HOUR, ends_at=NOON + 4 * HOUR)
    lead = talk(store, begin(store, campaign=campaign), "callback", False, callback)
    tomorrow = NOON + 21 * HOUR
    assert lead.not_before == tomorrow
    assert store.reserve_callbacks(lead.campaign_id, (), 5, NOON + 3 * HOUR, 60.0, "engine-1") == ()
    (again,) = store.reserve_callbacks(lead.campaign_id, (), 5, tomorrow, 60.0, "engine-1")
    attempt = dial(store, again, tomorrow)
    end(store, attempt, now=tomorrow)
    store.record_disposition(attempt.attempt_id, "ann", "callback", tomorrow, replace(callback, ends_at=tomorrow * 2))
    assert store.lead(lead.lead_id).closed_reason == "2 of 2 attempts made"


def test_a_callback_stays_one_until_the_person_is_reached_or_its_window_is_over(store: CampaignStore) -> None:
    rules = {Outcome.BUSY: RetryRule(delay_s=HOUR, attempts_max=9)}
    callback = Callback(starts_at=NOON + HOUR, ends_at=NOON + 2.5 * HOUR, agent_id="ann")
    lead = talk(store, begin(store, campaign=replace(CAMPAIGN, retry_rules=rules)), "callback", False, callback)
    for now, expected in ((NOON + HOUR, callback), (NOON + 2 * HOUR, None)):
        (again,) = store.reserve_callbacks(lead.campaign_id, ("ann",), 5, now, 60.0, "engine-1")
        end(store, dial(store, again, now), Outcome.BUSY, now)
        assert store.lead(lead.lead_id).callback == expected
    # Then it is a lead like any other.
    assert len(store.reserve_leads(lead.campaign_id, 5, NOON + 3 * HOUR, 60.0, "engine-1")) == 1


def test_leases_of_callbacks_end_and_come_back_as_callbacks(store: CampaignStore) -> None:
    callback = Callback(starts_at=NOON + HOUR, ends_at=NOON + 9 * HOUR)
    lead = talk(store, begin(store), "callback", True, callback)
    ids = (lead.campaign_id, (), 5)
    assert len(store.reserve_callbacks(*ids, NOON + HOUR, 60.0, "engine-1")) == 1
    assert store.reserve_callbacks(*ids, NOON + HOUR, 60.0, "engine-2") == ()
    assert len(store.reserve_callbacks(*ids, NOON + HOUR + 60, 60.0, "engine-2")) == 1
    store.interrupt_attempts("engine-2", NOON + HOUR + 70)
    assert store.reserve_leads(lead.campaign_id, 5, NOON + HOUR + 70, 60.0, "engine-1") == ()
    assert len(store.reserve_callbacks(*ids, NOON + HOUR + 70, 60.0, "engine-1")) == 1


def test_a_crash_during_the_call_keeps_what_was_said(store: CampaignStore) -> None:
    callback = Callback(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    lead = begin(store)
    attempt = dial(store, lead)
    store.record_disposition(attempt.attempt_id, "ann", "callback", NOON + 30, callback)
    assert store.interrupt_attempts("engine-1", NOON + 40) == 1
    after = store.lead(lead.lead_id)
    assert (after.callback, after.not_before) == (callback, NOON + HOUR)
    assert store.attempts(AttemptFilter()).items[0].disposition == "callback"


def test_the_last_word_counts_and_only_of_the_last_attempt(store: CampaignStore) -> None:
    rules = {Outcome.CONNECTED: RetryRule(delay_s=HOUR, attempts_max=5)}
    lead = begin(store, campaign=replace(CAMPAIGN, retry_rules=rules))
    callback = Callback(starts_at=NOON + 5 * HOUR, ends_at=NOON + 6 * HOUR)
    first = talk(store, lead, "sale", False)
    assert first.status is LeadStatus.CLOSED
    store.record_disposition(attempt_id(lead.lead_id, 1), "ann", "callback", NOON + 60, callback)
    assert (store.lead(lead.lead_id).callback, store.tasks(NOON)[0].leads_open) == (callback, 1)
    store.record_disposition(attempt_id(lead.lead_id, 1), "ann", "talked", NOON + 60)
    assert (store.lead(lead.lead_id).callback, store.lead(lead.lead_id).not_before) == (None, NOON + 60 + HOUR)
    (again,) = store.reserve_leads(lead.campaign_id, 1, NOON + 2 * HOUR, 600.0, "engine-1")
    dial(store, again, NOON + 2 * HOUR)
    before = store.lead(lead.lead_id)
    store.record_disposition(attempt_id(lead.lead_id, 1), "ann", "callback", NOON + 2 * HOUR, callback)
    assert replace(store.lead(lead.lead_id), callback=None) == replace(before, callback=None)
    store.record_disposition(attempt_id(lead.lead_id, 1), "ann", "sale", NOON + 2 * HOUR)
    assert store.lead(lead.lead_id).closed_reason == "sale"


def test_words_are_the_campaigns_own(store: CampaignStore) -> None:
    words = (
        Disposition(name="ja", meaning=Meaning.SALE),
        Disposition(name="nie-wieder", meaning=Meaning.DO_NOT_CALL),
    )
    lead = talk(store, begin(store, campaign=replace(CAMPAIGN, dispositions=words)), "ja", True)
    assert lead.closed_reason == "sale"
    store.record_disposition(attempt_id(lead.lead_id, 1), "ann", "sale", NOON + 90)
    (attempt,) = store.attempts(AttemptFilter()).items
    assert (attempt.disposition, attempt.meaning) == ("sale", None)


def test_a_refusal_is_what_rules_of_quiet_are_told_whatever_the_word(store: CampaignStore) -> None:
    words = (
        Disposition(name="non", meaning=Meaning.REFUSAL),
        Disposition(name="jamais", meaning=Meaning.DO_NOT_CALL),
    )
    paris = "+33142345678"
    campaign = replace(CAMPAIGN, dispositions=words, compliance="fr", purpose="service")
    talk(store, begin(store, paris, campaign=campaign), "non", False)
    other = store.create_campaign(campaign)
    store.add_leads(other.campaign_id, [NewLead(number=paris)])
    assert store.reserve_leads(other.campaign_id, 1, NOON + 24 * HOUR, 600.0, "engine-1") == ()
    (lead,) = (store.lead(2),)
    assert lead.not_before > NOON + 50 * 24 * HOUR
