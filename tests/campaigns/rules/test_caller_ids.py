"""Caps and rests of our own numbers, against a model that keeps every call."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campaigns.caller_ids import UNUSED, CallerIdChoice, CallerIdPool, CallerIdUse, ShownWithin
from campaigns.model import Campaign
from campaigns.rules.caller_ids import (
    caller_id_problems,
    calls_left,
    calls_within,
    later,
    next_call_at,
    of_pool,
    registration_problems,
    shown,
)

START = 1_770_000_000.0
NUMBER = "+12025550100"
limits = st.none() | st.integers(1, 5)
pools = st.builds(
    CallerIdPool,
    choice=st.just(CallerIdChoice.ROTATION),
    calls_per_hour_max=limits,
    calls_per_day_max=limits,
    calls_per_week_max=limits,
    rest_after_calls=limits,
    rest_s=st.sampled_from([60.0, 3600.0, 90_000.0]),
)
gaps = st.lists(
    st.sampled_from([0.0, 1.0, 59.0, 75.0, 600.0, 3599.0, 3600.0, 3676.0, 40_000.0, 86_400.0, 90_000.0, 600_000.0]),
    max_size=40,
)
HOUR_S = 3600.0


def caps(pool: CallerIdPool) -> list[tuple[float, int]]:
    """The pool's caps: the length of the window, and how many calls it may hold."""
    said = ((HOUR_S, pool.calls_per_hour_max), (24 * HOUR_S, pool.calls_per_day_max))
    return [(s, most) for s, most in (*said, (168 * HOUR_S, pool.calls_per_week_max)) if most is not None]


def most_within(calls: list[float], length_s: float) -> int:
    """The most calls that any window of a length holds, wherever it begins."""
    return max((sum(start <= at < start + length_s for at in calls) for start in calls), default=0)


def placed(pool: CallerIdPool, waits: list[float]) -> tuple[list[float], CallerIdUse]:
    """The moments at which calls were allowed, of those at which one was wanted."""
    use, now, calls = UNUSED, START, []
    for wait in waits:
        now += wait
        if calls_left(use, pool, now) >= 1:
            use = shown(use, pool, now)
            calls.append(now)
    return calls, use


@given(pools, gaps)
def test_no_window_of_a_cap_ever_holds_more_calls_wherever_it_begins(pool: CallerIdPool, waits: list[float]) -> None:
    calls, use = placed(pool, waits)
    assert use.calls == len(calls)
    for length_s, calls_max in caps(pool):
        assert most_within(calls, length_s) <= calls_max


@given(pools.map(lambda pool: replace(pool, rest_after_calls=None)), gaps)
def test_a_call_is_refused_only_for_a_cap_and_at_most_two_per_cent_too_long(
    pool: CallerIdPool, waits: list[float]
) -> None:
    use, now, calls = UNUSED, START, list[float]()
    for wait in waits:
        now += wait
        if calls_left(use, pool, now) >= 1:
            use = shown(use, pool, now)
            calls.append(now)
        else:
            assert any(sum(at >= now - s * 49 / 48 for at in calls) >= most for s, most in caps(pool))


@given(pools, gaps, st.lists(st.floats(0.0, 1800.0), min_size=40, max_size=40))
def test_attempts_written_out_of_order_pass_no_cap(pool: CallerIdPool, waits: list[float], late: list[float]) -> None:
    use, now, calls = UNUSED, START, list[float]()
    for wait, behind in zip(waits, late, strict=False):
        now += wait
        at = now - behind
        if calls_left(use, pool, at) >= 1:
            use = shown(use, pool, at)
            calls.append(at)
    for length_s, calls_max in caps(pool):
        assert most_within(calls, length_s) <= calls_max


@given(pools, gaps)
def test_when_a_number_is_free_again_is_known_to_the_moment(pool: CallerIdPool, waits: list[float]) -> None:
    _, use = placed(pool, waits)
    now = START + sum(waits)
    free_at = next_call_at(use, pool, now)
    assert calls_left(use, pool, free_at) >= 1
    if free_at > now:
        assert calls_left(use, pool, now) < 1
        assert calls_left(use, pool, max(now, free_at - 0.001)) < 1
    else:
        assert calls_left(use, pool, now) >= 1


@given(pools, gaps)
def test_after_so_many_calls_a_number_rests(pool: CallerIdPool, waits: list[float]) -> None:
    calls, _ = placed(pool, waits)
    count = pool.rest_after_calls
    if count is not None:
        # Of any so many calls and the one after them, two lie as far apart as a rest is long.
        for first in range(len(calls) - count):
            some = calls[first : first + count + 1]
            assert max(after - before for before, after in pairwise(some)) >= pool.rest_s


