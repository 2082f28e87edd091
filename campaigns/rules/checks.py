"""The rules of the gate, one after the other: each says whether it lets a call through, and in words what it saw.

What is not known to whoever asks (None in `Seen`) is not judged there: the engine does not know the attempts of other
campaigns, the store, which is asked in the same step, does.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec

from campaigns.consents import ConsentKind
from campaigns.model import Campaign, CampaignStatus, Lead, LeadStatus
from campaigns.rules.past import PastCall, attempts_counted, quiet_until
from campaigns.rules.ruleset import Dates, RuleSet, is_in_force
from campaigns.rules.window import MINUTES_PER_DAY, OpenHours, is_holiday, local_time

DAY_S = 86_400.0
CLOSED: Final = LeadStatus.CLOSED
REFUSED: Final = ConsentKind.REFUSED
GIVEN = (ConsentKind.EXPRESS, ConsentKind.EXPRESS_WRITTEN)
"""Consent to a call, as the list has it on record."""
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class GateRule(StrEnum):
    """The rules of the gate."""

    CAMPAIGN_RUNNING = "campaign_running"
    CAMPAIGN_DATES = "campaign_dates"
    RING_TIMEOUT = "ring_timeout"
    ANSWER_LIMIT = "answer_limit"
    SAFE_HARBOUR = "safe_harbour"
    LEAD_OPEN = "lead_open"
    NOT_BEFORE = "not_before"
    ATTEMPTS_MAX = "attempts_max"
    DO_NOT_CALL = "do_not_call"
    NATIONAL_LIST = "national_list"
    CONSENT = "consent"
    TIME_ZONE = "time_zone"
    CALLING_WINDOW = "calling_window"
    ATTEMPT_CAPS = "attempt_caps"
    QUIET_PERIOD = "quiet_period"
    CALLER_ID = "caller_id"


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What whoever asks knows beside the campaign and the lead; None is "not known here"."""

    blocked: Container[str] = ()
    """Numbers on the do-not-call lists, E.164."""
    listed: Container[str] = ()
    """Names of the other lists that hold the lead's number: national ones, and `campaign_list` of the campaign."""
    past: Sequence[PastCall] | None = None
    """Earlier attempts at the number, of all campaigns."""
    lists: Mapping[str, float] | None = None
    """The national do-not-call lists there are, and the day of each copy as Unix seconds."""
    caller_id: str | None = None
    """The number that will be shown."""


class Case(msgspec.Struct, frozen=True, gc=False):
    """One lead before the gate."""

    campaign: Campaign
    lead: Lead
    rules: RuleSet
    dates: Dates
    now: float
    seen: Seen


class Check(msgspec.Struct, frozen=True):
    """One rule."""

    rule: GateRule
    lets_through: Callable[[Case], bool]
    tell: Callable[[Case], str]
    """What it saw, in words; asked when it refuses, and for evidence."""
    is_of_campaign: bool = False
    """Whether it is the same for all leads at a place."""
    is_fixed: bool = False
    """Whether neither lead nor time matters: it is judged once for each rule set."""
    reads: str = ""
    """The part of the rule set without which it refuses nobody."""

    def may_refuse(self, case: Case) -> bool:
        """Whether it can refuse anybody under the rule set of this case."""
        if self.is_fixed:
            return not self.lets_through(case)
        return not self.reads or bool(getattr(case.rules, self.reads))


def _is_running(case: Case) -> bool:
    return case.campaign.status is CampaignStatus.RUNNING


def _tell_running(case: Case) -> str:
    return (
        f"the campaign is {case.campaign.status}, not running" if not _is_running(case) else "the campaign is running"
    )


def _is_in_dates(case: Case) -> bool:
    return case.dates.starts_at <= case.now < case.dates.ends_at


def _tell_dates(case: Case) -> str:
    campaign = case.campaign
    first, last = campaign.starts_on or "its start", campaign.ends_on or "its end"
    return f"the campaign calls from {first} to {last} in {campaign.time_zone}"


def _rings_long_enough(case: Case) -> bool:
    return case.campaign.ring_timeout_s >= case.rules.ring_s_min


def _tell_ring(case: Case) -> str:
    return f"the ring timeout is {case.campaign.ring_timeout_s:g} s, at least {case.rules.ring_s_min:g} s are required"


def _answers_in_time(case: Case) -> bool:
    return case.campaign.answer_limit_s <= case.rules.answer_limit_s_max


def _tell_answer(case: Case) -> str:
    longest = case.rules.answer_limit_s_max
    return f"the answer limit is {case.campaign.answer_limit_s:g} s, at most {longest:g} s are allowed"


def _has_message(case: Case) -> bool:
    return bool(case.campaign.message.strip())


def _tell_message(case: Case) -> str:
    return f"an abandoned person hears {case.campaign.message!r}" if _has_message(case) else "no message is set"


