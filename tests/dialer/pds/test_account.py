from msgspec.structs import replace

from dialer.pds.account import AbandonAccount
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
