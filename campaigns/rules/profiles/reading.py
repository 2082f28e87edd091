"""Reading the profiles, and which of them hold for a person."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.resources import files

import msgspec

from campaigns.rules.places.place import Place
from campaigns.rules.profiles.profile import Profile

GENERAL = "general"
"""No country's rules: only the campaign's own."""
BY_NUMBER = "by-number"
"""Those of the called number's country and state, whichever it is."""


@lru_cache(maxsize=1)
def profiles() -> Mapping[str, Profile]:
    """Every profile by its id."""
    folder = files("campaigns.rules.profiles")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    found = [msgspec.toml.decode(folder.joinpath(name).read_text(encoding="utf-8"), type=Profile) for name in names]
    return {profile.profile_id: profile for profile in found}


def choices() -> tuple[str, ...]:
    """What a campaign may say of its compliance."""
    return (BY_NUMBER, *sorted(profiles()))


@lru_cache(maxsize=4096)
def profiles_for(compliance: str, country: str, regions: tuple[str, ...]) -> tuple[Profile, ...]:
    """The profiles that hold for a person: the one named, and but for `general` those of the number and its region."""
    known = profiles()
    if compliance == GENERAL:
        return (known[GENERAL],)
    wanted = [profile.profile_id for profile in known.values() if _is_of(profile, country, regions)]
    if compliance in known:
        wanted.append(compliance)
    return tuple(known[name] for name in sorted(_with_included(wanted, known)))


def profiles_of(compliance: str, place: Place) -> tuple[Profile, ...]:
    """The profiles that hold at a place."""
    return profiles_for(compliance, place.country, place.regions)


def _is_of(profile: Profile, country: str, regions: Collection[str]) -> bool:
    return country in profile.countries or any(region in profile.regions for region in regions)


def _with_included(wanted: list[str], known: Mapping[str, Profile]) -> set[str]:
    found: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            if known[name].includes:
                wanted.append(known[name].includes)
    return found
