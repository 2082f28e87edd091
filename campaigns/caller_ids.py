"""Caller IDs: the numbers of a company's own that its campaigns show, how one is chosen, and how often it was shown."""

from enum import StrEnum

import msgspec

STEPS = 48
"""Parts of a window in which calls are counted: a call is forgotten when its part has left the window as a whole."""
Steps = tuple[tuple[int, int], ...]
"""Calls by part of a window, parts counted since 1970; the oldest first, none without a call."""


class ShownWithin(StrEnum):
    """The windows in which a number's calls are counted; each slides with the clock."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


WINDOW_S = {ShownWithin.HOUR: 3600.0, ShownWithin.DAY: 86_400.0, ShownWithin.WEEK: 7 * 86_400.0}


class CallerIdChoice(StrEnum):
    """How the number that a call shows is chosen."""

    FIXED = "fixed"
    """The campaign's `caller_id`; where it has none, the trunk's own."""
    ROTATION = "rotation"
    """Each number of the pool in turn."""
    BY_LIST = "by_list"
    """The number of the lead's list; leads of other lists get those of the pool in turn."""
    LOCAL = "local"
    """Local presence: a number of the called one's area code, else of its state or province, else the one with which it
    has most leading digits in common. Equals come in turn."""


class CallerIdPool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers a campaign shows, all of them registered as its tenant's own, and how often each may be shown.

    A number is counted over all campaigns of its tenant. Where none may be shown now, nobody is called.
    """

    choice: CallerIdChoice = CallerIdChoice.FIXED
    numbers: tuple[str, ...] = ()
    """E.164; empty means all that the tenant has registered."""
    by_list: dict[str, str] = {}
    """The number of each list, by the list's name."""
    calls_per_hour_max: int | None = None
    """Calls of one number in any 60 minutes; None for no limit."""
    calls_per_day_max: int | None = None
    """Calls of one number in any 24 hours."""
    calls_per_week_max: int | None = None
    """Calls of one number in any 7 times 24 hours."""
    rest_after_calls: int | None = None
    """After so many calls a number rests for `rest_s`, for every campaign of the tenant."""
    rest_s: float = 3600.0


class CallerIdUse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How often a number has been shown."""

    calls: int = 0
    """Ever."""
    last_at: float = 0.0
    hour: Steps = ()
    """The last hour's, by 75 seconds."""
    day: Steps = ()
    """The last 24 hours', by half hours."""
    week: Steps = ()
    """The last 7 days', by three and a half hours."""
    run: int = 0
    """Calls since it last rested."""
    rests_until: float = 0.0


UNUSED = CallerIdUse()


class CallerId(msgspec.Struct, frozen=True, kw_only=True):
    """A number that a tenant has registered as its own."""

    number: str
    """E.164."""
    label: str = ""
    """What it is for, or who let it."""
    added_at: float = 0.0
    use: CallerIdUse = UNUSED
