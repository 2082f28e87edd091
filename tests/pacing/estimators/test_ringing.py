import numpy as np
import pytest

from pacing.estimators.durations import EDGES
from pacing.estimators.ringing import RingTimes


def calls(count: int, seed: int) -> list[tuple[float, bool]]:
    rng = np.random.default_rng(seed)
    seen = []
    for _ in range(count):
        if rng.random() < 0.3:
            seen.append((min(float(rng.lognormal(2.5, 0.5)), 27.9), True))
        else:
            seen.append((4.5 if rng.random() < 0.2 else 28.0, False))
    return seen


def test_answer_times_and_other_ends_are_told_apart() -> None:
    ringing = RingTimes(30.0)
    for number, (duration, answered) in enumerate(calls(3000, 1)):
        ringing.update(duration, number * 0.5, answered)
    answer, other = ringing.survivals()
    truth = np.array([d for d, a in calls(3000, 1) if a])
    for at in (8.0, 14.0, 20.0):
        assert np.interp(at, EDGES, answer) == pytest.approx((truth > at).mean(), abs=0.06)
    assert np.interp(10.0, EDGES, other) == pytest.approx(0.8, abs=0.04)
    assert np.interp(30.0, EDGES, other) < 0.05


def test_cancelled_calls_are_censored_not_failed() -> None:
    """Every call is given up at 15 s, if it lasts that long: what happened before must still be seen right."""
    ringing, full = RingTimes(30.0), RingTimes(30.0)
    for number, (duration, answered) in enumerate(calls(3000, 2)):
        full.update(duration, number * 0.5, answered)
        ringing.update(min(duration, 15.0), number * 0.5, answered if duration < 15.0 else None)
    answer, _ = ringing.survivals()
    expected, _ = full.survivals()
    early = [float(np.interp(t, EDGES, answer)) for t in (6.0, 10.0)]
    wanted = [float(np.interp(t, EDGES, expected)) for t in (6.0, 10.0)]
    assert (1.0 - early[0]) / (1.0 - early[1]) == pytest.approx((1.0 - wanted[0]) / (1.0 - wanted[1]), abs=0.08)


def test_survivals_start_at_one_and_never_rise() -> None:
    ringing = RingTimes(30.0)
    for number, (duration, answered) in enumerate(calls(40, 3)):
        ringing.update(duration, number * 0.5, answered)
    for survival in ringing.survivals():
        assert survival[0] == 1.0
        assert (np.diff(survival) <= 1e-12).all()
        assert survival[-1] >= -1e-9


def test_very_long_use_does_not_overflow() -> None:
    ringing = RingTimes(30.0)
    for number in range(3000):
        ringing.update(14.0, number * 3600.0, number % 3 == 0)
    assert all(np.isfinite(survival).all() for survival in ringing.survivals())
