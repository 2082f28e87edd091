import numpy as np
import pytest

from pacing.estimators.durations import EDGES, Durations, lognormal_survival


def taught(durations: np.ndarray, censor_s: float = np.inf) -> Durations:
    learned = Durations(median_s=90.0, sigma=0.9)
    for number, duration in enumerate(durations):
        learned.update(float(min(duration, censor_s)), number * 1.0, ended=bool(duration < censor_s))
    return learned


def test_nothing_is_known_at_first() -> None:
    assert Durations(median_s=90.0, sigma=0.9).value() is None


@pytest.mark.parametrize("count", [50, 1000])
def test_a_lognormal_law_is_found_from_few_data(count: int) -> None:
    rng = np.random.default_rng(count)
    learned = taught(rng.lognormal(4.4, 0.8, count))
    truth = lognormal_survival(float(np.exp(4.4)), 0.8)
    assert np.abs(learned.survival() - truth).max() < 0.35 / np.sqrt(count) ** 0.5


def test_a_law_of_two_kinds_of_talk_is_found_from_many_data() -> None:
    """Short refusals and long sales: no single lognormal fits, the hazard does."""
    rng = np.random.default_rng(5)
    short = rng.random(4000) < 0.6
    durations = np.where(short, rng.normal(15.0, 3.0, 4000).clip(1.0), rng.normal(300.0, 40.0, 4000))
    survival = taught(durations).survival()
    at = np.interp([10.0, 30.0, 200.0, 300.0], EDGES, survival)
    empirical = [(durations > t).mean() for t in (10.0, 30.0, 200.0, 300.0)]
    assert at == pytest.approx(empirical, abs=0.05)


def test_censored_durations_do_not_shorten_the_law() -> None:
    rng = np.random.default_rng(6)
    survival = taught(rng.lognormal(4.4, 0.8, 3000), censor_s=100.0).survival()
    truth = lognormal_survival(float(np.exp(4.4)), 0.8)
    within = EDGES <= 95.0
    assert np.abs(survival - truth)[within].max() < 0.05


def test_forced_acw_is_learned_as_a_cliff() -> None:
    survival = taught(np.full(300, 20.5)).survival()
    assert np.interp(19.0, EDGES, survival) > 0.85
    assert np.interp(22.0, EDGES, survival) < 0.15


def test_old_durations_are_forgotten_at_the_half_life() -> None:
    learned = Durations(median_s=90.0, sigma=0.9, half_life_s=100.0)
    for _ in range(100):
        learned.update(50.0, 0.0)
    learned.update(50.0, 200.0)
    assert learned.observations == pytest.approx(26.0, rel=0.01)


def test_mean_and_its_uncertainty() -> None:
    rng = np.random.default_rng(8)
    value = taught(rng.lognormal(4.4, 0.8, 2000)).value()
    assert value is not None
    truth = float(np.exp(4.4 + 0.32))
    assert abs(value.value - truth) < 4.0 * value.sd
    assert 1.0 < value.sd < 6.0


def test_very_long_use_does_not_overflow() -> None:
    learned = Durations(median_s=90.0, sigma=0.9, half_life_s=10.0)
    for number in range(2000):
        learned.update(60.0, number * 10.0)
    assert np.isfinite(learned.survival()).all()
    assert learned.observations == pytest.approx(2.0, rel=0.01)


def test_conversations_that_go_on_keep_a_new_day_from_knowing_only_the_short_ones() -> None:
    """Two hundred agents begin at once; a minute later only the short talks have ended."""
    durations = np.random.default_rng(9).lognormal(4.4, 0.8, 200)
    learned = Durations(median_s=90.0, sigma=0.9)
    for duration in durations[durations < 60.0]:
        learned.update(float(duration), 60.0)
    going_on = np.full(int((durations >= 60.0).sum()), 60.0)
    truth = lognormal_survival(float(np.exp(4.4)), 0.8)
    off = [np.abs(survival - truth).max() for survival in (learned.survival(), learned.survival(going_on))]
    assert off[0] > 0.3
    assert off[1] < 0.12
    assert learned.survival() is learned.survival()


def test_who_has_just_begun_says_nothing() -> None:
    learned = taught(np.random.default_rng(10).lognormal(4.4, 0.8, 500))
    assert learned.survival(np.full(20, 0.5)) == pytest.approx(learned.survival(), abs=0.01)
