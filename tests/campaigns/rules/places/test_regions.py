import pytest

from campaigns.rules.places.regions import area_of_code, area_of_postal_code, regions
from campaigns.rules.window import find_zone


def test_every_zone_of_the_tables_exists() -> None:
    for code, region in regions().items():
        listed = {*region.zones, *(zone for zones in region.area_code_zones.values() for zone in zones)}
        listed |= {zone for zones in region.postal_code_zones.values() for zone in zones}
        assert all(find_zone(zone) is not None for zone in listed), code
        assert set(region.area_code_zones) <= set(region.area_codes), code


def test_all_states_are_there() -> None:
    states = {code for code in regions() if code.startswith("US-")}
    territories = {"US-AS", "US-FM", "US-GU", "US-MH", "US-MP", "US-PR", "US-PW", "US-VI"}
    assert len(states - territories) == 51
    assert len([code for code in regions() if code.startswith("CA-")]) == 13
    assert len([code for code in regions() if code.startswith("AU-")]) == 8


@pytest.mark.parametrize(
    ("area_code", "region", "zones"),
    [
        ("212", "US-NY", ("America/New_York",)),
        ("850", "US-FL", ("America/Chicago", "America/New_York")),
        ("928", "US-AZ", ("America/Phoenix", "America/Denver")),
        ("602", "US-AZ", ("America/Phoenix",)),
        ("808", "US-HI", ("Pacific/Honolulu",)),
        ("317", "US-IN", ("America/Indiana/Indianapolis",)),
        ("812", "US-IN", ("America/Indiana/Indianapolis", "America/Chicago", "America/New_York")),
        ("709", "CA-NL", ("America/St_Johns", "America/Goose_Bay")),
    ],
)
def test_area_codes_are_known(area_code: str, region: str, zones: tuple[str, ...]) -> None:
    area = area_of_code(area_code)
    assert area is not None
    assert (area.regions, set(area.zones)) == ((region,), set(zones))


def test_toll_free_codes_are_nowhere() -> None:
    assert area_of_code("800") is None


@pytest.mark.parametrize(
    ("country", "postal_code", "regions_", "zones"),
    [
        ("US", "32501", ("US-FL",), {"America/Chicago"}),
        ("US", "33101-1234", ("US-FL",), {"America/New_York"}),
        ("US", "37302", ("US-TN",), {"America/Chicago", "America/New_York"}),
        ("US", "86515", ("US-AZ",), {"America/Denver", "America/Phoenix"}),
        ("US", "2139", ("US-MA",), {"America/New_York"}),
        ("CA", "k1a 0b1", ("CA-ON",), {"America/Toronto"}),
        ("CA", "V1C 1A1", ("CA-BC",), {"America/Vancouver", "America/Edmonton", "America/Fort_Nelson"}),
        ("AU", "6000", ("AU-WA",), {"Australia/Perth"}),
        ("AU", "0800", ("AU-NT",), {"Australia/Darwin"}),
    ],
)
def test_postal_codes_are_known(country: str, postal_code: str, regions_: tuple[str, ...], zones: set[str]) -> None:
    area = area_of_postal_code(country, postal_code)
    assert area is not None
    assert (area.regions, set(area.zones)) == (regions_, zones)


@pytest.mark.parametrize(("country", "postal_code"), [("US", ""), ("US", "hello"), ("DE", "10115"), ("US", "00000")])
def test_other_postal_codes_say_nothing(country: str, postal_code: str) -> None:
    assert area_of_postal_code(country, postal_code) is None
