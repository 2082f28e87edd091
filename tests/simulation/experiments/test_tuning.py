from collections.abc import Sequence

import pytest

from simulation.experiments.figures import CampaignDay, ReplicationFigures, Sums
from simulation.experiments.summary import Summary, summarise
from simulation.experiments.tuning import search


def world(values: Sequence[float]) -> list[Summary]:
    """Occupancy and abandonment both rise with the value: 3 % at 2.0, give or take."""
    summaries = []
    for value in values:
        figures = []
        for number, noise in enumerate((-1, 0, 1, 0)):
            abandoned = round(1000 * 0.015 * value) + noise
            spans = (Sums(day=0, talk_s=value, idle_s=10.0, answered=1000, abandoned=abandoned),)
            account = CampaignDay(
                day=0, campaign_id=1, answered=1000, abandoned=abandoned, connected=1000, amd_errors=0
            )
            figures.append(ReplicationFigures(replication=number, spans=spans, accounts=(account,)))
        summaries.append(summarise(f"{value}", figures, 0.03))
    return summaries


def test_the_highest_occupancy_under_the_cap_is_found() -> None:
    tuning = search("x", 1.0, 4.0, 3, world, confidence=0.95, days_over_cap_max=1.0)

    assert tuning.best is not None
    assert tuning.best.value == pytest.approx(1.9, abs=0.1)
    assert tuning.best.abandon_rate_high <= 0.03
    refused = [trial for trial in tuning.trials if trial.value > tuning.best.value]
    assert refused
    assert not any(trial.is_admissible for trial in refused)


def test_days_over_the_cap_refuse_a_value_too() -> None:
    # Four days, none over: the share of days over the cap may still be one half.
    tuning = search("x", 1.0, 1.5, 1, world, confidence=0.95, days_over_cap_max=0.4)

    assert tuning.best is None
    assert {trial.days_over_high > 0.4 for trial in tuning.trials} == {True}


def test_where_nothing_is_admissible_lower_values_are_tried() -> None:
    tuning = search("x", 3.0, 4.0, 2, world, confidence=0.95, days_over_cap_max=1.0)

    assert tuning.best is None
    assert min(trial.value for trial in tuning.trials) == 3.0


def test_an_interrupted_search_keeps_the_values_it_came_to() -> None:
    def interrupted(values: Sequence[float]) -> list[Summary | None]:
        return [summary if number < 3 else None for number, summary in enumerate(world(values))]

    tuning = search("x", 1.0, 4.0, 3, interrupted, confidence=0.95, days_over_cap_max=1.0)

    assert not tuning.is_complete
    assert [trial.value for trial in tuning.trials] == [1.0, 1.5, 2.0]
    assert tuning.best is not None
    assert tuning.best.value == 1.5


def test_an_interruption_ends_the_rounds_though_every_value_has_something() -> None:
    rounds = []

    def counted(values: Sequence[float]) -> list[Summary]:
        rounds.append(len(values))
        return world(values)

    tuning = search(
        "x", 1.0, 4.0, 3, counted, confidence=0.95, days_over_cap_max=1.0, is_interrupted=lambda: len(rounds) == 1
    )

    assert len(rounds) == 1
    assert not tuning.is_complete
