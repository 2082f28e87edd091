import numpy as np
import pytest
from scipy import stats

from pacing.calibration import EDGES, EXPECTED_MIN, IntervalCoverage, RiskCalibration, RiskTally


def risks_of(factor: float, answers: int = 4000, seed: int = 1) -> RiskCalibration:
    """Answers to calls whose true risk was `factor` times the predicted one."""
    rng = np.random.default_rng(seed)
    calibration = RiskCalibration()
    for risk in rng.uniform(0.0, 0.06, answers):
        calibration.update(float(risk), bool(rng.random() < factor * risk))
    return calibration


def test_nothing_is_said_before_anything_was_seen() -> None:
    calibration = RiskCalibration()
    assert calibration.ratio() is None
    assert calibration.curve() == ()
    assert not calibration.is_off


def test_a_right_forecast_has_a_ratio_of_one_and_a_diagonal_curve() -> None:
    calibration = risks_of(1.0)
    ratio = calibration.ratio()
    assert ratio is not None
    assert abs(ratio.value - 1.0) < 3.0 * ratio.sd
    assert not calibration.is_off
    for point in calibration.curve():
        sd = np.sqrt(point.predicted * (1.0 - point.predicted) / point.answers)
        assert abs(point.realised - point.predicted) < 4.0 * sd


@pytest.mark.parametrize("factor", [0.2, 3.0])
def test_a_forecast_far_off_raises_the_alarm(factor: float) -> None:
    calibration = risks_of(factor)
    assert calibration.is_off
    ratio = calibration.ratio()
    assert ratio is not None
    assert abs(ratio.value / factor - 1.0) < 0.3


def test_the_alarm_waits_for_enough_to_judge_by() -> None:
    calibration = RiskCalibration()
    for _ in range(10):
        calibration.update(0.02, abandoned=True)
    assert not calibration.is_off
    for _ in range(int(2 * EXPECTED_MIN)):
        calibration.update(0.02, abandoned=True)
    assert calibration.is_off


def test_the_alarm_is_taken_back_when_the_forecast_is_right_again() -> None:
    calibration = risks_of(3.0)
    rng = np.random.default_rng(2)
    for _ in range(6000):
        calibration.update(0.03, bool(rng.random() < 0.03))
    assert not calibration.is_off


def test_what_is_long_ago_is_forgotten() -> None:
    assert 2700.0 < risks_of(1.0, answers=12_000).answers < 3000.0


def test_tallies_forget_nothing() -> None:
    risks = risks_of(1.0, answers=12_000)
    whole = sum(risks.tallies(), RiskTally())
    assert whole.answers == 12_000
    assert len(risks.tallies()) == len(EDGES) + 1
    assert whole.abandoned == pytest.approx(whole.predicted, rel=0.25)


def coverage_of(spread: float, count: int = 2000) -> IntervalCoverage:
    """Binomial counts, forecast with a distribution as wide as told; 1 is right."""
    drawn = np.random.default_rng(3).binomial(20, 0.3, count)
    if spread == 1.0:
        below, at = stats.binom(20, 0.3).cdf([drawn - 1, drawn])
    else:
        below, at = stats.norm(6.0, spread * np.sqrt(20 * 0.3 * 0.7)).cdf([drawn - 0.5, drawn + 0.5])
    intervals = IntervalCoverage()
    for pair in zip(below.tolist(), at.tolist(), strict=True):
        intervals.update(*pair)
    return intervals


def test_intervals_of_a_right_forecast_cover_what_they_say_though_counts_are_coarse() -> None:
    intervals = coverage_of(1.0)
    for level in (0.5, 0.9):
        covered = intervals.coverage(level)
        assert covered is not None
        assert abs(covered - level) < 0.03


def test_intervals_too_narrow_or_too_wide_are_found() -> None:
    narrow, wide = coverage_of(0.5).coverage(0.5), coverage_of(2.0).coverage(0.5)
    assert narrow is not None
    assert wide is not None
    assert narrow < 0.35
    assert wide > 0.7
    assert IntervalCoverage().coverage(0.5) is None


def test_a_certain_forecast_counts_at_one_point() -> None:
    intervals = IntervalCoverage()
    intervals.update(0.5, 0.5)
    assert intervals.coverage(0.5) == pytest.approx(1.0)
    assert intervals.forecasts == 1.0
