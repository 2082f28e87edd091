from msgspec.structs import replace

from campaigns.model import Attempt, Campaign, CampaignStatus, Lead, LeadStatus, NewLead
from campaigns.rules.checks import Seen
from campaigns.rules.gate import Gate
from campaigns.store.judging import AGAIN_S, at_number, judge, refusals_of, with_zones

NOW = 1_772_470_800.0
"""Monday 2 March 2026, noon in New York."""
CAMPAIGN = Campaign(
    campaign_id=1, name="spring", skill_group="sales", status=CampaignStatus.RUNNING, compliance="by-number"
)
LEAD = Lead(lead_id=1, campaign_id=1, number="+12125550101")


def test_a_lead_takes_the_zone_of_its_number_where_there_is_one() -> None:
    leads = [NewLead(number=number) for number in ("+12125550101", "+18505550101", "+999001000001")]
    stated = NewLead(number="+12125550102", time_zone="America/Denver")
    zones = [lead.time_zone for lead in with_zones(CAMPAIGN, [*leads, stated])]
    assert zones == ["America/New_York", "", "", "America/Denver"]
    general = replace(CAMPAIGN, compliance="general")
    assert list(with_zones(general, leads)) == leads


def test_due_leads_are_sorted() -> None:
    gate = Gate(replace(CAMPAIGN, compliance="us-debt"))
    closed_out = replace(LEAD, lead_id=2, attempts_made=8)
    asleep = replace(LEAD, lead_id=3, number="+18085550101")
    chosen, moved = judge(gate, [LEAD, closed_out, asleep], NOW, lambda _: Seen(past=(), lists={"us-national": NOW}))
    assert chosen == [LEAD]
    (_, first), (_, second) = moved
    assert (first.status, first.closed_reason) == (LeadStatus.CLOSED, "8 attempts allowed")
    # Eight in the morning in Hawaii.
    assert (second.status, second.not_before) == (LeadStatus.OPEN, NOW + 3600.0)


def test_what_no_clock_ends_is_looked_at_again() -> None:
    _, moved = judge(Gate(CAMPAIGN), [LEAD], NOW, lambda _: Seen(past=(), lists={}))
    assert moved[0][1].not_before == NOW + AGAIN_S


def test_the_number_an_attempt_names_is_the_one_judged() -> None:
    attempt = Attempt(
        attempt_id="1-1",
        lead_id=1,
        attempt_number=1,
        campaign_id=1,
        number="+18085550101",
        caller_id="",
        trunk="main",
        placed_at=NOW,
    )
    assert at_number(LEAD, attempt).number == "+18085550101"
    assert at_number(LEAD, replace(attempt, number=LEAD.number)) is LEAD
    seen = Seen(past=(), lists={"us-national": NOW}, caller_id="+12025550100")
    found = refusals_of(Gate(CAMPAIGN), LEAD, attempt, seen)
    assert [refusal.rule for refusal in found] == ["calling_window"]
