import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.settings import is_e164
from simulation.ports.numbers import CAMPAIGNS_MAX, LEADS_MAX, number_of, place_of


@given(st.integers(0, CAMPAIGNS_MAX - 1), st.integers(0, LEADS_MAX - 1))
def test_a_number_tells_whose_it_is(campaign: int, place: int) -> None:
    number = number_of(campaign, place)

    assert place_of(number) == (campaign, place)
    assert is_e164(number)
    assert number.startswith("+999")


def test_a_place_that_does_not_fit_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="more leads"):
        number_of(0, LEADS_MAX)
