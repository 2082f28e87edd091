from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace

from dialer.model import CallCause
from simulation.models.changes import constant_timelines
from simulation.models.customers import CustomerModel
from simulation.models.distributions import Exponential
from simulation.models.timelines import Timeline
from simulation.scenario.model import Amd, Customers, Parameter

NOON = 12 * 3600.0


def model(customers: Customers, seed: int = 1, campaign: int = 0, **timelines: Timeline) -> CustomerModel:
    given = constant_timelines(customers)
    given.update({Parameter(name): timeline for name, timeline in timelines.items()})
    return CustomerModel(customers, given, seed, campaign)


def test_fates_have_the_shares_of_the_scenario() -> None:
    people = model(Customers(answer_probability=0.3, machine=0.2, no_answer=0.4, failure=0.1))
    fates = [people.fate(place, 1, NOON) for place in range(40_000)]

    assert np.mean([fate.is_person for fate in fates]) == pytest.approx(0.3, abs=0.01)
    assert np.mean([fate.is_machine for fate in fates]) == pytest.approx(0.2, abs=0.01)
    assert np.mean([fate.failure is not None for fate in fates]) == pytest.approx(0.1, abs=0.01)
    kinds = Counter(fate.failure for fate in fates if fate.failure)
    assert kinds[CallCause.BUSY] / kinds.total() == pytest.approx(0.4, abs=0.03)


def test_a_fate_depends_on_lead_and_attempt_not_on_who_was_asked_before() -> None:
    forwards = [model(Customers()).fate(place, 1, NOON) for place in range(50)]
    people = model(Customers())
    backwards = [people.fate(place, 1, NOON) for place in reversed(range(50))]

    assert backwards[::-1] == forwards
    assert people.fate(3, 2, NOON) != people.fate(3, 1, NOON)
    assert model(Customers(), campaign=1).fate(3, 1, NOON) != forwards[3]


def test_a_higher_answer_probability_adds_persons_and_takes_none_away() -> None:
    low, high = model(Customers(answer_probability=0.2)), model(Customers(answer_probability=0.4))

    for place in range(2000):
        if low.fate(place, 1, NOON).is_person:
            assert high.fate(place, 1, NOON).is_person
            assert high.fate(place, 1, NOON).talk_s == low.fate(place, 1, NOON).talk_s


def test_leads_differ_as_a_beta_distribution_and_keep_their_chance() -> None:
    people = model(Customers(answer_probability=0.3, answer_concentration=3.0))
    chances = np.array([people.answer_probability(place, 1, NOON) for place in range(20_000)])

    assert chances.mean() == pytest.approx(0.3, abs=0.01)
    # Beta(0.9, 2.1) has variance 0.3 * 0.7 / 4.
    assert chances.var() == pytest.approx(0.3 * 0.7 / 4.0, rel=0.05)
    assert people.answer_probability(7, 2, NOON) == chances[7]


def test_the_list_may_show_how_likely_a_lead_is() -> None:
    people = model(Customers(answer_probability=0.3, answer_concentration=3.0, answer_classes=5))
    by_class: dict[str, list[float]] = {}
    for place in range(5000):
        by_class.setdefault(people.attributes(place)["class"], []).append(people.answer_probability(place, 1, NOON))

    assert sorted(by_class) == ["0", "1", "2", "3", "4"]
    assert all(len(chances) == pytest.approx(1000, rel=0.1) for chances in by_class.values())
    for low, high in pairwise(sorted(by_class)):
        assert max(by_class[low]) <= min(by_class[high])
    assert model(Customers()).attributes(3) == {}


def test_hours_and_attempts_change_the_odds() -> None:
    people = model(Customers(answer_probability=0.5, hour_factors={"17": 3.0}, attempt_factor=0.5))

    assert people.answer_probability(0, 1, NOON) == pytest.approx(0.5)
    assert people.answer_probability(0, 1, 17.5 * 3600.0) == pytest.approx(0.75)
    assert people.answer_probability(0, 2, NOON) == pytest.approx(1.0 / 3.0)


def test_parameters_follow_their_timelines() -> None:
    people = model(
        Customers(answer_probability=1.0, talk=Exponential(mean_s=100.0)),
        talk_factor=Timeline(1.0, [(NOON, 0.0, 2.0)]),
    )

    assert people.fate(5, 1, NOON).talk_s == pytest.approx(2.0 * people.fate(5, 1, NOON - 1.0).talk_s)


