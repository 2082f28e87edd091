from collections.abc import Sequence

import pytest

from simulation.experiments.candidates import Setting, span
from simulation.experiments.figures import CampaignDay, ReplicationFigures, Sums
from simulation.experiments.summary import Summary, summarise
from simulation.experiments.tuning import Candidate, Evaluate, Tuning, search

REPLICATIONS = 12


def figures(load: float, numbers: range) -> list[ReplicationFigures]:
    """Occupancy and abandonment both rise with the load: 3 % at 2.0, give or take."""
    found = []
    for number in numbers:
        abandoned = round(1000 * 0.015 * load) + (-1, 0, 1, 0)[number % 4]
        spans = (Sums(day=0, talk_s=load, idle_s=10.0, answered=1000, abandoned=abandoned),)
        account = CampaignDay(day=0, campaign_id=1, answered=1000, abandoned=abandoned, connected=1000, amd_errors=0)
        found.append(ReplicationFigures(replication=number, spans=spans, accounts=(account,)))
    return found


def world(candidates: Sequence[Candidate], numbers: range) -> list[list[ReplicationFigures]]:
    return [figures(sum(float(value) for value in candidate), numbers) for candidate in candidates]


def named(candidate: Candidate, found: Sequence[ReplicationFigures]) -> Summary:
    return summarise(str(candidate), found, 0.03)


def tuned(
    *settings: Setting, rounds: int = 1, replications: int = REPLICATIONS, days: float = 1.0, run: Evaluate = world
) -> Tuning:
    return search(settings, rounds, replications, run, named, confidence=0.95, days_over_cap_max=days)


def test_the_highest_occupancy_under_the_cap_is_found() -> None:
    tuning = tuned(span("x", 1.0, 4.0, 1), rounds=3)

    assert tuning.best is not None
    assert tuning.best.settings["x"] == pytest.approx(1.9, abs=0.1)
    assert tuning.best.abandon_rate_high <= 0.03
    assert tuning.best.is_finished
    refused = [trial for trial in tuning.trials if trial.settings["x"] > tuning.best.settings["x"]]
    assert refused
    assert not any(trial.is_admissible and trial.is_finished for trial in refused)


def test_several_settings_are_searched_together() -> None:
    kind = Setting(path="kind", values=(0.0, 0.4), is_range=False)
    tuning = tuned(span("x", 0.0, 2.0, 2), span("y", 0.0, 2.0, 2), kind, rounds=2)

    assert tuning.best is not None
    assert set(tuning.best.settings) == {"x", "y", "kind"}
    assert 1.7 < sum(tuning.best.settings.values()) < 2.0
    assert tuning.best.occupancy == max(one.occupancy for one in tuning.trials if one.is_admissible and one.is_finished)


def test_weak_candidates_meet_fewer_days_and_cannot_win() -> None:
    runs = 0

    def counted(candidates: Sequence[Candidate], numbers: range) -> list[list[ReplicationFigures]]:
        nonlocal runs
        runs += len(candidates) * len(numbers)
        return world(candidates, numbers)

    tuning = tuned(span("x", 1.0, 4.0, 1), run=counted)

    assert runs == 7 * 3 + 4 * 3 + 3 * 6
    assert sum(trial.is_finished for trial in tuning.trials) == 3
    assert {trial.summary.replications for trial in tuning.trials} == {3, 6, 12}


def test_days_over_the_cap_refuse_a_value_too() -> None:
    # Four days, none over: the share of days over the cap may still be one half.
    tuning = tuned(span("x", 1.0, 1.5, 1), replications=4, days=0.4)

    assert tuning.best is None
    assert {trial.days_over_high > 0.4 for trial in tuning.trials} == {True}


def test_where_nothing_is_admissible_lower_values_are_tried() -> None:
    tuning = tuned(span("x", 3.0, 4.0, 1), rounds=2)

    assert tuning.best is None
    assert sorted(trial.settings["x"] for trial in tuning.trials)[1] < 3.1


def test_an_interrupted_search_keeps_the_values_it_came_to() -> None:
    def interrupted(candidates: Sequence[Candidate], numbers: range) -> list[list[ReplicationFigures]]:
        return [own if place < 3 else [] for place, own in enumerate(world(candidates, numbers))]

    tuning = tuned(span("x", 1.0, 4.0, 1), rounds=3, run=interrupted)

    assert not tuning.is_complete
    assert [trial.settings["x"] for trial in tuning.trials] == [1.0, 1.5, 2.0]
    assert tuning.best is not None
    assert tuning.best.settings["x"] == 1.5


def test_words_are_values_too() -> None:
    def by_name(candidates: Sequence[Candidate], numbers: range) -> list[list[ReplicationFigures]]:
        loads = {"careful": 1.0, "bold": 1.8, "reckless": 3.0}
        return [figures(loads[str(candidate[0])], numbers) for candidate in candidates]

    policy = Setting(path="policy", values=("careful", "bold", "reckless"), is_range=False)
    tuning = tuned(policy, rounds=2, run=by_name)

    assert tuning.best is not None
    assert tuning.best.settings == {"policy": "bold"}
