from itertools import pairwise

import pytest

from pacing.optimal.steering import best_steering

CURVE = [(0.0, 0.70), (0.03, 0.78), (0.06, 0.80)]
"""The more may be abandoned, the less each further call is worth."""


def test_a_cap_that_costs_nothing_is_no_cap() -> None:
    best = best_steering(CURVE, 300, 0.03, over_price=0.0)
    assert (best.occupancy, best.abandon_rate) == (pytest.approx(0.80), pytest.approx(0.06))
    assert best.over > 0.99


def test_a_cap_that_costs_dearly_is_hardly_ever_broken_and_nearly_used() -> None:
    best = best_steering(CURVE, 1000, 0.03)
    assert best.over < 1e-3
    assert 0.0275 < best.abandon_rate < 0.03
    assert 0.770 < best.occupancy < 0.780


def test_the_dearer_the_cap_the_less_is_abandoned() -> None:
    runs = [best_steering(CURVE, 500, 0.03, price) for price in (0.01, 0.1, 1.0)]
    for cheap, dear in pairwise(runs):
        assert dear.over < cheap.over
        assert dear.occupancy < cheap.occupancy
        assert dear.abandon_rate < cheap.abandon_rate


def test_a_longer_window_leaves_less_of_its_account() -> None:
    short, long = (best_steering(CURVE, answers, 0.03) for answers in (300, 2000))
    assert long.occupancy > short.occupancy
    assert long.abandon_rate > short.abandon_rate


def test_where_nothing_can_be_bought_nothing_is_spent() -> None:
    best = best_steering([(0.0, 0.7), (0.06, 0.7)], 200, 0.03)
    assert best.occupancy == pytest.approx(0.7)
    assert best.over == pytest.approx(0.0, abs=1e-4)


def test_one_answer_cannot_be_lost() -> None:
    """One of one abandoned is over any cap: the least rate there is to pick is picked."""
    best = best_steering(CURVE, 1, 0.03, over_price=10.0)
    assert best.abandon_rate == pytest.approx(0.001)
    assert best.over == best.abandon_rate
