from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from campaigns.menus import Menu, MenuAction, MenuChoice
from campaigns.model import Campaign
from campaigns.rules.places.place import NOWHERE, Place
from campaigns.rules.profiles.profile import Consent, ConsentFor, Standing
from campaigns.rules.ruleset import dates_of, is_in_force, region_of, rule_set
from campaigns.terms import AttemptCap, Purpose, Within

CAMPAIGN = Campaign(campaign_id=1, name="spring", skill_group="sales", time_zone="America/New_York")
MIAMI = Place("US", ("US-FL",), ("America/New_York",))


def test_without_a_profile_only_what_was_stated_counts() -> None:
    assert rule_set(CAMPAIGN, MIAMI, "Asia/Tokyo").zones == ("Asia/Tokyo",)
    assert rule_set(CAMPAIGN, MIAMI, "").zones == ("America/New_York",)
    assert rule_set(CAMPAIGN, NOWHERE, "Mars/Olympus").unknown_zones == ("Mars/Olympus",)


def test_country_and_state_hold_together() -> None:
    rules = rule_set(replace(CAMPAIGN, compliance="by-number"), MIAMI, "")
    assert [profile.profile_id for profile in rules.profiles] == ["us", "us-fl"]
    assert [(cap.attempts_max, cap.within) for cap in rules.caps] == [(3, Within.HOURS_24)]
    assert rules.retention_days == 1826


def test_a_named_profile_holds_beside_those_of_the_number() -> None:
    rules = rule_set(replace(CAMPAIGN, compliance="us-debt"), Place("FR", (), ("Europe/Paris",)), "")
    assert [profile.profile_id for profile in rules.profiles] == ["fr", "us", "us-debt"]


def test_sales_calls_have_rules_of_their_own() -> None:
    germany = Place("DE", (), ("Europe/Berlin",))
    campaign = replace(CAMPAIGN, compliance="by-number")
    assert len(rule_set(campaign, germany, "").consents) == 1
    assert rule_set(replace(campaign, purpose=Purpose.SERVICE), germany, "").consents == ()
    assert rule_set(replace(campaign, purpose=Purpose.SERVICE), MIAMI, "").national_lists == ()


def test_the_campaigns_own_caps_come_first() -> None:
    campaign = replace(CAMPAIGN, attempt_caps=(AttemptCap(attempts_max=2, within=Within.DAY),))
    (cap,) = rule_set(campaign, NOWHERE, "").caps
    assert (cap.attempts_max, cap.origin) == (2, "the campaign")
    assert rule_set(campaign, NOWHERE, "").needs_past
    assert not rule_set(CAMPAIGN, NOWHERE, "").needs_past


def test_the_days_of_a_campaign_are_days_in_its_zone() -> None:
    dates = dates_of(replace(CAMPAIGN, starts_on="2026-03-07", ends_on="2026-03-08"))
    assert dates.starts_at == datetime(2026, 3, 7, 5, tzinfo=UTC).timestamp()
    # The clocks went forward on the 8th.
    assert dates.ends_at == datetime(2026, 3, 9, 4, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("changes", [{"starts_on": "soon"}, {"ends_on": "9999-12-31"}])
def test_dates_that_cannot_be_read_close_the_campaign(changes: dict[str, str]) -> None:
    dates = dates_of(replace(CAMPAIGN, **changes))
    assert dates.starts_at > dates.ends_at


def test_a_rule_begins_on_its_day() -> None:
    rule = Consent(
        source="loi 2025-594", standing=Standing.SECONDARY, effective_from="2026-08-11", needed_for=ConsentFor.SALES
    )
    begins = datetime(2026, 8, 10, 22, tzinfo=UTC).timestamp()
    assert not is_in_force(rule, ("Europe/Paris",), begins - 1)
    assert is_in_force(rule, ("Europe/Paris",), begins)


def test_holidays_are_named_by_country_or_region() -> None:
    assert region_of("US-AL") == ("US", "AL")
    assert region_of("FR") == ("FR", "")


def test_a_profile_that_is_not_known_allows_nothing() -> None:
    rules = rule_set(replace(CAMPAIGN, compliance="atlantis"), MIAMI, "")
    assert not any(rules.clock.is_open(hour * 3600.0) for hour in range(24 * 7))


def test_a_menu_is_a_recorded_message_for_which_consent_is_asked() -> None:
    campaign = replace(CAMPAIGN, compliance="us")
    menu = Menu(prompt="offer", keys={"1": MenuChoice(action=MenuAction.AGENT)})
    before, after = (rule_set(one, MIAMI, "").consents for one in (campaign, replace(campaign, menu=menu)))
    assert len(after) > len(before)
