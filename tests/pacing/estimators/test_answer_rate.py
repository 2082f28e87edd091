import numpy as np
import pytest

from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.durations import EDGES, lognormal_survival


def test_nothing_is_known_at_first() -> None:
    assert AnswerRate().value() is None


@pytest.mark.parametrize("rate", [0.05, 0.3, 0.8])
def test_converges_to_the_rate(rate: float) -> None:
    rng = np.random.default_rng(1)
    answer_rate = AnswerRate()
    values = []
    for number, answered in enumerate(rng.random(20_000) < rate):
        answer_rate.update(float(answered), float(number))
        if number > 2000:
            value = answer_rate.value()
            assert value is not None
            values.append(value.value)
    assert np.mean(values) == pytest.approx(rate, abs=0.01)
    assert np.std(values) < 0.03


def test_uncertainty_covers_the_truth() -> None:
    rng = np.random.default_rng(2)
    inside = 0
    for _ in range(300):
        answer_rate = AnswerRate()
        for number, answered in enumerate(rng.random(100) < 0.3):
            answer_rate.update(float(answered), float(number))
        value = answer_rate.value()
        assert value is not None
        inside += abs(value.value - 0.3) < 1.645 * value.sd
    assert 0.84 < inside / 300 < 0.96


def calls_until_seen(rate_before: float, rate_after: float, seed: int) -> int:
    rng = np.random.default_rng(seed)
    answer_rate = AnswerRate()
    for number in range(2000):
        answer_rate.update(float(rng.random() < rate_before), number * 0.5)
    for number in range(2000):
        answer_rate.update(float(rng.random() < rate_after), 1000.0 + number * 0.5)
        value = answer_rate.value()
        assert value is not None
        if abs(value.value - rate_after) < abs(rate_before - rate_after) / 4:
            return number
    raise AssertionError("the step was never seen")


def test_a_step_is_seen_long_before_the_half_life_has_passed() -> None:
    assert np.median([calls_until_seen(0.2, 0.45, seed) for seed in range(30)]) < 150


def test_a_rate_of_zero_is_a_rate() -> None:
    answer_rate = AnswerRate()
    for number in range(1000):
        answer_rate.update(0.0, float(number))
    value = answer_rate.value()
    assert value is not None
    assert 0.0 < value.value < 0.01


def test_a_burst_of_new_calls_does_not_bias_towards_fast_failures() -> None:
    """One in ten calls fails after 4 s, answers take 14 s: early on, the ended calls alone are nearly all failures."""
    rng = np.random.default_rng(3)
    answer_survival = lognormal_survival(12.5, 0.5)
    other_survival = np.where(EDGES < 4.0, 1.0, np.where(EDGES < 28.0, 0.85, 0.0))
    errors, naive_errors = [], []
    for _ in range(200):
        answer_rate = AnswerRate()
        for number in range(400):
            answer_rate.update(float(rng.random() < 0.3), float(number))
        answered = rng.random(200) < 0.3
        other_end = np.where(rng.random(200) < 0.15, 4.0, 28.0)
        end = np.where(answered, rng.lognormal(np.log(12.5), 0.5, 200), other_end)
        for is_answer in answered[end < 6.0]:
            answer_rate.update(float(is_answer), 400.0)
        in_flight = int((end >= 6.0).sum())

        def answers_at(rate: float, in_flight: int = in_flight) -> float:
            still = rate * answer_survival[6]
            return float(in_flight * still / (still + (1.0 - rate) * other_survival[6]))

        naive, value = answer_rate.value(), answer_rate.value(in_flight, answers_at)
        assert naive is not None
        assert value is not None
        naive_errors.append(naive.value - 0.3)
        errors.append(value.value - 0.3)
    assert abs(np.mean(errors)) < 0.006
    assert np.mean(naive_errors) < -0.01


def test_after_a_long_pause_the_past_says_little() -> None:
    answer_rate = AnswerRate()
    for number in range(1000):
        answer_rate.update(float(number % 5 == 0), float(number))
    assert answer_rate.is_stale(999.0 + 3600.0)
    assert not answer_rate.is_stale(999.0 + 60.0)
    answer_rate.update(1.0, 999.0 + 3600.0)
    assert answer_rate.calls == pytest.approx(21.0, abs=0.1)
    assert not answer_rate.is_stale(999.0 + 3601.0)


def test_a_copy_goes_its_own_way() -> None:
    rate = AnswerRate()
    for number in range(100):
        rate.update(float(number % 3 == 0), 10.0 * number)
    twin = rate.copy()
    assert (twin.value(), twin.calls, twin.is_stale(5000.0)) == (rate.value(), rate.calls, rate.is_stale(5000.0))
    before = twin.value()
    rate.update(1.0, 1001.0)
    assert twin.value() == before != rate.value()
