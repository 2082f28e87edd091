"""What every store keeps for the gate: no call outside the rules is written, and each written has its evidence."""

from datetime import UTC, datetime

from msgspec.structs import replace

from campaigns.consents import Consent, ConsentKind
from campaigns.model import (
    Attempt,
    Campaign,
    CampaignStatus,
    Lead,
    LeadStatus,
    NewLead,
    Outcome,
    attempt_id,
)
from campaigns.ports import CampaignStore, Result
from campaigns.rules.checks import GateRule
from campaigns.terms import AttemptCap, Purpose, Scope, Within

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC).timestamp()
"""Monday noon in New York."""
HOUR = 3600.0
NUMBER = "+12125550101"
US = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    compliance="by-number",
    purpose=Purpose.SERVICE,
)


def campaign_with(store: CampaignStore, numbers: list[str], campaign: Campaign = US) -> Campaign:
    created = store.create_campaign(campaign)
    store.add_leads(created.campaign_id, [NewLead(number=number) for number in numbers])
    return created


def reserved(store: CampaignStore, campaign: Campaign, now: float, count: int = 10) -> list[Lead]:
    return list(store.reserve_leads(campaign.campaign_id, count, now, 12 * HOUR, "engine-1"))


def attempt_at(lead: Lead, now: float) -> Attempt:
    number = lead.attempts_made + 1
    return Attempt(
        attempt_id=attempt_id(lead.lead_id, number),
        lead_id=lead.lead_id,
        attempt_number=number,
        campaign_id=lead.campaign_id,
        number=lead.number,
        caller_id="+12025550100",
        trunk="main",
        placed_at=now,
    )


def call(store: CampaignStore, campaign: Campaign, now: float, outcome: Outcome) -> list[str]:
    """Reserve one lead, write its attempt and end it."""
    (lead,) = reserved(store, campaign, now, 1)
    attempt = attempt_at(lead, now)
    written = list(store.record_attempts([attempt]))
    if written:
        ended = replace(attempt, outcome=outcome, ended_at=now + 5)
        store.record_results([Result(attempt=ended, cdr=None)], now + 5)
    return written


def test_a_lead_waits_for_its_own_morning(store: CampaignStore) -> None:
    campaign = campaign_with(store, [NUMBER, "+13105550101", "+18505550101"])
    eight_in_new_york = NOON - 4 * HOUR
    (lead,) = reserved(store, campaign, eight_in_new_york)
    assert lead.number == NUMBER
    # A lead that states no zone took that of its number, where there is only one.
    assert lead.time_zone == "America/New_York"
    nine_in_new_york = eight_in_new_york + HOUR
    (pensacola,) = reserved(store, campaign, nine_in_new_york)
    assert (pensacola.number, pensacola.time_zone) == ("+18505550101", "")
    (los_angeles,) = reserved(store, campaign, eight_in_new_york + 3 * HOUR)
    assert los_angeles.number == "+13105550101"


def test_an_attempt_outside_the_hours_is_not_written(store: CampaignStore) -> None:
    campaign = campaign_with(store, [NUMBER])
    (lead,) = reserved(store, campaign, NOON)
    assert store.record_attempts([attempt_at(lead, NOON + 9 * HOUR)]) == []
    assert store.record_attempts([attempt_at(lead, NOON)]) == ["1-1"]


def test_an_attempt_of_a_paused_campaign_is_not_written(store: CampaignStore) -> None:
    campaign = campaign_with(store, [NUMBER])
    (lead,) = reserved(store, campaign, NOON)
    store.update_campaign(replace(campaign, status=CampaignStatus.PAUSED))
    assert store.record_attempts([attempt_at(lead, NOON)]) == []


def test_a_cap_counts_the_calls_of_every_campaign(store: CampaignStore) -> None:
    capped = replace(US, attempt_caps=(AttemptCap(attempts_max=2, within=Within.HOURS_24),))
    first, second = campaign_with(store, [NUMBER], capped), campaign_with(store, [NUMBER], capped)
    third = campaign_with(store, [NUMBER], capped)
    assert call(store, first, NOON, Outcome.BUSY) == ["1-1"]
    (waiting,) = reserved(store, third, NOON, 1)
    assert call(store, second, NOON + HOUR, Outcome.BUSY) == ["2-1"]
    # Reserved while it was allowed, and refused by the time it would be dialed.
    assert store.record_attempts([attempt_at(waiting, NOON + 2 * HOUR)]) == []
    store.release_leads([waiting.lead_id])
    assert reserved(store, third, NOON + 2 * HOUR) == []
    assert store.lead(waiting.lead_id).not_before == NOON + 24 * HOUR
    assert call(store, third, NOON + 24 * HOUR, Outcome.BUSY) == ["3-1"]


