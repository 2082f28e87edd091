"""Quarters of an hour into the hours and days of a time zone.

Stores count by quarters since 1970, which every zone's hours and days are made of; daylight saving is the zone's
matter.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.reports.model import QUARTER_S, Grouping
from campaigns.rules.window import find_zone
from campaigns.service.errors import CallerError

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        CallerError: there is none of that name.
    """
    zone = find_zone(name)
    if zone is None:
        raise CallerError(f"time_zone: {name!r} is no IANA time zone such as Europe/London", "time_zone")
    return zone


def group_of(quarter: int, grouping: Grouping, zone: ZoneInfo) -> str:
    """The hour, weekday, day or month that a quarter lies in; names sort as their times do, weekdays by number.

    An hour that a clock set back repeats has its offset behind it, so that the two are told apart.
    """
    local = datetime.fromtimestamp(quarter * QUARTER_S, zone)
    match grouping:
        case Grouping.HOUR:
            return f"{local:%Y-%m-%d %H}:00{_offset(local)}"
        case Grouping.HOUR_OF_DAY:
            return f"{local:%H}:00"
        case Grouping.WEEKDAY:
            return f"{local.weekday() + 1} {_WEEKDAYS[local.weekday()]}"
        case Grouping.MONTH:
            return f"{local:%Y-%m}"
    return f"{local:%Y-%m-%d}"


def _offset(local: datetime) -> str:
    """Where the hour comes twice: its offset from UTC."""
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f" {local:%z}" if is_twice else ""