def _is_lead_open(case: Case) -> bool:
    return case.lead.status is not CLOSED


def _tell_lead(case: Case) -> str:
    return "the lead is closed" if not _is_lead_open(case) else f"the lead is {case.lead.status}"


def _is_due(case: Case) -> bool:
    return case.lead.not_before <= case.now


def _tell_due(case: Case) -> str:
    if _is_due(case):
        return "the next attempt is due"
    return f"the next attempt is due in {case.lead.not_before - case.now:.0f} s"


def _has_attempts_left(case: Case) -> bool:
    return case.lead.attempts_made < case.campaign.attempts_max


def _tell_attempts(case: Case) -> str:
    return f"{case.lead.attempts_made} attempts made, {case.campaign.attempts_max} allowed"


def _is_not_blocked(case: Case) -> bool:
    return case.lead.number not in case.seen.blocked and not _lists_that_hold(case)


def _tell_blocked(case: Case) -> str:
    if lists := _lists_that_hold(case):
        return f"{case.lead.number} is on the do-not-call list {_listed(lists)}"
    return f"{case.lead.number} is {'not ' if _is_not_blocked(case) else ''}on the do-not-call list"


def campaign_list(campaign_id: int) -> str:
    """The name of a campaign's own do-not-call list."""
    return f"campaign:{campaign_id}"


def _lists_that_hold(case: Case) -> list[str]:
    listed = case.seen.listed
    if listed == ():
        return []
    names = [campaign_list(case.lead.campaign_id), *(one.list for one in case.rules.national_lists)]
    return [name for name in names if name in listed]


def _are_lists_fresh(case: Case) -> bool:
    lists = case.seen.lists
    if lists is None:
        return True
    return all(
        one.list in lists and case.now - lists[one.list] <= one.age_days_max * DAY_S
        for one in case.rules.national_lists
    )


def _tell_lists(case: Case) -> str:
    lists = case.seen.lists
    if lists is None or not case.rules.national_lists:
        return "no national list is asked for here"
    told = []
    for one in case.rules.national_lists:
        age = (
            f"is {(case.now - lists[one.list]) / DAY_S:.1f} days old" if one.list in lists else "has not been imported"
        )
        told.append(f"the national list {one.list} {age}, at most {one.age_days_max} days are allowed for sales calls")
    return "; ".join(told)


def _has_consented(case: Case) -> bool:
    consent = case.lead.consent
    if consent.kind is REFUSED:
        return False
    if not case.rules.consents:
        return True
    is_given = consent.kind in GIVEN and (consent.at is None or consent.at <= case.now)
    is_written = is_given and consent.kind is ConsentKind.EXPRESS_WRITTEN
    return not any(
        is_in_force(one, case.rules.zones, case.now)
        for one in case.rules.consents
        if not (is_written if one.is_written else is_given)
    )


def _tell_consent(case: Case) -> str:
    consent = case.lead.consent
    given = "" if consent.at is None else f" on {datetime.fromtimestamp(consent.at, UTC):%Y-%m-%d}"
    source = f" ({consent.source})" if consent.source else ""
    sources = [f"{one.source} (in writing)" if one.is_written else one.source for one in case.rules.consents]
    asked = f", asked for by {_listed(sources)}" if sources else ""
    return f"consent is {consent.kind}{given}{source}{asked}"


def _are_zones_known(case: Case) -> bool:
    return not case.rules.unknown_zones and bool(case.rules.zones)


def _tell_zones(case: Case) -> str:
    if case.rules.unknown_zones:
        return f"the time zone {case.rules.unknown_zones[0]!r} is not known"
    return f"the person is in {_listed(case.rules.zones)}"


def _is_window_open(case: Case) -> bool:
    # A zone that does not exist is the rule before's to refuse.
    return bool(case.rules.unknown_zones) or case.rules.clock.is_open(case.now)


def _tell_window(case: Case) -> str:
    return "; ".join(_told_zone(zone, case) for zone in case.rules.zones)


def _told_zone(zone: str, case: Case) -> str:
    local = local_time(zone, case.now)
    allowed = []
    for hours in case.rules.clock.hours:
        but = f", not on public holidays of {_listed([_region(one) for one in hours.holidays])}"
        is_kept = any(is_holiday(*where, local.date()) for where in hours.holidays)
        allowed.append(
            _told_hours(hours, local.weekday())
            + (but if hours.holidays else "")
            + (" (today is one)" if is_kept else "")
        )
    return f"it is {DAY_NAMES[local.weekday()]} {local:%H:%M} in {zone}, calls are allowed {' and '.join(allowed)}"


def _are_caps_kept(case: Case) -> bool:
    past = case.seen.past
    if not past:
        return all(cap.attempts_max > 0 for cap in case.rules.caps)
    return all(_counted(case, index) < cap.attempts_max for index, cap in enumerate(case.rules.caps))


