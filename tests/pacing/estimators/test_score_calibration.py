import numpy as np
import pytest

from pacing.estimators.score_calibration import ScoreCalibration


def taught(truth: np.ndarray, told: np.ndarray, seed: int = 0) -> ScoreCalibration:
    rng = np.random.default_rng(seed)
    calibration = ScoreCalibration()
    base = float(truth.mean())
    for probability, score in zip(truth, told, strict=True):
        calibration.update(float(score), float(rng.random() < probability), base)
    return calibration


@pytest.fixture
def truth() -> np.ndarray:
    return np.random.default_rng(9).beta(0.9, 2.1, 4000)


def test_true_probabilities_are_trusted_and_left_as_they_are(truth: np.ndarray) -> None:
    calibration = taught(truth, truth)
    assert calibration.is_trusted
    at = np.array([0.05, 0.3, 0.7])
    assert calibration.calibrated(at) == pytest.approx(at, abs=0.05)


def test_probabilities_that_are_too_high_are_put_right(truth: np.ndarray) -> None:
    odds = 3.0 * truth / (1.0 - truth)
    calibration = taught(truth, odds / (1.0 + odds))
    assert calibration.is_trusted
    told = np.array([0.3, 0.6, 0.9])
    meant = told / 3.0 / (told / 3.0 + 1.0 - told)
    assert calibration.calibrated(told) == pytest.approx(meant, abs=0.06)


def test_probabilities_that_say_nothing_are_not_used(truth: np.ndarray) -> None:
    noise = np.random.default_rng(3).beta(0.9, 2.1, 4000)
    assert not taught(truth, noise).is_trusted


def test_equal_probabilities_are_no_better_than_the_base_rate(truth: np.ndarray) -> None:
    assert not taught(truth, np.full(4000, 0.3)).is_trusted


def test_a_few_calls_prove_nothing(truth: np.ndarray) -> None:
    assert not taught(truth[:100], truth[:100]).is_trusted


def test_certainties_do_no_harm() -> None:
    calibration = ScoreCalibration()
    for number in range(400):
        calibration.update(float(number % 2), number % 3 == 0, 0.33)
    assert np.isfinite(calibration.calibrated(np.array([0.0, 0.5, 1.0]))).all()


def test_calls_that_were_given_up_count_by_the_chance_they_had_left(truth: np.ndarray) -> None:
    """Left out, the calls that nobody had answered yet would be missing among the failures."""
    rng = np.random.default_rng(11)
    base = float(truth.mean())
    counted, left_out = ScoreCalibration(), ScoreCalibration()
    for probability in truth.tolist():
        left = 0.4 * probability / (0.4 * probability + 1.0 - probability)
        is_early = rng.random() < 0.6
        if rng.random() < probability and is_early:
            counted.update(probability, 1.0, base)
            left_out.update(probability, 1.0, base)
        elif rng.random() < 0.5:
            counted.update(probability, left, base)
        else:
            answered = float(rng.random() < left)
            counted.update(probability, answered, base)
            left_out.update(probability, answered, base)
    at = np.array([0.1, 0.3, 0.7])
    assert counted.calibrated(at) == pytest.approx(at, abs=0.05)
    assert float(left_out.calibrated(at)[1]) > 0.36
