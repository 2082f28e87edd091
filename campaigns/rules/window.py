"""Calling windows: local wall-clock hours of the person called, by the IANA time zone database."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.model import CallingWindow

MINUTES_PER_DAY = 24 * 60


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # The three ways ZoneInfo refuses a name: not in the database, not a key at all, a folder of the database.
        return None


@lru_cache(maxsize=1024)
def minute_of_day(text: str) -> int | None:
    """Minutes since midnight of "HH:MM" ("24:00" is the end of the day), or None for anything else."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and text.isascii() and (hours + minutes).isdigit()):
        return None
    if int(minutes) > 59:
        return None
    minute = int(hours) * 60 + int(minutes)
    return minute if minute <= MINUTES_PER_DAY else None


def is_open(window: CallingWindow, zone: ZoneInfo, now: float) -> bool:
    """Say whether a person in `zone` may be called now; a window that cannot be read is never open.

    The window is wall-clock time: on a day the clocks change inside it, it is an hour longer or shorter.
    """
    start, end = minute_of_day(window.start), minute_of_day(window.end)
    if start is None or end is None:
        return False
    local = datetime.fromtimestamp(now, zone)
    return local.weekday() in window.days and start <= local.hour * 60 + local.minute < end