@given(gaps)
def test_without_limits_nothing_is_refused(waits: list[float]) -> None:
    calls, use = placed(CallerIdPool(), waits)
    assert len(calls) == len(waits)
    assert calls_left(use, CallerIdPool(), START) == math.inf
    assert all(len(steps) <= 73 for steps in (use.hour, use.day, use.week))


@given(pools, gaps, gaps)
def test_what_is_read_again_loses_nothing(pool: CallerIdPool, ours: list[float], theirs: list[float]) -> None:
    _, before = placed(pool, ours)
    now = START + sum(ours)
    ahead = before
    for wait in theirs:
        now += wait
        ahead = shown(ahead, pool, now)
        assert later(ahead, before).calls == later(before, ahead).calls == ahead.calls
        for merged in (later(ahead, before), later(before, ahead), later(ahead, ahead)):
            assert calls_left(merged, pool, now) <= calls_left(ahead, pool, now)


def test_a_number_that_rests_does_so_for_every_pool() -> None:
    resting = shown(UNUSED, CallerIdPool(rest_after_calls=1, rest_s=60.0), START)
    assert calls_left(resting, CallerIdPool(), START + 59.0) == 0
    assert calls_left(resting, CallerIdPool(), START + 60.0) == math.inf


def test_a_clock_that_goes_back_frees_nothing() -> None:
    pool = CallerIdPool(calls_per_hour_max=1, calls_per_day_max=1)
    use = shown(UNUSED, pool, START)
    assert calls_left(use, pool, START - 2 * HOUR_S) == 0
    twice = shown(use, CallerIdPool(), START - 2 * HOUR_S)
    assert [calls_within(twice, within, START) for within in ShownWithin] == [2, 2, 2]
    assert twice.last_at == START


def campaign(caller_id: str = "", **pool: object) -> Campaign:
    settings = CallerIdPool(**{"choice": CallerIdChoice.ROTATION, **pool})  # type: ignore[arg-type]
    return Campaign(campaign_id=1, name="x", skill_group="s", caller_id=caller_id, caller_ids=settings)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (campaign(calls_per_hour_max=0), "caller_ids.calls_per_hour_max"),
        (campaign(rest_s=math.nan), "caller_ids.rest_s"),
        (campaign(numbers=(NUMBER, NUMBER)), "caller_ids.numbers"),
        (campaign(numbers=tuple(map(str, range(1001)))), "caller_ids"),
        (campaign(choice=CallerIdChoice.FIXED, rest_after_calls=3), "caller_ids.choice"),
        (campaign(NUMBER), "caller_id"),
        (campaign(choice=CallerIdChoice.BY_LIST), "caller_ids.by_list"),
        (campaign(choice=CallerIdChoice.LOCAL, by_list={"north": NUMBER}), "caller_ids.by_list"),
    ],
)
def test_each_field_that_is_wrong_is_named(wrong: Campaign, field: str) -> None:
    assert [one.field for one in caller_id_problems(wrong)] == [field]


def test_what_is_sound_has_no_problem() -> None:
    assert list(caller_id_problems(campaign(calls_per_day_max=100))) == []
    assert list(caller_id_problems(Campaign(campaign_id=1, name="x", skill_group="s", caller_id=NUMBER))) == []


def test_a_number_that_is_not_registered_is_refused() -> None:
    fixed = campaign(NUMBER, choice=CallerIdChoice.FIXED)
    assert list(registration_problems(fixed, ())) == [], "nothing is registered: the tenant vouches for it"
    assert [one.field for one in registration_problems(fixed, {"+12025550199"})] == ["caller_id"]
    assert [one.field for one in registration_problems(campaign(), ())] == ["caller_ids.choice"]
    named = campaign(numbers=(NUMBER, "+1900"), by_list={"north": "+1901"}, choice=CallerIdChoice.BY_LIST)
    wrong = [one.field for one in registration_problems(named, {NUMBER})]
    assert wrong == ["caller_ids.numbers[1]", "caller_ids.by_list.north"]


def test_a_pool_that_names_none_is_all() -> None:
    assert of_pool(CallerIdPool(), NUMBER)
    named = replace(CallerIdPool(), numbers=("+1901",), by_list={"north": "+1902"})
    assert [of_pool(named, one) for one in ("+1901", "+1902", NUMBER)] == [True, True, False]
