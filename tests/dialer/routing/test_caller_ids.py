from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campaigns.caller_ids import UNUSED, CallerId, CallerIdChoice, CallerIdPool
from campaigns.model import Campaign, CampaignTask, Lead
from campaigns.rules.caller_ids import shown
from dialer.routing.caller_ids import CallerIds
from dialer.routing.router import BUSY, NoRoute

NOW = 1_770_000_000.0
WASHINGTON, LOS_ANGELES, SAN_DIEGO, LONDON = "+12025550100", "+12135550100", "+16195550100", "+442079460000"
OWN = (WASHINGTON, LOS_ANGELES, SAN_DIEGO, LONDON)


def task(registered: tuple[str, ...] = OWN, lists: dict[int, str] | None = None, **pool: Any) -> CampaignTask:
    settings = CallerIdPool(**{"choice": CallerIdChoice.ROTATION, **pool})
    campaign = Campaign(campaign_id=1, name="x", skill_group="s", caller_ids=settings)
    known = tuple(CallerId(number=number) for number in registered)
    return CampaignTask(campaign=campaign, caller_ids=known, caller_id_by_list=lists or {})


def lead(number: str = "+12025550111", list_id: int = 0) -> Lead:
    return Lead(lead_id=1, campaign_id=1, number=number, list_id=list_id)


def dial(callers: CallerIds, said: CampaignTask, called: Lead, now: float = NOW) -> object:
    number = callers.choose(said.campaign, called, now)
    if isinstance(number, str):
        callers.take(said.campaign, number, now)
    return number


def following(said: CampaignTask) -> CallerIds:
    callers = CallerIds()
    callers.follow(said)
    return callers


@pytest.mark.parametrize("caller_id", ["", WASHINGTON])
def test_a_campaign_without_a_pool_shows_its_own_or_the_trunks(caller_id: str) -> None:
    campaign = Campaign(campaign_id=1, name="x", skill_group="s", caller_id=caller_id)
    callers = following(CampaignTask(campaign=campaign))
    assert callers.choose(campaign, lead(), NOW) == caller_id
    assert callers.calls_max(campaign, 7, NOW) == 7
    callers.take(campaign, caller_id, NOW)


def test_numbers_come_in_turn() -> None:
    said = task()
    callers = following(said)
    assert [dial(callers, said, lead()) for _ in range(5)] == [*OWN, WASHINGTON]
    callers.follow(said)
    assert dial(callers, said, lead()) == LOS_ANGELES, "the poll does not begin the turns anew"


def test_each_list_has_its_number_and_the_others_take_turns() -> None:
    by_list = {"north": LONDON}
    said = task(
        (WASHINGTON, LONDON), {7: LONDON}, choice=CallerIdChoice.BY_LIST, numbers=(WASHINGTON,), by_list=by_list
    )
    callers = following(said)
    assert [dial(callers, said, lead(list_id=list_id)) for list_id in (7, 7, 3, 0)] == [LONDON] * 2 + [WASHINGTON] * 2


@pytest.mark.parametrize(
    ("called", "number"),
    [
        ("+12025550111", WASHINGTON),
        ("+16195550111", SAN_DIEGO),
        ("+13105550111", LOS_ANGELES),  # another code of California
        ("+442079460111", LONDON),
        ("+441614960111", LONDON),  # the longest common prefix
        ("+4930123456", LONDON),
    ],
)
def test_local_presence(called: str, number: str) -> None:
    said = task(choice=CallerIdChoice.LOCAL)
    assert dial(following(said), said, lead(called)) == number


def test_local_numbers_take_turns_and_the_next_best_stands_in_for_those_that_rest() -> None:
    numbers = (*OWN, "+12025550101")
    said = task(numbers, choice=CallerIdChoice.LOCAL, rest_after_calls=1, rest_s=60.0)
    callers = following(said)
    found = [dial(callers, said, lead()) for _ in range(6)]
    assert found[:2] == [WASHINGTON, "+12025550101"]
    assert set(found[2:4]) == {LOS_ANGELES, SAN_DIEGO}
    assert found[4:] == [LONDON, BUSY]
    assert callers.calls_max(said.campaign, 9, NOW) == 0
    assert callers.calls_max(said.campaign, 9, NOW + 60.0) == 5


