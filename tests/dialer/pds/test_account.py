import math

import pytest
from msgspec.structs import replace

from campaigns.model import PacingSettings
from dialer.pds.account import AbandonAccount, dialing_ends_at
from tests.dialer.world import task


def test_seeded_from_the_task_and_counted_on() -> None:
    account = AbandonAccount(replace(task(), answered=100, abandoned=2, window_started_at=50.0))
    account.count_answered()
    account.count_abandoned()
    budget = account.budget(0.03)
    assert (budget.answered, budget.abandoned, budget.window_started_at) == (101, 3, 50.0)
    assert budget.rate_max == 0.03
    assert account.budget(0.01).rate_max == 0.01


def test_the_budget_is_never_stale() -> None:
    account = AbandonAccount(task())
    assert account.budget(0.03).answered == 0
    account.count_answered()
    assert account.budget(0.03).answered == 1
    account.count_abandoned()
    assert account.budget(0.03).abandoned == 1


def test_within_a_window_the_engine_knows_more_than_the_database() -> None:
    account = AbandonAccount(replace(task(), answered=100, window_started_at=50.0))
    account.count_answered()
    account.follow(replace(task(), answered=99, window_started_at=50.0))
    assert account.answered == 101


def test_a_new_window_begins_with_what_the_database_has() -> None:
    account = AbandonAccount(replace(task(), answered=100, abandoned=3, window_started_at=50.0))
    assert account.budget(0.03).answered == 100
    account.follow(replace(task(), answered=1, abandoned=0, window_started_at=60.0))
    assert (account.answered, account.abandoned) == (1, 0)
    assert account.budget(0.03).answered == 1


def test_a_known_end_of_dialing_is_the_end_of_the_window_unless_the_day_ends_before() -> None:
    account = AbandonAccount(replace(task(), window_started_at=86_400.0))
    assert account.budget(0.03).window_ends_at == math.inf
    assert account.budget(0.03, 150_000.0).window_ends_at == 150_000.0
    assert account.budget(0.03, 200_000.0).window_ends_at == 172_800.0
    assert account.budget(0.03).window_ends_at == math.inf


@pytest.mark.parametrize(
    ("dialing_ends", "time_zone", "ends_at"),
    [
        ("17:00", "UTC", 61_200.0),
        ("17:00", "America/New_York", 79_200.0),
        ("12:00", "UTC", math.inf),
        ("24:00", "UTC", 86_400.0),
        ("", "UTC", math.inf),
        ("late", "UTC", math.inf),
        ("17:00", "Nowhere", math.inf),
    ],
)
def test_when_dialing_ends_today(dialing_ends: str, time_zone: str, ends_at: float) -> None:
    campaign = replace(task().campaign, pacing=PacingSettings(dialing_ends=dialing_ends), time_zone=time_zone)
    assert dialing_ends_at(campaign, 50_000.0) == ends_at
