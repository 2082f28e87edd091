import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.estimators import pooled_odds
from pacing.estimators.estimate import Estimate
from pacing.estimators.pooled_odds import OTHERS, PooledOdds, chance, logit


def pool() -> PooledOdds:
    return PooledOdds({"base": 1.5, "list": 0.6}, {"base": 3600.0, "list": 86_400.0})


def taught(rates: dict[str, float], events: int, seed: int = 1) -> PooledOdds:
    rng = np.random.default_rng(seed)
    odds = pool()
    names = list(rates)
    for number in range(events):
        name = names[number % len(names)]
        odds.update({"base": "", "list": name}, bool(rng.random() < rates[name]), float(number))
    return odds


def test_groups_find_their_own_rates() -> None:
    odds = taught({"warm": 0.5, "cold": 0.15}, 3000)
    assert chance(odds.log_odds({"base": "", "list": "warm"}, 3000.0)) == pytest.approx(0.5, abs=0.05)
    assert chance(odds.log_odds({"base": "", "list": "cold"}, 3000.0)) == pytest.approx(0.15, abs=0.04)


def test_a_group_not_met_before_starts_from_its_parents_and_is_less_sure() -> None:
    odds = taught({"a": 0.3, "b": 0.3}, 2000)
    old, new = (odds.log_odds({"base": "", "list": name}, 2000.0) for name in ("a", "new"))
    assert chance(new) == pytest.approx(0.3, abs=0.05)
    assert new.sd > 2.0 * old.sd


def test_the_first_surprises_are_taken_to_be_the_new_groups_own() -> None:
    odds = taught({"a": 0.3, "b": 0.3}, 2000)
    for number in range(60):
        odds.update({"base": "", "list": "new"}, number % 10 < 6, 2000.0 + number)
    assert chance(odds.log_odds({"base": "", "list": "new"}, 2060.0)) > 0.45
    assert chance(odds.log_odds({"base": "", "list": "a"}, 2060.0)) == pytest.approx(0.3, abs=0.07)


def test_what_is_long_ago_is_forgotten() -> None:
    odds = taught({"a": 0.9}, 500)
    soon, late = (odds.log_odds({"base": "", "list": "a"}, at) for at in (500.0, 500.0 + 40 * 86_400.0))
    assert late.sd > 2.0 * soon.sd
    assert abs(late.value) < 0.1 * abs(soon.value)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooled_odds, "LEVELS_MAX", 10)
    odds = pool()
    for number in range(50):
        odds.update({"base": "", "list": str(number)}, True, float(number))
    assert len(odds._levels) == 10
    assert ("list", "49") in odds._levels
    assert ("base", "") in odds._levels


@given(
    events=st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.floats(0.0, 1e5)), max_size=60),
    offset=st.floats(-6.0, 6.0),
)
def test_beliefs_stay_finite_and_never_wider_than_the_prior(
    events: list[tuple[str, bool, float]], offset: float
) -> None:
    odds, now = pool(), 0.0
    for name, happened, later in events:
        now += later
        odds.update({"base": "", "list": name}, happened, now, offset)
    found = odds.log_odds({"base": "", "list": "a"}, now)
    assert abs(found.value) <= 16.0
    assert 0.0 < found.sd <= np.hypot(1.5, 0.6) + 1e-9


def test_an_unsure_belief_means_a_chance_nearer_to_one_half() -> None:
    assert chance(Estimate(2.0, 2.0)) < chance(Estimate(2.0, 0.0)) == pytest.approx(1.0 / (1.0 + np.exp(-2.0)))
    assert logit(0.5) == 0.0
    assert logit(0.0) == -logit(1.0) == -8.0


def test_groupings_that_are_not_named_have_the_spread_of_the_others() -> None:
    odds = PooledOdds({"base": 0.1, OTHERS: 1.0}, {OTHERS: 3600.0})
    assert odds.log_odds({"base": "", "city": "Bath"}, 0.0).sd == pytest.approx((0.1**2 + 1.0) ** 0.5)
    odds.update({"base": "", "city": "Bath"}, True, 0.0)
    assert odds.log_odds({"city": "Bath"}, 0.0).value > 0.3
    with pytest.raises(KeyError):
        PooledOdds({"base": 0.1}, {"base": 3600.0}).log_odds({"city": "Bath"}, 0.0)
