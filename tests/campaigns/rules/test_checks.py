import pytest
from msgspec.structs import replace

from campaigns.consents import Consent, ConsentKind
from campaigns.model import Campaign, Lead, Treatment
from campaigns.rules.checks import CHECKS, Case, GateRule, Seen
from campaigns.rules.places.place import NOWHERE
from campaigns.rules.ruleset import dates_of, rule_set

NOTHING = Seen()
NOW = 1_772_452_800.0
"""Monday 2 March 2026, noon in UTC."""


def case(campaign: Campaign, time_zone: str = "", seen: Seen = NOTHING) -> Case:
    lead = Lead(lead_id=1, campaign_id=1, number="+12025550101", time_zone=time_zone)
    return Case(campaign, lead, rule_set(campaign, NOWHERE, time_zone), dates_of(campaign), NOW, seen)


def told(rule: GateRule, one: Case) -> str:
    return next(check.tell(one) for check in CHECKS if check.rule is rule)


def test_every_rule_has_its_check() -> None:
    assert [check.rule for check in CHECKS] == list(GateRule)


def test_the_window_is_told_with_holidays_and_breaks() -> None:
    campaign = Campaign(campaign_id=1, name="spring", skill_group="sales", compliance="fr", holidays=("US-AL",))
    text = told(GateRule.CALLING_WINDOW, case(campaign, "Europe/Paris"))
    assert text == (
        "it is Mon 13:00 in Europe/Paris, calls are allowed 08:00-21:00 every day and 00:00-24:00 every day, not on "
        "public holidays of US-AL and 10:00-13:00 and 14:00-20:00 on Mon,Tue,Wed,Thu,Fri, not on public holidays of FR"
    )


def test_a_zone_that_does_not_exist_is_told_once() -> None:
    one = case(Campaign(campaign_id=1, name="spring", skill_group="sales"), "Mars/Olympus")
    refused = [check.rule for check in CHECKS if not check.lets_through(one)]
    assert refused == [GateRule.CAMPAIGN_RUNNING, GateRule.TIME_ZONE]
    assert told(GateRule.TIME_ZONE, one) == "the time zone 'Mars/Olympus' is not known"


def test_india_wants_a_number_of_its_series() -> None:
    campaign = Campaign(campaign_id=1, name="spring", skill_group="sales", compliance="in")
    (check,) = [check for check in CHECKS if check.rule is GateRule.CALLER_ID]
    for number, expected in [("+911401234567", True), ("+919812345678", False), ("", False), (None, True)]:
        assert check.lets_through(case(campaign, seen=Seen(caller_id=number))) is expected


@pytest.mark.parametrize(
    ("compliance", "kind", "expected"),
    [
        ("us", ConsentKind.EXPRESS, False),
        ("us", ConsentKind.EXPRESS_WRITTEN, True),
        ("ca", ConsentKind.EXPRESS, True),
        ("ca", ConsentKind.UNSTATED, False),
        ("general", ConsentKind.UNSTATED, True),
        ("general", ConsentKind.REFUSED, False),
    ],
)
def test_some_consent_must_be_in_writing(compliance: str, kind: ConsentKind, expected: bool) -> None:
    campaign = Campaign(
        campaign_id=1, name="spring", skill_group="sales", compliance=compliance, treatment=Treatment.MESSAGE
    )
    one = case(campaign)
    one = replace(one, lead=replace(one.lead, consent=Consent(kind=kind)))
    (check,) = [check for check in CHECKS if check.rule is GateRule.CONSENT]
    assert check.lets_through(one) is expected
    if compliance == "us":
        assert "(in writing)" in check.tell(one)
