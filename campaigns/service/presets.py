"""Safe settings by country: what a campaign that calls there needs beside its name and its skill group."""

from collections.abc import Mapping
from typing import Any

CAREFUL: dict[str, Any] = {
    # The strictest cap of the profiles, for everybody.
    "attempt_caps": [{"attempts_max": 3, "within": "24h", "scope": "number"}],
}

PRESETS: dict[str, dict[str, Any]] = {
    "US": CAREFUL | {"compliance": "us", "time_zone": "America/New_York"},
    "GB": CAREFUL | {"compliance": "gb", "time_zone": "Europe/London", "pacing": {"abandon_rate_target": 0.01}},
    "CA": CAREFUL | {"compliance": "ca", "time_zone": "America/Toronto"},
    "DE": CAREFUL | {"compliance": "de", "time_zone": "Europe/Berlin", "pacing": {"abandon_rate_target": 0.01}},
    "FR": {
        "compliance": "fr",
        "time_zone": "Europe/Paris",
        "attempt_caps": [{"attempts_max": 1, "within": "day", "scope": "number"}],
    },
    "IN": CAREFUL | {"compliance": "in", "time_zone": "Asia/Kolkata", "pacing": {"abandon_rate_target": 0.01}},
    "AU": CAREFUL | {"compliance": "au", "time_zone": "Australia/Sydney"},
    "CN": CAREFUL | {"compliance": "cn", "time_zone": "Asia/Shanghai"},
}
"""By ISO 3166-1. The zone is that of leads of which nothing else is known."""


GENERAL_NOTICE = (
    "compliance is general: only the campaign's own hours and caps hold, no country's rules. "
    f"Name a country ({', '.join(PRESETS)}) to begin with its safe settings, or by-number for each called number's."
)
"""For whoever makes a campaign without naming a country or a profile."""


def preset_of(country: str) -> Mapping[str, Any] | None:
    """The settings for a country, or None where there are none."""
    return PRESETS.get(country.upper())
