import numpy as np
import pytest

from simulation.experiments.intervals import mean_interval, paired_interval, share_high, share_interval


def test_student_interval_by_hand() -> None:
    interval = mean_interval([1.0, 2.0, 3.0, None])

    assert interval is not None
    assert (interval.mean, interval.count) == (2.0, 3)
    # t(0.975, 2) = 4.3027, standard error 1 / sqrt(3).
    assert interval.half_width == pytest.approx(4.3027 / 3**0.5, abs=1e-4)
    assert interval.covers(4.4)
    assert not interval.covers(4.5)


def test_one_value_has_no_interval_and_none_has_nothing() -> None:
    single = mean_interval([0.5])
    assert single is not None
    assert single.half_width is None
    assert not single.covers(0.5)
    assert mean_interval([None]) is None


def test_intervals_cover_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    covered = sum(bool(mean_interval(list(rng.normal(3.0, 1.0, 8))).covers(3.0)) for _ in range(2000))

    assert covered / 2000 == pytest.approx(0.95, abs=0.015)


def test_pairs_take_out_what_is_common() -> None:
    common = [10.0, -4.0, 3.0, 8.0]
    interval = paired_interval(common, [value + 1.0 for value in common])

    assert interval is not None
    assert (interval.mean, interval.half_width) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-12))


def test_upper_end_for_a_share() -> None:
    assert share_high(0, 59) == pytest.approx(0.0495, abs=5e-4)
    assert share_high(5, 5) == 1.0


def test_exact_interval_of_a_share() -> None:
    assert share_interval(0, 0) is None
    assert share_interval(0, 10).low == 0.0
    # With nothing in ten the upper end is 1 - 0.025 ** (1 / 10).
    assert share_interval(0, 10).high == pytest.approx(1 - 0.025**0.1)
    assert share_interval(10, 10).high == 1.0
