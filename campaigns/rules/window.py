"""Calling windows: local wall-clock hours of the person called, by the IANA time zone database.

A window is wall-clock time: on a day the clocks change inside it, it is an hour longer or shorter.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from campaigns.model import CallingWindow

MINUTES_PER_DAY = 24 * 60
SEARCH_DAYS_MAX = 31
"""How far ahead the next opening is looked for."""


class Clock:
    """Whether some hours are open in some zones; asked often, it answers from memory within a minute.

    All offsets of the last half century are whole minutes, so one answer holds for its minute.
    """

    __slots__ = ("_is_open", "_minute", "hours", "zones")

    def __init__(self, hours: tuple["OpenHours", ...], zones: tuple[str, ...]) -> None:
        self.hours = hours
        self.zones = zones
        self._minute = -1
        self._is_open = False

    def is_open(self, now: float) -> bool:
        """Say whether all hours are open in all zones at `now`."""
        minute = int(now // 60)
        if minute != self._minute:
            self._is_open = are_open(self.hours, self.zones, now)
            self._minute = minute
        return self._is_open


class OpenHours(msgspec.Struct, frozen=True):
    """Spans of minutes since midnight, from and to, for each weekday from Monday; and holidays, which have none."""

    spans: tuple[tuple[tuple[int, int], ...], ...]
    holidays: tuple[tuple[str, str], ...] = ()
    """Country and subdivision."""


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


@lru_cache(maxsize=1024)
def open_hours(
    entries: tuple[tuple[tuple[int, ...], tuple[str, ...]], ...], holidays: tuple[tuple[str, str], ...] = ()
) -> OpenHours:
    """Hours from (days, spans) pairs, spans as "08:00-21:00"; a span that cannot be read is never open."""
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for numbers, spans in entries:
        for text in spans:
            start, _, end = text.partition("-")
            first, last = minute_of_day(start), minute_of_day(end)
            if first is None or last is None:
                continue
            for day in numbers:
                if 0 <= day <= 6:
                    days[day].append((first, last))
    return OpenHours(tuple(tuple(sorted(day)) for day in days), holidays)


def hours_of(window: CallingWindow) -> OpenHours:
    """A campaign's own window as hours."""
    return open_hours(((window.days, (f"{window.start}-{window.end}",)),))


def is_open(window: CallingWindow, zone: ZoneInfo, now: float) -> bool:
    """Say whether a person in `zone` may be called now; a window that cannot be read is never open."""
    return _is_open_at(hours_of(window), datetime.fromtimestamp(now, zone))


def are_open(hours: tuple[OpenHours, ...], zones: tuple[str, ...], now: float) -> bool:
    """Say whether all of `hours` are open in all of `zones` now; a zone that does not exist never is."""
    for name in zones:
        zone = find_zone(name)
        if zone is None:
            return False
        local = datetime.fromtimestamp(now, zone)
        if not all(_is_open_at(one, local) for one in hours):
            return False
    return True


def opens_at(hours: tuple[OpenHours, ...], zones: tuple[str, ...], at: float) -> float | None:
    """A moment from `at` on at which all hours are open in all zones; None where there is none in a month.

    It is the first, but for spans that lie in the hours a clock skips or repeats: there it may be the next.
    """
    if are_open(hours, zones, at):
        return at
    if any(find_zone(zone) is None for zone in zones):
        return None
    # Only where some span begins, in some zone, can a closed time end.
    starts = {_moment(day, first, zone) for zone in zones for one in hours for day, first in _starts(one, zone, at)}
    return next((moment for moment in sorted(starts) if moment >= at and are_open(hours, zones, moment)), None)


def local_time(zone: str, now: float) -> datetime:
    """Wall-clock time in a zone that exists."""
    found = find_zone(zone)
    assert found is not None, f"there is no time zone {zone!r}"
    return datetime.fromtimestamp(now, found)


def midnight(zone: str, now: float, days_before: int = 0) -> float:
    """When the day began that `now` lies in where the clock shows `zone`, or an earlier one; Unix seconds."""
    local = local_time(zone, now).date() - timedelta(days=days_before)
    return _moment(local, 0, zone)


@lru_cache(maxsize=4096)
def is_holiday(country: str, subdivision: str, day: date) -> bool:
    """Say whether a day is a public holiday there, by the `holidays` package."""
    return day in _holidays(country, subdivision, day.year)


def _is_open_at(hours: OpenHours, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    if not any(first <= minute < last for first, last in hours.spans[local.weekday()]):
        return False
    return not any(is_holiday(country, part, local.date()) for country, part in hours.holidays)


def _starts(hours: OpenHours, zone: str, at: float) -> Iterable[tuple[date, int]]:
    today = local_time(zone, at).date()
    for later in range(SEARCH_DAYS_MAX + 1):
        day = today + timedelta(days=later)
        for first, _ in hours.spans[day.weekday()]:
            yield day, first


def _moment(day: date, minute: int, zone: str) -> float:
    found = find_zone(zone)
    assert found is not None, f"there is no time zone {zone!r}"
    local = datetime(day.year, day.month, day.day, tzinfo=found)
    # The wall clock jumps on switch days; adding to a local time keeps the wall clock, as is wanted here.
    return (local + timedelta(minutes=minute)).timestamp()


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    # Imported where it is needed: it takes a third of a second, and most callers have no profile with holidays.
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
