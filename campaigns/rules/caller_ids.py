"""How often a number of our own may be shown: its caps and its rests, the same for the engine and for every store.

Theory of operation. A cap holds for every window of its length, wherever it begins. A number keeps how many calls it
made in each part of a window (a window has `STEPS` parts), and a call counts until its part has left the window as a
whole: never too short, and at most one part, two per cent, too long. What is kept so is small, and always the same
however many calls there were, so it is read and written with the number's row.
"""

import math
from collections.abc import Collection, Iterator

from campaigns.caller_ids import STEPS, WINDOW_S, CallerIdChoice, CallerIdPool, CallerIdUse, ShownWithin, Steps
from campaigns.model import Campaign
from campaigns.rules.compliance import Problem, range_problems

NUMBERS_MAX = 1000
CALLS_MAX = 1_000_000
REST_S_MAX = 30 * 86_400.0
SPARE_STEPS = STEPS // 2
"""Parts that are kept beyond a window: engines' clocks, and the writing of their attempts, are so far apart at most."""

_STEP_S = {within: length_s / STEPS for within, length_s in WINDOW_S.items()}
# By name, as they are asked for with every call.
_HOUR_STEP_S, _DAY_STEP_S, _WEEK_STEP_S = (_STEP_S[within] for within in ShownWithin)


def calls_left(use: CallerIdUse, pool: CallerIdPool, now: float) -> float:
    """How many calls a number may make now without a pause; 0 while it rests, infinite where nothing limits it."""
    if now < use.rests_until:
        return 0.0
    left = math.inf
    if pool.calls_per_hour_max is not None:
        left = pool.calls_per_hour_max - _count(use.hour, int(now // _HOUR_STEP_S) - STEPS)
    if pool.calls_per_day_max is not None:
        left = min(left, pool.calls_per_day_max - _count(use.day, int(now // _DAY_STEP_S) - STEPS))
    if pool.calls_per_week_max is not None:
        left = min(left, pool.calls_per_week_max - _count(use.week, int(now // _WEEK_STEP_S) - STEPS))
    if pool.rest_after_calls is not None:
        left = min(left, pool.rest_after_calls - _run(use, pool, now))
    return max(0.0, left)


def calls_within(use: CallerIdUse, within: ShownWithin, now: float) -> int:
    """Calls of a number in the window that ends now, as its cap counts them; later ones count too."""
    return _count(_steps(use, within), int(now // _STEP_S[within]) - STEPS)


def next_call_at(use: CallerIdUse, pool: CallerIdPool, now: float) -> float:
    """When a number may be shown next if it is not shown meanwhile; `now` where it may be at once."""
    at = max(now, use.rests_until)
    for within, calls_max in _caps(pool):
        over = calls_within(use, within, now) - calls_max
        first = int(now // _STEP_S[within]) - STEPS
        for step, count in _steps(use, within):
            if over < 0:
                break
            if step >= first:
                over -= count
                at = max(at, (step + STEPS + 1) * _STEP_S[within])
    if pool.rest_after_calls is not None and _run(use, pool, now) >= pool.rest_after_calls:
        # The campaign's limit was lowered under what the number has made since its last rest.
        at = max(at, use.last_at + pool.rest_s)
    return at


def shown(use: CallerIdUse, pool: CallerIdPool, now: float) -> CallerIdUse:
    """The use of a number after one more call, by a campaign with that pool."""
    run, rests_until = _run(use, pool, now) + 1, use.rests_until
    if pool.rest_after_calls is not None and run >= pool.rest_after_calls:
        run, rests_until = 0, max(rests_until, now + pool.rest_s)
    return CallerIdUse(
        calls=use.calls + 1,
        last_at=max(use.last_at, now),
        hour=_one_more(use.hour, int(now // _HOUR_STEP_S)),
        day=_one_more(use.day, int(now // _DAY_STEP_S)),
        week=_one_more(use.week, int(now // _WEEK_STEP_S)),
        run=run,
        rests_until=rests_until,
    )


def later(known: CallerIdUse, found: CallerIdUse) -> CallerIdUse:
    """What is known of a number when its use is read from the store again: nothing that either knows is lost.

    The store has not yet what this engine decided a moment ago, and has what other engines did.
    """
    if found.calls >= known.calls:
        known, found = found, known
    return CallerIdUse(
        calls=known.calls,
        last_at=max(known.last_at, found.last_at),
        hour=_merged(known.hour, found.hour),
        day=_merged(known.day, found.day),
        week=_merged(known.week, found.week),
        run=known.run,
        rests_until=max(known.rests_until, found.rests_until),
    )


def caller_id_problems(campaign: Campaign) -> Iterator[Problem]:
    """Everything that is wrong with a campaign's pool, as far as it can be said without knowing what is registered."""
    pool = campaign.caller_ids
    limits = ("calls_per_hour_max", "calls_per_day_max", "calls_per_week_max", "rest_after_calls")
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


def _caps(pool: CallerIdPool) -> Iterator[tuple[ShownWithin, int]]:
    for within, calls_max in (
        (ShownWithin.HOUR, pool.calls_per_hour_max),
        (ShownWithin.DAY, pool.calls_per_day_max),
        (ShownWithin.WEEK, pool.calls_per_week_max),
    ):
        if calls_max is not None:
            yield within, calls_max


def _steps(use: CallerIdUse, within: ShownWithin) -> Steps:
    return use.hour if within is ShownWithin.HOUR else use.day if within is ShownWithin.DAY else use.week


def _count(steps: Steps, first: int) -> int:
    calls = 0
    for step, count in reversed(steps):
        if step < first:
            break
        calls += count
    return calls


def _one_more(steps: Steps, step: int) -> Steps:
    """One more call in the present part; one of a clock that is behind counts with the latest."""
    if steps and steps[-1][0] >= step:
        last, calls = steps[-1]
        return (*steps[:-1], (last, calls + 1))
    first = step - STEPS - SPARE_STEPS
    gone = 0
    while gone < len(steps) and steps[gone][0] < first:
        gone += 1
    return (*steps[gone:], (step, 1))


def _merged(known: Steps, found: Steps) -> Steps:
    """The calls of each part as whoever knows of more of them has it."""
    if known == found:
        return known
    left = dict(found)
    merged = [(step, max(calls, left.pop(step, 0))) for step, calls in known]
    return tuple(sorted((*merged, *left.items())))
