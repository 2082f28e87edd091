import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.reception import Reception


def heard(*sequences: int, ssrc: int = 7, start: float = 100.0) -> Reception:
    reception = Reception()
    for place, sequence in enumerate(sequences):
        reception.hear(ssrc, sequence % 65536, 160 * place, start + 0.02 * place)
    return reception


def test_nothing_heard_is_nothing_lost() -> None:
    reception = Reception()
    assert (reception.packets, reception.expected, reception.lost, reception.jitter_s) == (0, 0, 0, 0.0)
    assert reception.fraction_lost() == 0


def test_gaps_are_losses_and_duplicates_make_up_for_them() -> None:
    assert heard(10, 11, 14).lost == 2
    assert heard(10, 11, 14, 13, 12).lost == 0
    assert heard(10, 11, 11).lost == -1


def test_sequence_numbers_go_round() -> None:
    reception = heard(65534, 65535, 65536, 65538)
    assert reception.lost == 1
    assert reception.newest == 65538


def test_a_leap_is_a_talker_who_began_anew_and_loses_nothing() -> None:
    reception = heard(10, 11, 12, 40000, 40001)
    assert (reception.packets, reception.expected) == (5, 5)


def test_a_new_source_is_counted_with_the_old_one() -> None:
    reception = heard(10, 11, 13)
    reception.hear(8, 500, 0, 101.0)
    reception.hear(8, 502, 320, 101.04)
    assert (reception.packets, reception.expected, reception.lost) == (5, 7, 2)
    assert reception.ssrc == 8


def test_the_share_lost_is_that_since_the_last_report() -> None:
    reception = heard(*range(10), *range(15, 20))
    assert reception.fraction_lost() == 256 * 5 // 20
    reception.hear(7, 20, 0, 103.0)
    assert reception.fraction_lost() == 0


def test_even_packets_have_no_jitter_and_a_constant_delay_changes_nothing() -> None:
    assert heard(*range(100)).jitter_s == pytest.approx(0.0, abs=1e-9)


def test_jitter_comes_to_the_mean_deviation_of_neighbours() -> None:
    """Packets 20 ms apart that come early and late by 5 ms in turn: neighbours differ by 10 ms."""
    reception = Reception()
    for place in range(400):
        reception.hear(7, place, 160 * place, 50.0 + 0.02 * place + (0.005 if place % 2 else -0.005))
    assert reception.jitter_s == pytest.approx(0.010, abs=0.0002)
    assert reception.jitter == 80 or reception.jitter == 79


def test_jitter_follows_the_formula_of_the_rfc() -> None:
    generator = np.random.default_rng(3)
    reception, jitter, before = Reception(), 0.0, None
    for place in range(200):
        arrival = 10.0 + 0.02 * place + generator.exponential(0.004)
        reception.hear(1, place, 160 * place, arrival)
        transit = arrival * 8000 - 160 * place
        if before is not None:
            jitter += (abs(transit - before) - jitter) / 16
        before = transit
    assert reception.jitter_s == pytest.approx(jitter / 8000)


def test_an_event_in_between_is_no_jitter() -> None:
    reception = heard(*range(10))
    reception.forget_time()
    reception.hear(7, 10, 999999, 100.3)
    assert reception.jitter_s == pytest.approx(0.0, abs=1e-9)


@given(lost=st.sets(st.integers(1, 298), max_size=200), first=st.integers(0, 65535))
def test_losses_are_counted_wherever_they_fall(lost: set[int], first: int) -> None:
    came = [first + place for place in range(300) if place not in lost]
    assert heard(*came).lost == len(lost)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 65535), st.integers(0, 2**32 - 1)), max_size=50))
def test_whatever_comes_is_counted_and_nothing_overflows(packets: list[tuple[int, int, int]]) -> None:
    reception = Reception()
    for place, (ssrc, sequence, timestamp) in enumerate(packets):
        reception.hear(ssrc, sequence, timestamp, 0.02 * place)
    assert reception.packets == len(packets)
    assert 0 <= reception.fraction_lost() <= 255
    assert reception.jitter_s >= 0.0
