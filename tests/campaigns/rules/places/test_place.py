import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.places.place import NOWHERE, place_of
from campaigns.rules.window import find_zone

CHICAGO, DENVER, NEW_YORK = "America/Chicago", "America/Denver", "America/New_York"


def test_a_split_area_code_is_in_both_zones() -> None:
    place = place_of("+18505550101")
    assert (place.country, place.regions, set(place.zones)) == ("US", ("US-FL",), {CHICAGO, NEW_YORK})


def test_what_is_stated_is_added_to_what_the_number_says() -> None:
    place = place_of("+12125550101", "80202", "America/Los_Angeles")
    assert place.regions == ("US-NY", "US-CO")
    assert place.zones == (NEW_YORK, DENVER, "America/Los_Angeles")


def test_a_number_that_could_be_anywhere_gives_way_to_what_is_stated() -> None:
    assert len(place_of("+61412345678").zones) > 5
    assert place_of("+61412345678", "6000").zones == ("Australia/Perth",)
    assert place_of("+18005550101", "", NEW_YORK).zones == (NEW_YORK,)


@pytest.mark.parametrize(
    ("number", "country", "zone"),
    [
        ("+442079460000", "GB", "Europe/London"),
        ("+33142345678", "FR", "Europe/Paris"),
        ("+4915112345678", "DE", "Europe/Berlin"),
        ("+919812345678", "IN", "Asia/Calcutta"),
        ("+8613912345678", "CN", "Asia/Shanghai"),
        ("+14165550101", "CA", "America/Toronto"),
        ("+61299990000", "AU", "Australia/Sydney"),
    ],
)
def test_countries_are_told_by_the_number(number: str, country: str, zone: str) -> None:
    place = place_of(number)
    assert (place.country, place.zones) == (country, (zone,))


def test_a_code_that_is_nobodys_says_nothing() -> None:
    assert place_of("+999001000001") == NOWHERE
    assert place_of("+999001000001", "", NEW_YORK).zones == (NEW_YORK,)


@given(
    digits=st.text("0123456789", max_size=15),
    postal_code=st.text(max_size=8),
    time_zone=st.sampled_from(["", NEW_YORK, "Mars/Olympus"]),
)
def test_no_text_makes_it_fall_over(digits: str, postal_code: str, time_zone: str) -> None:
    place = place_of("+" + digits, postal_code, time_zone)
    assert all(find_zone(zone) is not None or zone == time_zone for zone in place.zones)
    assert not time_zone or time_zone in place.zones
