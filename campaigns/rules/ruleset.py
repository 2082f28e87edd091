"""The rules in force for one campaign at one place: its own settings and the profiles that hold there, ready to ask.

Made once for each place and kept with the campaign: what the gate asks a hundred times a second is then a look-up.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import inf

import msgspec

from campaigns.model import Campaign
from campaigns.rules.past import CapInForce, QuietInForce
from campaigns.rules.places.place import Place
from campaigns.rules.profiles.profile import CallerId, Consent, ConsentFor, NationalList, Profile, Rule
from campaigns.rules.profiles.reading import choices, profiles_of
from campaigns.rules.window import Clock, OpenHours, find_zone, hours_of, open_hours
from campaigns.terms import Purpose

RING_TIMEOUT_S_MIN = 15.0
"""An unanswered call must ring at least this long (16 CFR 310.4(b)(4)(ii), 47 CFR 64.1200(a)(6))."""
ANSWER_LIMIT_S_MAX = 2.0
"""A person who waits longer for an agent has been abandoned (16 CFR 310.4(b)(1)(iv), 47 CFR 64.1200(a)(7))."""


class RuleSet(msgspec.Struct, frozen=True):
    """What must hold for a call of a campaign to a person at a place."""

    profiles: tuple[Profile, ...]
    zones: tuple[str, ...]
    """All of them must be inside the hours."""
    unknown_zones: tuple[str, ...]
    clock: Clock
    caps: tuple[CapInForce, ...]
    quiet: tuple[QuietInForce, ...]
    ring_s_min: float
    answer_limit_s_max: float
    national_lists: tuple[NationalList, ...]
    consents: tuple[Consent, ...]
    caller_ids: tuple[CallerId, ...]
    retention_days: int
    """0 where no profile says."""

    @property
    def needs_past(self) -> bool:
        """Whether any rule asks for earlier attempts at the number."""
        return bool(self.caps or self.quiet)


class Dates(msgspec.Struct, frozen=True):
    """From when to when a campaign may call at all, Unix seconds."""

    starts_at: float
    ends_at: float


def rule_set(campaign: Campaign, place: Place, time_zone: str) -> RuleSet:
    """Join a campaign's settings and the profiles that hold at a place.

    Args:
        campaign: its settings.
        place: where the person may be; of a campaign without profiles only what was stated counts.
        time_zone: as stated with the lead; empty for the campaign's.
    """
    profiles = profiles_of(campaign.compliance, place)
    by_place = campaign.compliance != "general" and bool(place.zones)
    zones = place.zones if by_place else (time_zone or campaign.time_zone,)
    lists = tuple(profile.national_list for profile in profiles if profile.national_list is not None)
    return RuleSet(
        profiles=profiles,
        zones=tuple(zone for zone in zones if find_zone(zone) is not None),
        unknown_zones=tuple(zone for zone in zones if find_zone(zone) is None),
        clock=Clock(tuple(_hours(campaign, profiles)), zones),
        caps=_caps(campaign, profiles),
        quiet=tuple(
            QuietInForce(one.after, one.after_dispositions, one.hours, one.days, one.source)
            for profile in profiles
            for one in profile.quiet
        ),
        ring_s_min=max(RING_TIMEOUT_S_MIN, *(one.ring.seconds for one in profiles if one.ring is not None), 0.0),
        answer_limit_s_max=min(_answer_limits(campaign, profiles), default=inf),
        national_lists=lists if campaign.purpose is Purpose.SALES else (),
        consents=tuple(consent for profile in profiles for consent in profile.consent if _asks(consent, campaign)),
        caller_ids=tuple(profile.caller_id for profile in profiles if profile.caller_id is not None),
        retention_days=max((one.retention.days for one in profiles if one.retention is not None), default=0),
    )


def _answer_limits(campaign: Campaign, profiles: Sequence[Profile]) -> list[float]:
    # Without a profile there is none here: the settings cap it at every door through which a campaign is made or
    # changed, and the simulator's queueing scenarios, which call nobody, need people who wait.
    limits = [one.answer_limit.seconds for one in profiles if one.answer_limit is not None]
    return limits if campaign.compliance == "general" else [ANSWER_LIMIT_S_MAX, *limits]


def dates_of(campaign: Campaign) -> Dates:
    """The campaign's first and last day as moments; a zone or date that cannot be read closes it (see settings)."""
    starts_at, ends_at = float("-inf"), float("inf")
    try:
        if campaign.starts_on:
            starts_at = _day_starts(date.fromisoformat(campaign.starts_on), campaign.time_zone)
        if campaign.ends_on:
            ends_at = _day_starts(date.fromisoformat(campaign.ends_on) + timedelta(days=1), campaign.time_zone)
    except (ValueError, OverflowError, AssertionError):
        return Dates(float("inf"), float("-inf"))
    return Dates(starts_at, ends_at)


def is_in_force(rule: Rule, zones: tuple[str, ...], now: float) -> bool:
    """Say whether a rule has begun to hold, in any of the zones."""
    if not rule.effective_from:
        return True
    day = date.fromisoformat(rule.effective_from)
    return any(now >= _day_starts(day, zone) for zone in zones or ("UTC",))


def region_of(text: str) -> tuple[str, str]:
    """Country and subdivision of a campaign's holiday setting, "US-AL" or "US"."""
    country, _, part = text.partition("-")
    return country, part


def _hours(campaign: Campaign, profiles: tuple[Profile, ...]) -> list[OpenHours]:
    found = [hours_of(campaign.calling_window)]
    if campaign.compliance not in choices():
        # Stored by a later version, or by hand: what cannot be read allows nothing.
        found.append(open_hours(()))
    if campaign.holidays:
        spans = ((tuple(range(7)), ("00:00-24:00",)),)
        found.append(open_hours(spans, tuple(map(region_of, campaign.holidays))))
    for profile in profiles:
        holidays = tuple((one.country, one.subdivision) for one in profile.holidays)
        if profile.hours:
            found.append(open_hours(tuple((one.days, one.spans) for one in profile.hours), holidays))
        elif holidays:
            found.append(open_hours(((tuple(range(7)), ("00:00-24:00",)),), holidays))
    return list(dict.fromkeys(found))


def _caps(campaign: Campaign, profiles: tuple[Profile, ...]) -> tuple[CapInForce, ...]:
    own = [CapInForce(cap.attempts_max, cap.within, cap.scope, "the campaign") for cap in campaign.attempt_caps]
    theirs = [
        CapInForce(cap.attempts_max, cap.within, cap.scope, cap.source) for profile in profiles for cap in profile.caps
    ]
    return (*own, *theirs)


def _asks(consent: Consent, campaign: Campaign) -> bool:
    if campaign.purpose is not Purpose.SALES:
        return False
    # A menu is a recorded message too, whoever comes after it.
    is_recorded = campaign.treatment == "message" or campaign.menu is not None
    return consent.needed_for is ConsentFor.SALES or is_recorded


def _day_starts(day: date, zone: str) -> float:
    found = find_zone(zone)
    assert found is not None, f"there is no time zone {zone!r}"
    return datetime(day.year, day.month, day.day, tzinfo=found).timestamp()
