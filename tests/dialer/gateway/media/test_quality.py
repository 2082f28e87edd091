import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.quality import delay_s, mos, rating

RATES = st.floats(0.0, 1.0)
SECONDS = st.floats(0.0, 3.0)


def test_a_perfect_way_is_what_g711_gives() -> None:
    """G.107 annex B: R 93.2 is a MOS of 4.41; one packet's delay takes half a point of R."""
    assert rating(0.0, 0.0) == pytest.approx(93.2)
    assert mos(0.0, 0.0, 0.0) == pytest.approx(4.40, abs=0.01)


def test_loss_costs_what_g113_says() -> None:
    """Ie,eff at 5 % loss with Bpl 25.1 is 95 * 5 / 30.1 = 15.8."""
    assert rating(0.0, 0.0) - rating(0.05, 0.0) == pytest.approx(15.78, abs=0.01)


def test_long_delays_cost_more_from_177_ms_on() -> None:
    assert rating(0.0, 0.0) - rating(0.0, 0.15) == pytest.approx(3.6)
    assert rating(0.0, 0.0) - rating(0.0, 0.4) == pytest.approx(9.6 + 24.5, abs=0.1)


def test_delay_counts_the_packet_and_the_buffer() -> None:
    assert delay_s(0.1, 0.01) == pytest.approx(0.05 + 0.02 + 0.02)
    assert delay_s(None, 0.0) == pytest.approx(0.02)


@given(RATES, SECONDS, st.none() | SECONDS)
def test_scores_stay_on_the_scale(loss: float, jitter_s: float, round_trip_s: float | None) -> None:
    assert 1.0 <= mos(loss, jitter_s, round_trip_s) <= 4.5


@given(RATES, RATES, SECONDS)
def test_more_loss_is_never_better(one: float, other: float, jitter_s: float) -> None:
    assert mos(max(one, other), jitter_s, None) <= mos(min(one, other), jitter_s, None)
