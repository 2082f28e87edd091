import numpy as np
import pytest

from pacing.estimators.signalling import Signal, SignalEffects

EARLY, PLAIN = Signal(sip_status=183, post_dial_delay_s=2.0), Signal(sip_status=180, post_dial_delay_s=2.0)


def taught(early_rate: float, plain_rate: float, expected: float = 0.3) -> SignalEffects:
    rng = np.random.default_rng(1)
    effects = SignalEffects()
    for number in range(3000):
        signal, rate = (EARLY, early_rate) if number % 3 == 0 else (PLAIN, plain_rate)
        effects.update(expected, signal, bool(rng.random() < rate), float(number))
    return effects


def test_nothing_learned_changes_nothing() -> None:
    assert SignalEffects().after(0.3, EARLY, 0.0) == pytest.approx(0.35, abs=0.06)


def test_early_media_may_mean_a_machine() -> None:
    effects = taught(0.08, 0.4)
    assert effects.after(0.3, EARLY, 3000.0) == pytest.approx(0.08, abs=0.03)
    assert effects.after(0.3, PLAIN, 3000.0) == pytest.approx(0.4, abs=0.04)


def test_that_it_rings_at_all_is_left_to_the_forecast() -> None:
    """All kinds of ringing answer alike and more often than calls at placing: no kind stands out."""
    effects = taught(0.36, 0.36)
    for signal in (EARLY, PLAIN):
        assert effects.after(0.3, signal, 3000.0) == pytest.approx(0.36, abs=0.03)
        assert effects.as_placed(0.3, signal, 3000.0) < effects.after(0.3, signal, 3000.0)


def test_where_all_ring_alike_a_call_keeps_its_chance() -> None:
    """Calls given up are not learned from, so those that are seem to be answered more often than was expected."""
    rng = np.random.default_rng(2)
    effects = SignalEffects()
    for number in range(1000):
        effects.update(0.3, PLAIN, bool(rng.random() < 0.45), float(number))
    assert effects.after(0.3, PLAIN, 1000.0) == pytest.approx(0.45, abs=0.04)
    assert effects.as_placed(0.3, PLAIN, 1000.0) == pytest.approx(0.3, abs=0.01)
    assert effects.as_placed(0.7, PLAIN, 1000.0) == pytest.approx(0.7, abs=0.01)


def test_kinds_of_ringing_are_told_apart_around_what_is_usual() -> None:
    effects = taught(0.2, 0.5)
    early, plain = (effects.as_placed(0.4, signal, 3000.0) for signal in (EARLY, PLAIN))
    assert early < 0.3 < 0.4 < plain


def test_the_effect_is_on_the_odds_of_each_lead() -> None:
    effects = taught(0.08, 0.4)
    low, high = (effects.after(chance, EARLY, 3000.0) for chance in (0.1, 0.7))
    assert 0.0 < low < 0.08 < high < 0.5
