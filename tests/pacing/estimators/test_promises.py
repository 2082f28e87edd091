import numpy as np
import pytest

from pacing.estimators.promises import Promises
from pacing.model import Promise

TIMES = np.array([2.0, 5.0, 10.0, 20.0, 60.0])


def test_before_anything_is_seen_a_time_told_is_about_believed() -> None:
    promises = Promises()
    assert promises.value(0.0) is None
    (free,) = promises.free([Promise(made_at=0.0, free_at=20.0)], 0.0, TIMES)
    assert free[0] < 0.05
    assert free[2] < 0.2
    assert free[-1] > 0.95
    assert np.all(np.diff(free) >= 0.0)


def test_promises_kept_to_the_second_are_believed_to_the_second() -> None:
    promises = Promises()
    for number in range(300):
        promises.update(15.0, 15.0, 60.0 * number)
    (early,) = promises.free([Promise(made_at=0.0, free_at=15.0)], 5.0, np.array([8.0, 12.0]))
    assert early[0] < 0.1
    assert early[1] > 0.9
    value = promises.value(18_000.0)
    assert value is not None
    assert value.value == pytest.approx(1.0, abs=0.05)


def test_whoever_takes_half_as_long_again_is_seen_to() -> None:
    promises = Promises()
    rng = np.random.default_rng(1)
    for number in range(300):
        promised = float(rng.uniform(10.0, 40.0))
        promises.update(1.5 * promised, promised, 60.0 * number)
    (free,) = promises.free([Promise(made_at=0.0, free_at=30.0)], 0.0, np.array([32.0, 50.0]))
    assert free[0] < 0.15
    assert free[1] > 0.85


def test_hints_without_a_time_have_a_law_of_their_own() -> None:
    promises = Promises()
    for number in range(200):
        promises.update(8.0, None, 60.0 * number)
    soon, told = promises.free([Promise(made_at=0.0), Promise(made_at=0.0, free_at=60.0)], 0.0, np.array([10.0]))
    assert soon[0] > 0.85
    assert told[0] < 0.1


def test_an_overdue_promise_says_soon_and_nobody_is_nobody() -> None:
    promises = Promises()
    (free,) = promises.free([Promise(made_at=0.0, free_at=10.0)], 4000.0, TIMES)
    assert np.all((free >= 0.0) & (free <= 1.0))
    assert promises.free([], 0.0, TIMES).shape == (0, 5)
