"""How often a number of our own may be shown: its caps and its rests, the same for the engine and for every store."""

import math
from collections.abc import Collection, Iterator

from campaigns.caller_ids import DAY_HOURS, CallerIdChoice, CallerIdPool, CallerIdUse
from campaigns.model import Campaign
from campaigns.rules.compliance import Problem, range_problems

HOUR_S = 3600.0
NUMBERS_MAX = 1000
CALLS_MAX = 1_000_000
REST_S_MAX = 30 * 86_400.0


def calls_left(use: CallerIdUse, pool: CallerIdPool, now: float) -> float:
    """How many calls a number may make now without a pause; 0 while it rests, infinite where nothing limits it."""
    if now < use.rests_until:
        return 0.0
    left = math.inf
    hour = int(now // HOUR_S)
    if pool.calls_per_hour_max is not None:
        left = pool.calls_per_hour_max - sum(calls for at, calls in use.hours if at >= hour)
    if pool.calls_per_day_max is not None:
        left = min(left, pool.calls_per_day_max - sum(calls for at, calls in use.hours if at > hour - DAY_HOURS))
    if pool.rest_after_calls is not None:
        left = min(left, pool.rest_after_calls - _run(use, pool, now))
    return max(0.0, left)


def shown(use: CallerIdUse, pool: CallerIdPool, now: float) -> CallerIdUse:
    """The use of a number after one more call, by a campaign with that pool."""
    hour = max(int(now // HOUR_S), use.hours[-1][0] if use.hours else 0)
    hours = tuple(one for one in use.hours if hour - DAY_HOURS < one[0] < hour)
    this_hour = sum(calls for at, calls in use.hours if at == hour)
    run, rests_until = _run(use, pool, now) + 1, use.rests_until
    if pool.rest_after_calls is not None and run >= pool.rest_after_calls:
        run, rests_until = 0, max(rests_until, now + pool.rest_s)
    return CallerIdUse(
        calls=use.calls + 1,
        last_at=max(use.last_at, now),
        hours=(*hours, (hour, this_hour + 1)),
        run=run,
        rests_until=rests_until,
    )


def later(known: CallerIdUse, found: CallerIdUse) -> CallerIdUse:
    """What is known of a number when its use is read from the store again: nothing that either knows is lost.

    The store has not yet what this engine decided a moment ago, and has what other engines did.
    """
    if found.calls >= known.calls:
        known, found = found, known
    hours = dict(found.hours)
    merged = tuple((hour, max(calls, hours.pop(hour, 0))) for hour, calls in known.hours)
    return CallerIdUse(
        calls=known.calls,
        last_at=max(known.last_at, found.last_at),
        hours=tuple(sorted((*merged, *hours.items()))),
        run=known.run,
        rests_until=max(known.rests_until, found.rests_until),
    )


def caller_id_problems(campaign: Campaign) -> Iterator[Problem]:
    """Everything that is wrong with a campaign's pool, as far as it can be said without knowing what is registered."""
    pool = campaign.caller_ids
    limits = ("calls_per_hour_max", "calls_per_day_max", "rest_after_calls")
    for field in limits:
        limit = getattr(pool, field)
        if limit is not None:
            yield from range_problems(f"caller_ids.{field}", limit, 1, CALLS_MAX)
    yield from range_problems("caller_ids.rest_s", pool.rest_s, 0.0, REST_S_MAX)
    if len(pool.numbers) > NUMBERS_MAX or len(pool.by_list) > NUMBERS_MAX:
        yield Problem("caller_ids", f"names more than {NUMBERS_MAX} numbers")
    elif len(set(pool.numbers)) != len(pool.numbers):
        yield Problem("caller_ids.numbers", "names a number twice")
    if pool.choice is CallerIdChoice.FIXED:
        named = [field for field in ("numbers", "by_list", *limits) if getattr(pool, field)]
        if named:
            message = f"is fixed, so {', '.join(named)} would do nothing; choose rotation, by_list or local"
            yield Problem("caller_ids.choice", message)
    elif campaign.caller_id:
        yield Problem("caller_id", f"is not used, as caller_ids.choice is {pool.choice}; leave it empty")
    if pool.choice is CallerIdChoice.BY_LIST and not pool.by_list:
        yield Problem("caller_ids.by_list", "names no list")
    if pool.choice is not CallerIdChoice.BY_LIST and pool.choice is not CallerIdChoice.FIXED and pool.by_list:
        yield Problem("caller_ids.by_list", f"is not used, as caller_ids.choice is {pool.choice}; leave it empty")


def registration_problems(campaign: Campaign, registered: Collection[str]) -> Iterator[Problem]:
    """Numbers that a campaign would show and that are not its tenant's own.

    A tenant that has registered no number at all vouches for `caller_id` itself.
    """
    pool = campaign.caller_ids
    said = "is not among the registered caller IDs; see `dialer caller-id list`"
    if pool.choice is not CallerIdChoice.FIXED and not registered:
        message = "needs registered caller IDs, and there is none; see `dialer caller-id add`"
        yield Problem("caller_ids.choice", message)
        return
    if campaign.caller_id and registered and campaign.caller_id not in registered:
        yield Problem("caller_id", f"{campaign.caller_id} {said}")
    for index, number in enumerate(pool.numbers):
        if number not in registered:
            yield Problem(f"caller_ids.numbers[{index}]", f"{number!r} {said}")
    for name, number in pool.by_list.items():
        if number not in registered:
            yield Problem(f"caller_ids.by_list.{name}", f"{number!r} {said}")


def of_pool(pool: CallerIdPool, number: str) -> bool:
    """Whether a registered number takes part in a pool."""
    return not pool.numbers or number in pool.numbers or number in pool.by_list.values()


def _run(use: CallerIdUse, pool: CallerIdPool, now: float) -> int:
    """Calls since the last rest: one that was not shown for that long has rested."""
    return 0 if now - use.last_at >= pool.rest_s else use.run
