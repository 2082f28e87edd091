"""States and provinces of countries that have rules or time zones of their own, read from the tables beside this."""

from functools import lru_cache
from importlib.resources import files

import msgspec

TABLES = ("north_america.toml", "australia.toml")
STEM_LENGTH_MAX = 3
"""Leading characters of a postal code that are looked up."""


class Region(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One state or province; see the head of `north_america.toml`."""

    zones: tuple[str, ...]
    area_codes: tuple[str, ...] = ()
    area_code_zones: dict[str, tuple[str, ...]] = {}
    postal_codes: tuple[str, ...] = ()
    postal_code_zones: dict[str, tuple[str, ...]] = {}


class Area(msgspec.Struct, frozen=True):
    """The regions and time zones that an area code or the stem of a postal code may lie in."""

    regions: tuple[str, ...] = ()
    """ISO 3166-2, "US-FL"."""
    zones: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def regions() -> dict[str, Region]:
    """Every region by its ISO 3166-2 code."""
    found: dict[str, Region] = {}
    for table in TABLES:
        text = files("campaigns.rules.places").joinpath(table).read_text(encoding="utf-8")
        found |= msgspec.toml.decode(text, type=dict[str, Region])
    return found


def area_of_code(area_code: str) -> Area | None:
    """What is known of an area code of the North American Numbering Plan, or None where it is no geographic one."""
    return _area_codes().get(area_code)


@lru_cache(maxsize=65_536)
def area_of_postal_code(country: str, postal_code: str) -> Area | None:
    """What is known of a postal code by its first characters; None where nothing is."""
    text = postal_code.replace(" ", "").replace("-", "").upper()
    if country == "US" and text.isdigit() and len(text) in (3, 4, 8):
        # A spreadsheet took the leading zero of a New England ZIP code for ornament.
        text = "0" + text
    for length in range(min(STEM_LENGTH_MAX, len(text)), 0, -1):
        area = _postal_codes().get((country, text[:length]))
        if area is not None:
            return area
    return None


@lru_cache(maxsize=1)
def _area_codes() -> dict[str, Area]:
    found: dict[str, Area] = {}
    for code, region in regions().items():
        for area_code in region.area_codes:
            zones = region.area_code_zones.get(area_code, region.zones[:1])
            found[area_code] = _joined(found.get(area_code), code, zones)
    return found


@lru_cache(maxsize=1)
def _postal_codes() -> dict[tuple[str, str], Area]:
    found: dict[tuple[str, str], Area] = {}
    for code, region in regions().items():
        country = code[:2]
        stems = {stem for text in region.postal_codes for stem in _stems(text)} | set(region.postal_code_zones)
        for stem in sorted(stems):
            zones = region.postal_code_zones.get(stem, region.zones[:1])
            found[country, stem] = _joined(found.get((country, stem)), code, zones)
    return found


def _joined(area: Area | None, region: str, zones: tuple[str, ...]) -> Area:
    known = area or Area()
    return Area((*known.regions, region), tuple(dict.fromkeys((*known.zones, *zones))))


def _stems(text: str) -> list[str]:
    first, dash, last = text.partition("-")
    if not dash:
        return [first]
    return [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
