from datetime import date

import holidays
import pytest

from campaigns.rules.places.regions import regions
from campaigns.rules.profiles.profile import Profile
from campaigns.rules.profiles.reading import BY_NUMBER, choices, profiles, profiles_for
from campaigns.rules.window import minute_of_day

ALL = list(profiles().values())


def test_the_jurisdictions_there_must_be() -> None:
    assert {"us", "us-fl", "us-debt", "gb", "ca", "de", "fr", "in", "au", "cn", "general"} <= set(profiles())
    assert choices()[0] == BY_NUMBER


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.profile_id)
def test_every_rule_names_a_source_and_can_be_read(profile: Profile) -> None:
    assert date.fromisoformat(profile.reviewed_on)
    assert not profile.includes or profile.includes in profiles()
    assert set(profile.regions) <= set(regions())
    for field, rule in profile.rules():
        assert rule.source.strip(), field
        assert not rule.effective_from or date.fromisoformat(rule.effective_from)
    for hours in profile.hours:
        assert hours.days
        for span in hours.spans:
            start, end = (minute_of_day(text) for text in span.split("-"))
            assert start is not None
            assert end is not None
            assert start < end
    named = [day for hours in profile.hours for day in hours.days]
    assert len(named) == len(set(named)), "a weekday is in two entries"
    for one in profile.holidays:
        assert holidays.country_holidays(one.country, subdiv=one.subdivision or None, years=2026)


def test_no_state_is_laxer_than_its_country() -> None:
    federal = range(8 * 60, 21 * 60)
    for profile in ALL:
        if profile.includes == "us":
            for span in (span for hours in profile.hours for span in hours.spans):
                start, end = (minute_of_day(text) for text in span.split("-"))
                assert start in federal
                assert end is not None
                assert end - 1 in federal


def test_a_state_brings_its_country_with_it() -> None:
    assert [one.profile_id for one in profiles_for(BY_NUMBER, "US", ("US-FL", "US-AL"))] == ["us", "us-al", "us-fl"]
    assert [one.profile_id for one in profiles_for("us-debt", "", ())] == ["us", "us-debt"]
    assert profiles_for(BY_NUMBER, "", ()) == ()
    assert [one.profile_id for one in profiles_for("general", "US", ("US-FL",))] == ["general"]