def _tell_caps(case: Case) -> str:
    if case.seen.past is None or not case.rules.caps:
        return "no cap is asked for here"
    return "; ".join(
        f"{_counted(case, index)} attempts ({cap.scope}, {cap.within}), {cap.attempts_max} allowed by {cap.origin}"
        for index, cap in enumerate(case.rules.caps)
    )


def _counted(case: Case, index: int) -> int:
    lead = case.lead
    past = case.seen.past or ()
    return attempts_counted(case.rules.caps[index], past, lead.campaign_id, lead.lead_id, case.rules.zones, case.now)


def _is_quiet_over(case: Case) -> bool:
    past = case.seen.past
    if not past:
        return True
    ends = (quiet_until(quiet, past, case.rules.zones) for quiet in case.rules.quiet)
    return all(end is None or end <= case.now for end in ends)


def _tell_quiet(case: Case) -> str:
    past = case.seen.past
    if past is None or not case.rules.quiet:
        return "no quiet period is asked for here"
    told = []
    for quiet in case.rules.quiet:
        end = quiet_until(quiet, past, case.rules.zones)
        what = _listed((*quiet.after, *quiet.after_dispositions))
        left = "none" if end is None else f"{(end - case.now) / 3600.0:.1f} h left"
        told.append(f"quiet after {what}: {left} ({quiet.origin})")
    return "; ".join(told)


def _is_caller_shown(case: Case) -> bool:
    number = case.seen.caller_id
    if number is None or not case.rules.caller_ids:
        return True
    return all(number and (not one.prefixes or number.startswith(one.prefixes)) for one in case.rules.caller_ids)


def _tell_caller(case: Case) -> str:
    prefixes = [prefix for one in case.rules.caller_ids for prefix in one.prefixes]
    wanted = f", it must begin with {_listed(prefixes)}" if prefixes else ""
    return f"the number shown is {case.seen.caller_id or 'none'}{wanted}"


def _region(where: tuple[str, str]) -> str:
    return "-".join(part for part in where if part)


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(str(text) for text in texts) or "none"


def _told_hours(hours: OpenHours, weekday: int) -> str:
    if len(set(hours.spans)) == 1:
        return f"{_told_spans(hours.spans[0])} every day"
    days = ",".join(name for name, spans in zip(DAY_NAMES, hours.spans, strict=True) if spans == hours.spans[weekday])
    if hours.spans[weekday]:
        return f"{_told_spans(hours.spans[weekday])} on {days}"
    named = ",".join(name for name, spans in zip(DAY_NAMES, hours.spans, strict=True) if spans)
    return f"on {named} only" if named else "on no day"


def _told_spans(spans: tuple[tuple[int, int], ...]) -> str:
    return " and ".join(f"{_clock(first)}-{_clock(last)}" for first, last in spans) or "never"


def _clock(minute: int) -> str:
    assert 0 <= minute <= MINUTES_PER_DAY
    return f"{minute // 60:02d}:{minute % 60:02d}"


CHECKS = (
    Check(GateRule.CAMPAIGN_RUNNING, _is_running, _tell_running, is_of_campaign=True, is_fixed=True),
    Check(GateRule.CAMPAIGN_DATES, _is_in_dates, _tell_dates, is_of_campaign=True),
    Check(GateRule.RING_TIMEOUT, _rings_long_enough, _tell_ring, is_of_campaign=True, is_fixed=True),
    Check(GateRule.ANSWER_LIMIT, _answers_in_time, _tell_answer, is_of_campaign=True, is_fixed=True),
    Check(GateRule.SAFE_HARBOUR, _has_message, _tell_message, is_of_campaign=True, is_fixed=True),
    Check(GateRule.LEAD_OPEN, _is_lead_open, _tell_lead),
    Check(GateRule.NOT_BEFORE, _is_due, _tell_due),
    Check(GateRule.ATTEMPTS_MAX, _has_attempts_left, _tell_attempts),
    Check(GateRule.DO_NOT_CALL, _is_not_blocked, _tell_blocked),
    Check(GateRule.NATIONAL_LIST, _are_lists_fresh, _tell_lists, reads="national_lists"),
    Check(GateRule.CONSENT, _has_consented, _tell_consent),
    Check(GateRule.TIME_ZONE, _are_zones_known, _tell_zones, is_fixed=True),
    Check(GateRule.CALLING_WINDOW, _is_window_open, _tell_window),
    Check(GateRule.ATTEMPT_CAPS, _are_caps_kept, _tell_caps, reads="caps"),
    Check(GateRule.QUIET_PERIOD, _is_quiet_over, _tell_quiet, reads="quiet"),
    Check(GateRule.CALLER_ID, _is_caller_shown, _tell_caller, reads="caller_ids"),
)
"""In the order in which refusals are reported; every one that may refuse is asked, whatever the others say."""
