"""Caller IDs: the numbers of a company's own that its campaigns show, how one is chosen, and how often it was shown."""

from enum import StrEnum

import msgspec

DAY_HOURS = 24
"""Clock hours that a day's cap looks at, the present one included."""


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
    """Calls of one number in a clock hour; None for no limit."""
    calls_per_day_max: int | None = None
    """Calls of one number in 24 clock hours, the present one included."""
    rest_after_calls: int | None = None
    """After so many calls a number rests for `rest_s`, for every campaign of the tenant."""
    rest_s: float = 3600.0


class CallerIdUse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How often a number has been shown."""

    calls: int = 0
    """Ever."""
    last_at: float = 0.0
    hours: tuple[tuple[int, int], ...] = ()
    """Calls by clock hour since 1970, the last day's, oldest first."""
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
