"""What was tried at a person before, and the rules that count it: attempt caps and quiet periods."""

from collections.abc import Sequence

import msgspec

from campaigns.model import Outcome
from campaigns.rules.window import midnight
from campaigns.terms import Scope, Within

HOUR_S = 3600.0
DAY_S = 86_400.0
_SPANS = {Within.HOURS_24: DAY_S, Within.DAYS_7: 7 * DAY_S, Within.DAYS_30: 30 * DAY_S}


class PastCall(msgspec.Struct, frozen=True, gc=False):
    """One earlier attempt at a number, by whichever campaign."""

    placed_at: float
    campaign_id: int
    lead_id: int
    outcome: Outcome | None
    """None while it is open."""
    disposition: str = ""
    """What the agent's disposition means, "refusal"."""


class CapInForce(msgspec.Struct, frozen=True):
    """An attempt cap with where it comes from."""

    attempts_max: int
    within: Within
    scope: Scope
    origin: str
    """The profile's source, or "the campaign"."""


class QuietInForce(msgspec.Struct, frozen=True):
    """A quiet period with where it comes from."""

    after: tuple[Outcome, ...]
    after_dispositions: tuple[str, ...]
    hours: float
    days: int
    origin: str


def attempts_counted(
    cap: CapInForce, past: Sequence[PastCall], campaign_id: int, lead_id: int, zones: Sequence[str], now: float
) -> int:
    """How many of the earlier attempts a cap counts."""
    since = _since(cap.within, zones, now)
    return sum(
        call.placed_at > since
        and (
            cap.scope is Scope.NUMBER
            or (cap.scope is Scope.CAMPAIGN and call.campaign_id == campaign_id)
            or (cap.scope is Scope.LEAD and call.lead_id == lead_id)
        )
        for call in past
    )


def quiet_until(quiet: QuietInForce, past: Sequence[PastCall], zones: Sequence[str]) -> float | None:
    """When the quiet period after the last attempt that began one is over; None where none ever did."""
    ends = [
        _quiet_end(quiet, call.placed_at, zones)
        for call in past
        if call.outcome in quiet.after or (call.disposition and call.disposition in quiet.after_dispositions)
    ]
    return max(ends, default=None)


def cap_frees_at(
    cap: CapInForce, past: Sequence[PastCall], campaign_id: int, lead_id: int, zones: Sequence[str], now: float
) -> float | None:
    """When a cap lets the next attempt through, `now` where it does already; None where it never will."""
    counted = sorted(
        call.placed_at for call in past if attempts_counted(cap, (call,), campaign_id, lead_id, zones, now)
    )
    if len(counted) < cap.attempts_max:
        return now
    span = _SPANS.get(cap.within)
    if cap.within is Within.DAY:
        return max((midnight(zone, now, days_before=-1) for zone in zones), default=now + DAY_S)
    if span is None or cap.attempts_max <= 0:
        return None
    return counted[-cap.attempts_max] + span


def _since(within: Within, zones: Sequence[str], now: float) -> float:
    """Attempts placed after this moment count; the start of a day counts as belonging to it."""
    if within is Within.EVER:
        return float("-inf")
    if within is Within.DAY:
        # Where zones differ the day that began earliest is the stricter one.
        return min((midnight(zone, now) for zone in zones), default=now - DAY_S) - 1e-6
    return now - _SPANS[within]


def _quiet_end(quiet: QuietInForce, placed_at: float, zones: Sequence[str]) -> float:
    if not quiet.days:
        return placed_at + quiet.hours * HOUR_S
    # The day of the attempt is the first, where the person is: the period ends with the last midnight of any zone.
    ends = [midnight(zone, placed_at, days_before=-quiet.days) for zone in zones]
    return max(ends, default=placed_at + quiet.days * DAY_S)
