from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dialer.model import EngineSettings
from dialer.pds.hopper import ANSWER_S_MAX, DRY_PAUSE_S_MAX, DRY_PAUSE_S_MIN, Hopper
from tests.dialer.world import lead

SETTINGS = EngineSettings(hopper_min=10, hopper_max=100, hopper_s=30.0, lease_s=600.0)


def full(count: int, now: float = 0.0) -> Hopper:
    hopper = Hopper(SETTINGS)
    hopper.add(tuple(lead(number) for number in range(count)), now)
    return hopper


def test_an_empty_hopper_asks_once_for_its_least_level() -> None:
    hopper = Hopper(SETTINGS)
    assert hopper.count_to_reserve(0.0) == 10
    assert hopper.is_waiting
    assert hopper.count_to_reserve(1.0) == 0


def test_it_asks_again_when_half_is_gone() -> None:
    hopper = full(10)
    assert hopper.count_to_reserve(0.0) == 0
    hopper.take(range(4))
    assert hopper.count_to_reserve(0.0) == 0
    hopper.take([4])
    assert hopper.count_to_reserve(0.0) == 5


def test_it_grows_with_the_dialing_rate_up_to_its_limit() -> None:
    hopper = Hopper(SETTINGS)
    for second in range(300):
        hopper.count_dialed(2, float(second))
    assert hopper.rate(299.0) == pytest.approx(2.0, rel=0.05)
    assert 55 <= hopper.count_to_reserve(299.0) <= 65
    for second in range(300, 400):
        hopper.count_dialed(50, float(second))
    hopper.add((), 400.0)
    assert hopper.count_to_reserve(400.0 + DRY_PAUSE_S_MIN) == 100


def test_a_dry_list_is_asked_ever_less_often() -> None:
    hopper = Hopper(SETTINGS)
    asked_at = []
    now = 0.0
    while now < 120.0:
        if hopper.count_to_reserve(now):
            asked_at.append(now)
            hopper.add((), now)
        now += 0.5
    gaps = [later - earlier for earlier, later in pairwise(asked_at)]
    assert gaps[:3] == [2.0, 4.0, 8.0]
    assert set(gaps[3:]) == {DRY_PAUSE_S_MAX}


def test_wake_asks_at_once() -> None:
    hopper = Hopper(SETTINGS)
    hopper.count_to_reserve(0.0)
    hopper.add((), 0.0)
    assert hopper.count_to_reserve(0.1) == 0
    hopper.wake()
    assert hopper.count_to_reserve(0.1) == 10


def test_a_reservation_that_is_never_answered_is_asked_for_again() -> None:
    hopper = Hopper(SETTINGS)
    hopper.count_to_reserve(0.0)
    assert hopper.count_to_reserve(ANSWER_S_MAX - 1.0) == 0
    assert hopper.count_to_reserve(ANSWER_S_MAX) == 10


def test_leads_beyond_the_limit_are_handed_back() -> None:
    hopper = full(100)
    (left,) = hopper.add((lead(100),), 0.0)
    assert left.lead_id == 100
    assert len(hopper) == 100


def test_the_same_lead_is_held_once() -> None:
    hopper = full(3)
    assert hopper.add((lead(2),), 1.0) == ()
    assert len(hopper) == 3


def test_a_lead_is_given_back_before_its_lease_ends_and_never_after() -> None:
    hopper = full(2, now=0.0)
    hopper.add((lead(9),), 100.0)
    assert hopper.expire(539.0) == ()
    assert hopper.expire(540.0) == (0, 1)
    assert hopper.expire(700.0) == ()
    assert len(hopper) == 0


def test_blocked_numbers_leave_the_hopper() -> None:
    hopper = full(3)
    assert hopper.remove_numbers(frozenset({lead(1).number})) == (1,)
    assert [each.lead_id for each in hopper.peek()] == [0, 2]


def test_emptying_gives_everything_back_and_forgets_the_reservation() -> None:
    hopper = full(2)
    hopper.count_to_reserve(0.0)
    assert hopper.empty() == (0, 1)
    assert not hopper.is_waiting
    assert hopper.count_to_reserve(0.0) == 10


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 200), st.integers(0, 40)), max_size=40))
def test_it_never_holds_more_than_its_limit(steps: list[tuple[int, int, int]]) -> None:
    hopper = Hopper(SETTINGS)
    now, next_id = 0.0, 0
    for wait_s, given_back, dialed in steps:
        now += wait_s
        hopper.expire(now)
        asked = hopper.count_to_reserve(now)
        assert 0 <= asked <= SETTINGS.hopper_max - len(hopper)
        leads = tuple(lead(number) for number in range(next_id, next_id + given_back))
        next_id += given_back
        hopper.add(leads, now)
        assert len(hopper) <= SETTINGS.hopper_max
        ids = [each.lead_id for each in hopper.peek()][:dialed]
        hopper.take(ids)
        hopper.count_dialed(len(ids), now)
