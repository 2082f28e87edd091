from msgspec.structs import replace

from campaigns.terms import AbandonWindow
from dialer.pds.regulators import RegulatorAccounts
from tests.dialer.world import task

HOUR_S = 3600.0


def window(started_at: float, answered: int = 0, abandoned: int = 0, machines: int = 0) -> AbandonWindow:
    return AbandonWindow(
        name="gb 24h",
        rate_max=0.03,
        machine_share=0.1,
        answered=answered,
        abandoned=abandoned,
        machines=machines,
        started_at=started_at,
    )


def test_every_period_is_a_budget_of_its_own() -> None:
    accounts = RegulatorAccounts(replace(task(), windows=(window(0.0, 100, 2, 11),)))
    accounts.count_answered(60.0)
    accounts.count_abandoned(61.0)
    accounts.count_machine(62.0)
    (budget,) = accounts.budgets()
    # A tenth of twelve machines, rounded up, were persons who heard nothing.
    assert (budget.answered, budget.abandoned) == (101 + 2, 3 + 2)
    (now,) = accounts.windows()
    assert (now.answered, now.abandoned, now.machines) == (101, 3, 12)


def test_a_period_that_moves_along_keeps_what_either_side_knows() -> None:
    accounts = RegulatorAccounts(replace(task(), windows=(window(0.0, 100, 5),)))
    for _ in range(8):
        accounts.count_answered(30 * HOUR_S)
    accounts.count_abandoned(30 * HOUR_S)
    # The database has not heard of all of them yet.
    accounts.follow(replace(task(), windows=(window(7 * HOUR_S, 6, 0),)))
    (now,) = accounts.windows()
    assert (now.answered, now.abandoned) == (8, 1)
    accounts.follow(replace(task(), windows=(window(8 * HOUR_S, 40, 2),)))
    (now,) = accounts.windows()
    assert (now.answered, now.abandoned) == (40, 2)


def test_a_period_that_no_longer_holds_is_forgotten() -> None:
    accounts = RegulatorAccounts(replace(task(), windows=(window(0.0, 100, 5),)))
    accounts.follow(task())
    assert accounts.budgets() == ()
