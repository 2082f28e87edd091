from itertools import pairwise

from campaigns.rules.shuffling import PLACES, shuffled_rank


def test_a_place_never_changes() -> None:
    # Written down: a release that shuffles otherwise would call the same people first again.
    assert [shuffled_rank(lead_id) for lead_id in (1, 2, 3)] == [1315204485, 398937582, 895767354]


def test_places_are_spread_evenly_and_say_nothing_of_the_order_of_ids() -> None:
    places = [shuffled_rank(lead_id) for lead_id in range(1, 4001)]
    assert all(0 <= place < PLACES for place in places)
    quarters = [sum(place * 4 // PLACES == quarter for place in places) for quarter in range(4)]
    # Within four standard deviations of a thousand.
    assert all(abs(count - 1000) < 4 * (4000 * 0.25 * 0.75) ** 0.5 for count in quarters), quarters
    ups = sum(one < other for one, other in pairwise(places))
    assert abs(ups - 2000) < 4 * (4000 / 12) ** 0.5
