import hypothesis.strategies as st
import pytest
from hypothesis import given

from dialer.gateway.trunk_health import TRUNK_TABLE, HealthSettings, TrunkHealth, TrunkInput, TrunkState

SETTINGS = HealthSettings()


def test_silence_after_an_invite_is_known_within_a_second() -> None:
    health = TrunkHealth(SETTINGS, now=0.0)
    health.placed(heard_at=99.0, now=100.0)
    assert health.next_at() == SETTINGS.probe_s
    health.probe_at = None
    assert health.next_at() == 100.0 + SETTINGS.silence_s
    assert not health.check(99.0, 100.7)
    assert health.check(99.0, 100.8)
    assert health.state is TrunkState.DOWN
    assert SETTINGS.silence_s < 1.0


def test_any_sound_since_the_invite_clears_it() -> None:
    health = TrunkHealth(SETTINGS, now=0.0)
    health.placed(heard_at=0.0, now=10.0)
    health.placed(heard_at=0.0, now=10.5)
    assert health.asked_at == 10.0, "the first that was not answered counts"
    health.placed(heard_at=10.6, now=10.7)
    assert health.asked_at == 10.7
    assert not health.check(10.75, 12.0)
    assert health.asked_at is None


def test_a_trunk_that_is_down_is_asked_every_second_and_an_answer_brings_it_back() -> None:
    health = TrunkHealth(SETTINGS, now=0.0)
    health.answers_probes = True
    assert health.probed(False, 5.0), "it used to answer"
    assert health.wants_probe(5.0)
    assert not health.wants_probe(5.9)
    assert health.wants_probe(6.0)
    assert not health.check(0.0, 500.0), "no trial for one that answers OPTIONS"
    assert health.probed(True, 7.0)
    assert health.state is TrunkState.UP


def test_a_carrier_that_never_answers_options_is_not_down_for_it_and_comes_back_on_trial() -> None:
    health = TrunkHealth(SETTINGS, now=0.0)
    assert not health.probed(False, 30.0)
    assert health.state is TrunkState.UP
    health.placed(0.0, 40.0)
    assert health.check(0.0, 41.0)
    assert not health.check(0.0, 50.9)
    assert health.check(0.0, 51.0)
    assert health.state is TrunkState.UP


def test_an_overloaded_trunk_rests_as_long_as_it_asks_within_reason() -> None:
    health = TrunkHealth(SETTINGS, now=0.0)
    assert health.overloaded(20.0, 0.0)
    assert not health.overloaded(30.0, 0.0), "it rests already"
    assert not health.check(0.0, 29.0)
    assert health.check(0.0, 30.0)
    health.overloaded(1e9, 0.0)
    assert health.check(0.0, SETTINGS.rest_s_max)


def test_without_probes_a_quiet_trunk_needs_no_alarm() -> None:
    assert TrunkHealth(HealthSettings(probe_s=0.0), now=0.0).next_at() is None


@pytest.mark.parametrize("state", TrunkState)
def test_every_state_can_be_left_and_reached(state: TrunkState) -> None:
    assert TRUNK_TABLE[state]
    assert any(state in row.values() for row in TRUNK_TABLE.values())


@given(st.lists(st.sampled_from(TrunkInput), max_size=20))
def test_it_follows_the_table(inputs: list[TrunkInput]) -> None:
    health = TrunkHealth(SETTINGS, now=0.0)
    for happened in inputs:
        before = health.state
        changed = health.take(happened, 1.0)
        assert health.state is TRUNK_TABLE[before].get(happened, before)
        assert changed is (happened in TRUNK_TABLE[before])
