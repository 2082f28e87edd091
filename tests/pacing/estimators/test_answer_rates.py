import numpy as np
import pytest

from pacing.estimators.answer_rates import CALLS_MIN, AnswerKey, AnswerRates


def test_nothing_is_said_before_enough_calls_have_ended() -> None:
    rates = AnswerRates()
    for number in range(CALLS_MIN - 1):
        rates.update(AnswerKey(), True, float(number))
    assert rates.value(AnswerKey(), 20.0) is None
    rates.update(AnswerKey(), True, 20.0)
    assert rates.value(AnswerKey(), 20.0) is not None


def test_lists_tries_trunks_and_hours_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    rates = AnswerRates()

    def truth(key: AnswerKey) -> float:
        line = -0.85 + {"warm": 0.7, "cold": -0.7}[key.list_name]
        line += {1: 0.0, 2: -0.5}[key.attempt_number] + {"a": 0.0, "b": -0.4}[key.trunk]
        return float(1.0 / (1.0 + np.exp(-line - (0.5 if key.hour == 17 else 0.0))))

    keys = [
        AnswerKey(list_name=name, attempt_number=number, trunk=trunk, hour=hour)
        for name in ("warm", "cold")
        for number in (1, 2)
        for trunk in ("a", "b")
        for hour in (11, 17)
    ]
    for number in range(16_000):
        key = keys[int(rng.integers(len(keys)))]
        rates.update(key, bool(rng.random() < truth(key)), number * 0.5)
    for key in keys:
        found = rates.value(key, 8000.0)
        assert found is not None
        assert found.value == pytest.approx(truth(key), abs=0.06)
        assert 0.0 < found.sd < 0.06


def test_a_new_list_starts_from_what_its_hour_and_try_say() -> None:
    rng = np.random.default_rng(2)
    rates = AnswerRates()
    for number in range(4000):
        attempt = 1 + number % 2
        key = AnswerKey(list_name="old", attempt_number=attempt)
        rates.update(key, bool(rng.random() < (0.4 if attempt == 1 else 0.2)), float(number))
    first, second = (rates.value(AnswerKey(list_name="new", attempt_number=n), 4000.0) for n in (1, 2))
    assert first is not None
    assert second is not None
    assert first.value > second.value + 0.1
    assert first.sd > 0.05


def test_learning_tells_what_was_foretold() -> None:
    rates = AnswerRates()
    for number in range(3 * CALLS_MIN):
        key = AnswerKey(list_name="ab"[number % 2], hour=number % 5)
        before = rates.value(key, float(number))
        assert rates.update(key, number % 3 == 0, float(number)) == before