def test_every_duration_and_error_of_a_call_may_change() -> None:
    amd = Amd(person_error=0.0, machine_error=0.0)
    people = model(
        Customers(answer_probability=0.3, machine=0.5, no_answer=0.0, failure=0.5, amd=amd),
        **{
            f"{name}_factor": Timeline(1.0, [(NOON, 0.0, 3.0)])
            for name in (
                "answer_delay",
                "machine_delay",
                "failure_delay",
                "post_dial_delay",
                "amd_delay",
                "machine_talk",
            )
        },
        amd_person_error=Timeline(0.0, [(NOON, 0.0, 1.0)]),
        amd_machine_error=Timeline(0.0, [(NOON, 0.0, 1.0)]),
    )

    for place in range(200):
        before, after = people.fate(place, 1, NOON - 1.0), people.fate(place, 1, NOON)
        assert after.delay_s == pytest.approx(3.0 * before.delay_s)
        assert after.post_dial_delay_s == pytest.approx(3.0 * before.post_dial_delay_s)
        assert after.amd_delay_s == pytest.approx(3.0 * before.amd_delay_s)
        if before.is_machine:
            assert after.talk_s == pytest.approx(3.0 * before.talk_s)
        if before.is_machine or before.is_person:
            assert before.amd_says_machine == before.is_machine
            assert after.amd_says_machine == before.is_person


def test_the_wear_of_attempts_may_change() -> None:
    people = model(Customers(answer_probability=0.5), attempt_factor=Timeline(1.0, [(NOON, 0.0, 0.5)]))

    assert people.answer_probability(0, 2, NOON - 1.0) == pytest.approx(0.5)
    assert people.answer_probability(0, 2, NOON) == pytest.approx(1.0 / 3.0)


def test_amd_errs_as_often_as_stated() -> None:
    amd = Amd(person_error=0.05, machine_error=0.2)
    people = model(Customers(answer_probability=0.5, machine=1.0, no_answer=0.0, failure=0.0, amd=amd))
    fates = [people.fate(place, 1, NOON) for place in range(40_000)]

    persons = [fate.amd_says_machine for fate in fates if fate.is_person]
    machines = [fate.amd_says_machine for fate in fates if fate.is_machine]
    assert np.mean(persons) == pytest.approx(0.05, abs=0.01)
    assert np.mean(machines) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(("probability", "expected"), [(0.0, False), (1.0, True)])
def test_certainty_is_certain(probability: float, expected: bool) -> None:
    customers = replace(Customers(), answer_probability=probability, answer_concentration=3.0)

    assert all(model(customers).fate(place, 1, NOON).is_person is expected for place in range(500))


def test_machines_and_persons_ring_with_early_media_as_often_as_stated() -> None:
    people = model(Customers(person_early_media=0.1, machine_early_media=0.7))
    fates = [people.fate(place, 1, NOON) for place in range(8000)]

    assert np.mean([fate.is_early_media for fate in fates if fate.is_machine]) == pytest.approx(0.7, abs=0.05)
    assert np.mean([fate.is_early_media for fate in fates if fate.is_person]) == pytest.approx(0.1, abs=0.03)
    assert not any(model(Customers()).fate(place, 1, NOON).is_early_media for place in range(500))


def test_leads_of_several_lists_come_in_turn_and_answer_by_their_lists_factor() -> None:
    people = model(Customers(answer_probability=0.3, list_factors=(0.5, 2.0), list_leads=3))

    assert [people.attributes(lead)["list"] for lead in range(8)] == ["0", "0", "0", "1", "1", "1", "0", "0"]
    assert people.answer_probability(0, 1, NOON) == pytest.approx(0.15 / 0.85)
    assert people.answer_probability(3, 1, NOON) == pytest.approx(0.6 / 1.3)


def test_keys_are_pressed_by_their_shares_and_nobody_else_changes() -> None:
    people, keys = model(Customers()), model(Customers(keys={"1": 0.3, "9": 0.1}))
    fates = [keys.fate(place, 1, NOON) for place in range(20_000)]
    pressed = Counter(fate.key for fate in fates if fate.is_person)
    assert pressed["1"] / pressed.total() == pytest.approx(0.3, abs=0.02)
    assert pressed["9"] / pressed.total() == pytest.approx(0.1, abs=0.02)
    assert not any(fate.key for fate in fates if not fate.is_person)
    before = [people.fate(place, 1, NOON) for place in range(100)]
    assert before == [fate._replace(key="", key_delay_s=float("inf")) for fate in fates[:100]]
