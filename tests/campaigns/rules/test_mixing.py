from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.mixing import interleaved, moved, quotas

weights_of_lists = st.dictionaries(st.integers(1, 6), st.sampled_from([0.5, 1.0, 2.0, 9.0]), min_size=1)


@given(weights_of_lists, st.lists(st.integers(0, 30), max_size=20))
def test_shares_follow_the_weights_over_many_small_reservations(weights: dict[int, float], counts: list[int]) -> None:
    turns: dict[int, float] = {}
    total: Counter[int] = Counter()
    for count in counts:
        given_now = quotas(count, weights, turns)
        assert sum(given_now.values()) == count
        turns = moved(given_now, weights, turns)
        assert min(turns.values()) == 0.0
        total.update(given_now)
    for list_id, weight in weights.items():
        fair = total.total() * weight / sum(weights.values())
        assert abs(total[list_id] - fair) <= len(weights)


def test_a_list_that_was_empty_has_no_arrears() -> None:
    weights = {1: 1.0, 2: 1.0}
    turns = moved({1: 0, 2: 1000}, weights, {})
    assert quotas(4, weights, turns) == {1: 3, 2: 1}
    assert quotas(3, {}, {}) == {}


def test_lists_take_turns_in_what_is_handed_out() -> None:
    assert interleaved({1: ["a", "b", "c"], 2: ["x"]}, {1: 3.0, 2: 1.0}) == ["a", "b", "x", "c"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_heaviest_goes_first(count: int) -> None:
    assert quotas(count, {1: 1.0, 2: 9.0}, {1: 0.0, 2: 0.0})[2] >= count - 1