def test_without_a_registered_number_nobody_is_called() -> None:
    said = task(())
    callers = following(said)
    assert isinstance(callers.choose(said.campaign, lead(), NOW), NoRoute)
    assert callers.calls_max(said.campaign, 3, NOW) == 0
    assert isinstance(CallerIds().choose(said.campaign, lead(), NOW), NoRoute)


def test_a_number_taken_off_the_register_is_not_shown_again() -> None:
    said = task()
    callers = following(said)
    callers.follow(task((LONDON,)))
    assert {dial(callers, said, lead()) for _ in range(4)} == {LONDON}
    callers.forget(1)
    assert isinstance(callers.choose(said.campaign, lead(), NOW), NoRoute)


def test_what_was_shown_before_a_restart_still_counts() -> None:
    said = task((WASHINGTON,), calls_per_hour_max=2)
    use = shown(UNUSED, said.campaign.caller_ids, NOW)
    callers = following(replace(said, caller_ids=(CallerId(number=WASHINGTON, use=use),)))
    assert [dial(callers, said, lead()) for _ in range(2)] == [WASHINGTON, BUSY]


def test_two_campaigns_of_a_tenant_share_the_use_of_a_number_and_two_tenants_do_not() -> None:
    said = task((WASHINGTON,), calls_per_hour_max=1)
    second = replace(said, campaign=replace(said.campaign, campaign_id=2))
    foreign = replace(said, campaign=replace(said.campaign, campaign_id=3, tenant_id=2))
    callers = CallerIds()
    for one in (said, second, foreign):
        callers.follow(one)
    assert [dial(callers, one, lead()) for one in (said, second, foreign)] == [WASHINGTON, BUSY, WASHINGTON]


limits = st.none() | st.integers(1, 4)
choices = st.sampled_from([CallerIdChoice.ROTATION, CallerIdChoice.LOCAL])
steps = st.lists(
    st.tuples(
        st.sampled_from([0.0, 1.0, 600.0, 4000.0, 90_000.0]),
        st.sampled_from(["+12025550111", "+13105550111", "+49301"]),
    ),
    max_size=30,
)


@given(st.lists(st.sampled_from(OWN), max_size=4, unique=True), choices, limits, limits, limits, limits, steps)
def test_whatever_is_dialed_caps_and_rests_hold_and_the_choice_is_determined(
    own: list[str],
    choice: CallerIdChoice,
    per_hour: int | None,
    per_day: int | None,
    per_week: int | None,
    rest_after: int | None,
    wanted: list[tuple[float, str]],
) -> None:
    said = task(
        tuple(own),
        choice=choice,
        calls_per_hour_max=per_hour,
        calls_per_day_max=per_day,
        calls_per_week_max=per_week,
        rest_after_calls=rest_after,
        rest_s=1800.0,
    )
    callers, twin = following(said), following(said)
    calls: list[tuple[float, str]] = []
    now = NOW
    for wait, called in wanted:
        now += wait
        free = callers.calls_max(said.campaign, 100, now)
        number = dial(callers, said, lead(called), now)
        assert number == dial(twin, said, lead(called), now)
        assert isinstance(number, str) == (free > 0)
        if isinstance(number, str):
            assert number in own
            calls.append((now, number))
    for number in own:
        mine = [at for at, one in calls if one == number]
        if rest_after is not None:
            for first in range(len(mine) - rest_after):
                some = mine[first : first + rest_after + 1]
                assert max(b - a for a, b in pairwise(some)) >= 1800.0
        for hours, most in ((1, per_hour), (24, per_day), (168, per_week)):
            windows = [sum(start <= at < start + hours * 3600.0 for at in mine) for start in mine]
            assert most is None or max(windows, default=0) <= most
