"""The abandon rate as each regulator counts it: over which period, and what is in it.

Counts are kept by clock hour. A period that moves along is taken from the hour it begins in, so it is never shorter
than the law's; a call is counted in the hour it was answered.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from campaigns.model import Campaign
from campaigns.rules.profiles.profile import Abandon, Counting, Window
from campaigns.rules.profiles.reading import BY_NUMBER, profiles, profiles_for
from campaigns.rules.window import find_zone
from campaigns.terms import AbandonWindow, AnswerHour

HOUR_S = 3600.0
DAY_S = 86_400.0
DAYS_30_S = 30 * DAY_S
KEPT_S = 32 * DAY_S
"""No period here is longer: a calendar month and an hour."""


class Period(msgspec.Struct, frozen=True):
    """One rule's period, from when to when."""

    name: str
    rule: Abandon
    started_at: float
    ends_at: float | None


def abandon_rules(campaign: Campaign) -> tuple[tuple[str, Abandon], ...]:
    """The abandon rules a campaign is held to, each with its name.

    A campaign whose profile is the called number's may call anywhere: it is held to every profile's.
    """
    known = profiles()
    held = known.values() if campaign.compliance == BY_NUMBER else profiles_for(campaign.compliance, "", ())
    return tuple((f"{profile.profile_id} {rule.window}", rule) for profile in held for rule in profile.abandon)


def periods(campaign: Campaign, first_call_at: float | None, now: float) -> tuple[Period, ...]:
    """The periods that run now.

    Args:
        campaign: its profile and time zone.
        first_call_at: when the campaign's first call was answered, from which successive periods are counted; None
            where none was.
        now: Unix seconds.
    """
    zone = find_zone(campaign.time_zone) or ZoneInfo("UTC")
    return tuple(
        Period(name, rule, *_bounds(rule.window, now if first_call_at is None else first_call_at, now, zone))
        for name, rule in abandon_rules(campaign)
    )


def windows(
    campaign: Campaign, hours: Iterable[AnswerHour], first_call_at: float | None, now: float
) -> tuple[AbandonWindow, ...]:
    """The campaign's account over each period."""
    counted = tuple(hours)
    return tuple(_window(campaign, period, counted) for period in periods(campaign, first_call_at, now))


def _window(campaign: Campaign, period: Period, hours: tuple[AnswerHour, ...]) -> AbandonWindow:
    # An hour that the beginning cuts belongs to the period: some zones begin their day in the middle of one.
    inside = [one for one in hours if (one.hour + 1) * HOUR_S > period.started_at]
    return AbandonWindow(
        name=period.name,
        rate_max=period.rule.rate_max,
        machine_share=campaign.amd_false_positives if period.rule.counting is Counting.OFCOM else 0.0,
        answered=sum(one.answered for one in inside),
        abandoned=sum(one.abandoned for one in inside),
        machines=sum(one.machines for one in inside),
        started_at=period.started_at,
        ends_at=period.ends_at,
    )


def _bounds(window: Window, first_call_at: float, now: float, zone: ZoneInfo) -> tuple[float, float | None]:
    if window is Window.HOURS_24:
        return (now - DAY_S) // HOUR_S * HOUR_S, None
    if window is Window.DAYS_30:
        begun = max(0.0, now - first_call_at) // DAYS_30_S
        started_at = first_call_at + begun * DAYS_30_S
        return started_at, started_at + DAYS_30_S
    local = datetime.fromtimestamp(now, zone)
    day = datetime(local.year, local.month, local.day, tzinfo=zone)
    if window is Window.DAY:
        return day.timestamp(), (day + timedelta(days=1)).timestamp()
    first = day.replace(day=1)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.timestamp(), following.timestamp()
