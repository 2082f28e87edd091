import math

import pytest

from pacing import create_policy
from pacing.model import AbandonBudget, Snapshot
from simulation.opponents.shiwa import adjustment, ratio_of


@pytest.mark.parametrize(
    ("rate", "left"), [(0.0, 1.15), (0.015, 1.0), (0.03, 1.0), (0.04, 0.8), (0.0499, 0.602), (0.05, 0.5)]
)
def test_the_abandon_rate_takes_from_the_ratio(rate: float, left: float) -> None:
    assert adjustment(rate) == pytest.approx(left)


def test_the_ratio_by_hand() -> None:
    soon = 4 * (1 - math.exp(-15 / 120)) + 1 * (1 - math.exp(-15 / 15))

    assert ratio_of(10, 4, 1, 0.5, 0.02, 120.0, 15.0) == pytest.approx(0.85 * (10 + soon) / 10 / 0.5)
    # Never more than a third for those who are soon free, and between one and three calls each.
    assert ratio_of(1, 50, 0, 0.5, 0.02, 120.0, 15.0) == pytest.approx(0.85 * 1.3 / 0.5)
    assert ratio_of(1, 50, 0, 0.1, 0.0, 120.0, 15.0) == 3.0
    assert ratio_of(10, 0, 0, 1.0, 0.2, 120.0, 15.0) == 1.0


def test_two_calls_for_each_available_agent_at_most_once_a_second() -> None:
    policy = create_policy("shiwa")

    def decided(now: float) -> int:
        snapshot = Snapshot(now=now, idle_agents=4, calls_max=100, budget=AbandonBudget(rate_max=0.03))
        return policy.decide(snapshot).calls

    assert decided(0.0) == 8
    assert decided(0.5) == 0
    assert decided(1.0) == 8
