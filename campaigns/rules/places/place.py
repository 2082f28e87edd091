"""The place of a person: the country and states whose rules may hold, and every time zone they may be in.

A call is allowed only when it is allowed in all of them. A number says where it was given out, not where its owner is;
a postal code and a stated zone say where the owner lives: each can be wrong, so they are taken together. Only a number
that could be anywhere in its country (a mobile or toll-free one) gives way to what is stated more closely.
"""

from functools import lru_cache

import msgspec
import phonenumbers
from phonenumbers import timezone

from campaigns.rules.places.regions import Area, area_of_code, area_of_postal_code

LAST_DIGITS = 4
"""Numbers are given out in blocks of ten thousand at least where zones differ: the last digits say nothing of place."""
NANP = "+1"
UNKNOWN_ZONE = "Etc/Unknown"


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a person may be."""

    country: str = ""
    """ISO 3166-1, "US"; empty where the number does not tell."""
    regions: tuple[str, ...] = ()
    """ISO 3166-2, "US-FL"; those whose rules may hold."""
    zones: tuple[str, ...] = ()
    """IANA zones, all of which must allow a call; empty where nothing is known."""


NOWHERE = Place()


def place_of(number: str, postal_code: str = "", time_zone: str = "") -> Place:
    """Find where a person may be.

    Args:
        number: E.164 with its plus sign.
        postal_code: of the number's country; empty where it is not known.
        time_zone: IANA zone as stated with the lead; empty where none is. It is not checked here: the gate refuses
            a zone that does not exist.
    """
    place, is_anywhere = _place_of_stem(number[:-LAST_DIGITS], len(number))
    if not postal_code and not time_zone:
        return place
    return _told_more(place, is_anywhere, postal_code, time_zone)


@lru_cache(maxsize=65_536)
def _told_more(place: Place, is_anywhere: bool, postal_code: str, time_zone: str) -> Place:
    area = area_of_postal_code(place.country, postal_code) or Area()
    stated = (*area.zones, time_zone) if time_zone else area.zones
    zones = stated if is_anywhere else (*place.zones, *stated)
    return Place(
        place.country, tuple(dict.fromkeys((*place.regions, *area.regions))), tuple(dict.fromkeys(zones)) or place.zones
    )


@lru_cache(maxsize=65_536)
def _place_of_stem(stem: str, length: int) -> tuple[Place, bool]:
    """The place of all numbers of this length that begin so, and whether that is just the whole country."""
    if stem.startswith(NANP):
        area = area_of_code(stem[2:5])
        if area is not None:
            return Place(area.regions[0][:2], area.regions, area.zones), False
    try:
        number = phonenumbers.parse(stem + "0" * (length - len(stem)))
    except phonenumbers.NumberParseException:
        return NOWHERE, False
    country = phonenumbers.region_code_for_number(number) or _only_country(number.country_code)
    by_prefix = timezone.time_zones_for_geographical_number(number)
    by_kind = timezone.time_zones_for_number(number)
    zones = tuple(zone for zone in dict.fromkeys((*by_kind, *by_prefix)) if zone != UNKNOWN_ZONE)
    return Place(country, (), zones), len(zones) > 1


def _only_country(country_code: int | None) -> str:
    codes = phonenumbers.region_codes_for_country_code(country_code or 0)
    # 999 and the like belong to no country; "001" stands for services without one.
    return codes[0] if len(codes) >= 1 and codes[0].isalpha() else ""
