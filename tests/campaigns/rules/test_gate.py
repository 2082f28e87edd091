from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign, CampaignStatus, Lead, LeadStatus
from campaigns.rules.gate import GateRule, campaign_refusals, lead_refusals, refusals, window_refusal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales", status=CampaignStatus.RUNNING)
LEAD = Lead(lead_id=1, campaign_id=1, number="+12025550101")


def rules(campaign: Campaign, lead: Lead, now: float = NOON, blocked: frozenset[str] = frozenset()) -> set[GateRule]:
    return {refusal.rule for refusal in refusals(campaign, lead, now, blocked)}


def test_a_lead_that_breaks_no_rule_may_be_dialed() -> None:
    assert refusals(CAMPAIGN, LEAD, NOON, frozenset()) == ()
    assert refusals(CAMPAIGN, replace(LEAD, status=LeadStatus.RESERVED), NOON, frozenset()) == ()


def test_only_a_running_campaign_dials() -> None:
    for status in CampaignStatus:
        found = rules(replace(CAMPAIGN, status=status), LEAD)
        assert found == (set() if status is CampaignStatus.RUNNING else {GateRule.CAMPAIGN_RUNNING})


def test_people_must_be_given_fifteen_seconds_to_answer() -> None:
    assert rules(replace(CAMPAIGN, ring_timeout_s=15.0), LEAD) == set()
    assert rules(replace(CAMPAIGN, ring_timeout_s=14.9), LEAD) == {GateRule.RING_TIMEOUT}
    assert rules(replace(CAMPAIGN, ring_timeout_s=float("nan")), LEAD) == {GateRule.RING_TIMEOUT}


def test_the_leads_own_zone_goes_before_the_campaigns() -> None:
    campaign = replace(CAMPAIGN, time_zone="Asia/Tokyo")
    assert rules(campaign, LEAD) == {GateRule.CALLING_WINDOW}
    assert rules(campaign, replace(LEAD, time_zone="Europe/London")) == set()


def test_an_unknown_zone_is_refused() -> None:
    assert rules(CAMPAIGN, replace(LEAD, time_zone="Mars/Olympus")) == {GateRule.TIME_ZONE}


def test_the_refusal_of_the_window_says_the_persons_time() -> None:
    refusal = window_refusal(CAMPAIGN, "America/Los_Angeles", NOON)
    assert refusal is not None
    assert refusal.reason == (
        "it is Mon 04:00 in America/Los_Angeles, calls are allowed 08:00-21:00 on Mon,Tue,Wed,Thu,Fri,Sat,Sun"
    )


def test_a_lead_waits_for_its_time() -> None:
    assert rules(CAMPAIGN, replace(LEAD, not_before=NOON)) == set()
    assert rules(CAMPAIGN, replace(LEAD, not_before=NOON + 1)) == {GateRule.NOT_BEFORE}


def test_the_cap_on_attempts_holds() -> None:
    assert rules(CAMPAIGN, replace(LEAD, attempts_made=7)) == set()
    assert rules(CAMPAIGN, replace(LEAD, attempts_made=8)) == {GateRule.ATTEMPTS_MAX}


def test_blocked_numbers_are_refused() -> None:
    assert rules(CAMPAIGN, LEAD, blocked=frozenset({LEAD.number})) == {GateRule.DO_NOT_CALL}


def test_every_failing_rule_is_reported() -> None:
    campaign = replace(
        CAMPAIGN, status=CampaignStatus.PAUSED, ring_timeout_s=5.0, calling_window=CallingWindow(days=())
    )
    lead = replace(LEAD, status=LeadStatus.CLOSED, not_before=NOON + 9, attempts_made=9)
    assert rules(campaign, lead, blocked=frozenset({LEAD.number})) == set(GateRule) - {GateRule.TIME_ZONE}


@given(
    status=st.sampled_from(CampaignStatus),
    ring_timeout_s=st.floats(),
    zone=st.text(max_size=20) | st.sampled_from(["Europe/Berlin", "America/Phoenix", ""]),
    start=st.text(max_size=6),
    days=st.lists(st.integers(-3, 10)).map(tuple),
    now=st.floats(0, 4e9),
)
def test_nothing_stored_makes_the_gate_fall_over(
    status: CampaignStatus, ring_timeout_s: float, zone: str, start: str, days: tuple[int, ...], now: float
) -> None:
    campaign = replace(
        CAMPAIGN, status=status, ring_timeout_s=ring_timeout_s, calling_window=CallingWindow(start=start, days=days)
    )
    lead = replace(LEAD, time_zone=zone)
    found = refusals(campaign, lead, now, frozenset())
    assert found == campaign_refusals(campaign) + lead_refusals(campaign, lead, now, frozenset())
    assert all(refusal.reason for refusal in found)
