from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campaigns.consents import Consent, ConsentKind
from campaigns.model import CallingWindow, Campaign, CampaignStatus, Lead, LeadStatus, Outcome
from campaigns.rules.checks import GateRule, Seen
from campaigns.rules.gate import Gate, campaign_refusals, gate_of, refusals, window_refusal
from campaigns.rules.past import PastCall
from campaigns.terms import AttemptCap, Purpose, Scope, Within

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
    assert refusal.reason == ("it is Mon 04:00 in America/Los_Angeles, calls are allowed 08:00-21:00 every day")


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
        CAMPAIGN,
        status=CampaignStatus.PAUSED,
        ring_timeout_s=5.0,
        answer_limit_s=3.0,
        message=" ",
        starts_on="2026-03-03",
        compliance="in",
        calling_window=CallingWindow(days=()),
        attempt_caps=(AttemptCap(attempts_max=1, within=Within.EVER, scope=Scope.NUMBER),),
    )
    lead = replace(
        LEAD, status=LeadStatus.CLOSED, not_before=NOON + 9, attempts_made=9, consent=Consent(kind=ConsentKind.REFUSED)
    )
    lead = replace(lead, time_zone="Asia/Kolkata")
    seen = Seen(
        blocked=frozenset({LEAD.number}),
        past=(PastCall(NOON - 60, 1, 1, None),),
        lists={},
        caller_id="+12025550100",
    )
    found = {refusal.rule for refusal in Gate(campaign).refusals(lead, NOON, seen)}
    assert found == set(GateRule) - {GateRule.TIME_ZONE, GateRule.QUIET_PERIOD}


def test_the_rules_of_the_numbers_country_and_state_hold() -> None:
    campaign = replace(CAMPAIGN, compliance="by-number")
    florida = replace(LEAD, number="+13055550101")
    at_eight_in_the_evening = datetime(2026, 3, 3, 1, 30, tzinfo=UTC).timestamp()
    assert rules(campaign, florida, at_eight_in_the_evening) == {GateRule.CALLING_WINDOW}
    assert rules(campaign, LEAD, at_eight_in_the_evening) == set()


def test_sales_calls_ask_for_the_national_list_and_a_fresh_one() -> None:
    campaign = replace(CAMPAIGN, compliance="us")
    evening = NOON + 4 * 3600
    for lists, expected in [({}, 1), ({"us-national": evening - 32 * 86400}, 1), ({"us-national": evening}, 0)]:
        found = Gate(campaign).refusals(LEAD, evening, Seen(lists=lists))
        assert [one.rule for one in found] == [GateRule.NATIONAL_LIST] * expected
    service = replace(campaign, purpose=Purpose.SERVICE)
    assert Gate(service).refusals(LEAD, evening, Seen(lists={})) == ()


def test_a_lead_abandoned_in_britain_is_left_alone_for_72_hours() -> None:
    gate = Gate(replace(CAMPAIGN, compliance="by-number"))
    lead = replace(LEAD, number="+442079460000")
    seen = Seen(past=(PastCall(NOON - 71 * 3600, 2, 9, Outcome.ABANDONED),), lists={"gb-tps": NOON})
    assert [one.rule for one in gate.refusals(lead, NOON, seen)] == [GateRule.QUIET_PERIOD]
    assert gate.refusals(lead, NOON + 3600, seen) == ()
    assert gate.not_before(lead, NOON, seen) == NOON + 3600


def test_not_before_looks_for_the_moment_all_clocks_agree() -> None:
    gate = Gate(replace(CAMPAIGN, compliance="by-number"))
    pensacola = replace(LEAD, number="+18505550101")
    night = datetime(2026, 3, 2, 5, tzinfo=UTC).timestamp()
    # Eight in Chicago is nine in New York.
    assert gate.not_before(pensacola, night, Seen()) == datetime(2026, 3, 2, 14, tzinfo=UTC).timestamp()
    never = Gate(replace(CAMPAIGN, attempt_caps=(AttemptCap(attempts_max=1, within=Within.EVER),)))
    assert never.not_before(LEAD, NOON, Seen(past=(PastCall(0.0, 1, 1, None),))) is None


def test_evidence_says_what_every_rule_saw() -> None:
    found = Gate(replace(CAMPAIGN, compliance="us")).verdicts(LEAD, NOON, Seen(past=(), lists={}, caller_id="+1202"))
    assert [one.rule for one in found] == list(GateRule)
    assert {one.rule for one in found if not one.is_allowed} == {GateRule.NATIONAL_LIST, GateRule.CALLING_WINDOW}
    assert all(one.reason for one in found)


def test_the_gate_is_kept_while_the_settings_stay() -> None:
    assert gate_of(CAMPAIGN) is gate_of(replace(CAMPAIGN))
    assert gate_of(CAMPAIGN) is not gate_of(replace(CAMPAIGN, ring_timeout_s=30.0))


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
    assert set(campaign_refusals(campaign, now)) <= set(found)
    assert all(refusal.reason for refusal in found)


@given(
    compliance=st.sampled_from(["general", "us", "by-number", "fr", "cn"]),
    status=st.sampled_from([CampaignStatus.RUNNING, CampaignStatus.PAUSED]),
    ring_timeout_s=st.sampled_from([5.0, 20.0]),
    message=st.sampled_from(["", "Sorry."]),
    caps=st.sampled_from([(), (AttemptCap(attempts_max=1, within=Within.EVER),)]),
    number=st.sampled_from(["+12025550101", "+33140000001", "+861012345678"]),
    zone=st.sampled_from(["", "Europe/Paris", "Mars/Olympus"]),
    past=st.sampled_from([None, (), (PastCall(NOON - 60.0, 1, 1, None),)]),
    lists=st.sampled_from([None, {}]),
    caller_id=st.sampled_from([None, "", "+861012345678"]),
)
def test_what_is_refused_is_what_the_evidence_refuses(
    compliance: str,
    status: CampaignStatus,
    ring_timeout_s: float,
    message: str,
    caps: tuple[AttemptCap, ...],
    number: str,
    zone: str,
    past: tuple[PastCall, ...] | None,
    lists: dict[str, float] | None,
    caller_id: str | None,
) -> None:
    # Checks that can refuse nobody under a campaign's rules are not asked; the evidence asks them all.
    gate = Gate(
        replace(
            CAMPAIGN,
            compliance=compliance,
            status=status,
            ring_timeout_s=ring_timeout_s,
            message=message,
            attempt_caps=caps,
        )
    )
    lead, seen = replace(LEAD, number=number, time_zone=zone), Seen(past=past, lists=lists, caller_id=caller_id)
    found = [(one.rule, one.reason) for one in gate.refusals(lead, NOON, seen)]
    assert found == [(one.rule, one.reason) for one in gate.verdicts(lead, NOON, seen) if not one.is_allowed]