def test_one_batch_cannot_go_over_a_cap(store: CampaignStore) -> None:
    capped = replace(US, attempt_caps=(AttemptCap(attempts_max=1, within=Within.DAY),))
    leads = [reserved(store, campaign_with(store, [NUMBER], capped), NOON)[0] for _ in range(3)]
    assert store.record_attempts([attempt_at(lead, NOON) for lead in leads]) == ["1-1"]


def test_a_cap_for_ever_closes_the_lead(store: CampaignStore) -> None:
    capped = replace(US, attempt_caps=(AttemptCap(attempts_max=1, within=Within.EVER, scope=Scope.LEAD),))
    campaign = campaign_with(store, [NUMBER], capped)
    assert call(store, campaign, NOON, Outcome.BUSY) == ["1-1"]
    assert reserved(store, campaign, NOON + HOUR) == []
    assert store.lead(1).status is LeadStatus.CLOSED


def test_a_person_abandoned_by_one_campaign_is_left_alone_by_all(store: CampaignStore) -> None:
    london = "+442079460000"
    first, second = campaign_with(store, [london]), campaign_with(store, [london])
    assert call(store, first, NOON, Outcome.ABANDONED) == ["1-1"]
    assert reserved(store, second, NOON + HOUR) == []
    assert store.lead(2).not_before == NOON + 72 * HOUR
    assert len(reserved(store, second, NOON + 72 * HOUR)) == 1


def test_sales_calls_wait_for_a_fresh_national_list(store: CampaignStore) -> None:
    campaign = campaign_with(store, [NUMBER, "+12125550102"], replace(US, purpose=Purpose.SALES))
    assert reserved(store, campaign, NOON) == []
    assert store.load_list("us-national", ["+12125550102"], NOON - HOUR) == 1
    (lead,) = reserved(store, campaign, NOON + 2 * HOUR)
    assert lead.number == NUMBER
    # A newer copy that names the number holds at once, also for leads reserved before.
    assert store.load_list("us-national", [NUMBER], NOON) == 1
    assert store.record_attempts([attempt_at(lead, NOON + 2 * HOUR)]) == []
    assert dict(store.do_not_call_lists()) == {"us-national": NOON}


def test_a_campaigns_own_list_is_its_own(store: CampaignStore) -> None:
    first, second = campaign_with(store, [NUMBER]), campaign_with(store, [NUMBER])
    (lead,) = reserved(store, first, NOON)
    assert store.block_in_campaign(first.campaign_id, [NUMBER, NUMBER], NOON) == 1
    assert store.block_in_campaign(first.campaign_id, [NUMBER], NOON) == 0
    assert store.record_attempts([attempt_at(lead, NOON)]) == []
    assert call(store, second, NOON, Outcome.BUSY) == ["2-1"]


def test_germany_asks_for_consent(store: CampaignStore) -> None:
    campaign = store.create_campaign(replace(US, purpose=Purpose.SALES))
    agreed = Consent(kind=ConsentKind.EXPRESS, at=NOON - HOUR, source="form 12")
    said_no = Consent(kind=ConsentKind.REFUSED)
    consents = [agreed, Consent(), said_no, replace(agreed, at=NOON + HOUR)]
    numbers = [f"+49301234567{index}" for index in range(len(consents))]
    leads = [NewLead(number=number, consent=given) for number, given in zip(numbers, consents, strict=True)]
    store.add_leads(campaign.campaign_id, leads)
    (lead,) = reserved(store, campaign, NOON)
    assert lead.consent == agreed


def test_every_call_has_its_evidence(store: CampaignStore) -> None:
    campaign = campaign_with(store, [NUMBER])
    call(store, campaign, NOON, Outcome.BUSY)
    store.update_campaign(replace(campaign, ring_timeout_s=40.0))
    told = {verdict.rule: verdict for verdict in store.evidence("1-1")}
    assert set(told) == set(GateRule)
    assert all(verdict.is_allowed for verdict in told.values())
    assert told["calling_window"].reason == (
        "it is Mon 12:00 in America/New_York, calls are allowed 08:00-21:00 every day"
    )
    # As it was when the call was placed, not as the campaign is now.
    assert told["ring_timeout"].reason == "the ring timeout is 25 s, at least 15 s are required"
    assert store.evidence("1-2") == ()
