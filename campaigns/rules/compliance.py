"""Whether what a campaign says of its compliance is sound: profile, purpose, caps, holidays and dates."""

from collections.abc import Iterator
from datetime import date

import msgspec

from campaigns.model import Campaign
from campaigns.rules.places.place import NOWHERE
from campaigns.rules.profiles.reading import choices
from campaigns.rules.ruleset import region_of, rule_set
from campaigns.rules.window import minute_of_day
from campaigns.terms import Within

CAPS_MAX = 20
ATTEMPTS_MAX = 1000
HOLIDAYS_MAX = 20


class Problem(msgspec.Struct, frozen=True):
    """One field that is not right."""

    field: str
    """Its path, "pacing.ratio"; empty where the whole is wrong."""
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def compliance_problems(campaign: Campaign) -> Iterator[Problem]:
    """Everything that is wrong with the settings the gate goes by."""
    if campaign.compliance not in choices():
        message = f"there is no profile {campaign.compliance!r}; choose one of: {', '.join(choices())}"
        yield Problem("compliance", message)
    else:
        yield from _profile_problems(campaign)
    yield from _cap_problems(campaign)
    yield from _holiday_problems(campaign)
    yield from _date_problems(campaign)
    yield from range_problems("amd_false_positives", campaign.amd_false_positives, 0.0, 1.0)


def range_problems(field: str, value: float, low: float, high: float, reason: str = "") -> Iterator[Problem]:
    """A number that is not from `low` to `high`."""
    # Written so that NaN, which compares false to everything, is a problem.
    if not low <= value <= high:
        yield Problem(field, f"is {value:g}, must be {low:g} to {high:g}" + (f" ({reason})" if reason else ""))


def _profile_problems(campaign: Campaign) -> Iterator[Problem]:
    """What could never be dialed under the named profile, said before the first lead is refused for it."""
    rules = rule_set(campaign, NOWHERE, "")
    pool = campaign.caller_ids
    shown = [("caller_id", campaign.caller_id), *(("caller_ids.numbers", number) for number in pool.numbers)]
    shown += [(f"caller_ids.by_list.{name}", number) for name, number in pool.by_list.items()]
    for caller_id in rules.caller_ids:
        for field, number in shown:
            if number and caller_id.prefixes and not number.startswith(caller_id.prefixes):
                listed = " or ".join(caller_id.prefixes)
                yield Problem(field, f"is {number}, must begin with {listed} ({caller_id.source})")
    window = campaign.calling_window
    start, end = minute_of_day(window.start), minute_of_day(window.end)
    if start is None or end is None or start >= end:
        # Said already, of the window itself.
        return
    lawful = [hours.spans for hours in rules.clock.hours[1:]]
    own = [(day, minute) for day in window.days if 0 <= day <= 6 for minute in range(start, end, 15)]
    if own and not any(all(_is_within(spans[day], minute) for spans in lawful) for day, minute in own):
        yield Problem(
            "calling_window", f"lies outside the hours that {campaign.compliance} allows: nobody could be called"
        )


def _is_within(spans: tuple[tuple[int, int], ...], minute: int) -> bool:
    return any(first <= minute < last for first, last in spans)


def _cap_problems(campaign: Campaign) -> Iterator[Problem]:
    if len(campaign.attempt_caps) > CAPS_MAX:
        yield Problem("attempt_caps", f"are {len(campaign.attempt_caps)}, at most {CAPS_MAX} are allowed")
    for index, cap in enumerate(campaign.attempt_caps):
        reason = "" if cap.within is Within.EVER else f"within {cap.within}"
        yield from range_problems(f"attempt_caps[{index}].attempts_max", cap.attempts_max, 1, ATTEMPTS_MAX, reason)


def _holiday_problems(campaign: Campaign) -> Iterator[Problem]:
    if len(campaign.holidays) > HOLIDAYS_MAX:
        yield Problem("holidays", f"names {len(campaign.holidays)} regions, at most {HOLIDAYS_MAX} are allowed")
        return
    if not campaign.holidays:
        return
    # Imported where it is needed: it takes a third of a second.
    from holidays import country_holidays

    for index, text in enumerate(campaign.holidays):
        country, part = region_of(text)
        try:
            country_holidays(country, subdiv=part or None)
        except NotImplementedError:
            message = f"{text!r} is not a country or region with known holidays, such as US or US-AL"
            yield Problem(f"holidays[{index}]", message)


def _date_problems(campaign: Campaign) -> Iterator[Problem]:
    days = []
    for field in ("starts_on", "ends_on"):
        text = getattr(campaign, field)
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            yield Problem(field, f"{text!r} is not a date such as 2026-12-24")
            return
    first, last = days
    if first is not None and last is not None and last < first:
        yield Problem("ends_on", f"is {campaign.ends_on}, before starts_on {campaign.starts_on}")
    if last is not None and last.year > 9000:
        yield Problem("ends_on", f"is {campaign.ends_on}; leave it empty for a campaign without end")
