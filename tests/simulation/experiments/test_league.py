from collections.abc import Sequence

import pytest

from simulation.experiments.figures import CampaignDay, ReplicationFigures, Sums
from simulation.experiments.league import day_hours, play, sized, variant_of
from simulation.scenario.library import find_scenario
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all

BASE = find_scenario("base-20")


class Ground:
    """Occupancy and abandonment both rise with the ratio; everybody has the cap of 3 % at 2.0."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, float]] = []

    def run(self, variants: Sequence[Scenario], count: int) -> list[list[ReplicationFigures]]:
        return [[self._one(variant, number) for number in range(count)] for variant in variants]

    def _one(self, variant: Scenario, number: int) -> ReplicationFigures:
        pacing = variant.campaigns[0].pacing
        self.tried.append((pacing.policy, pacing.ratio))
        value = 0.0 if pacing.policy == "progressive" else pacing.ratio
        abandoned = round(15.0 * value)
        span = Sums(day=0, talk_s=60.0 + 5.0 * value + number, idle_s=30.0, answered=1000, abandoned=abandoned)
        account = CampaignDay(
            day=0, campaign_id=1, answered=1000, abandoned=abandoned, connected=1000 - abandoned, amd_errors=0
        )
        return ReplicationFigures(replication=number, spans=(span,), accounts=(account,))


def test_the_best_fixed_setting_is_the_highest_under_the_cap() -> None:
    settings: dict[str, float] = {}
    entries = play(BASE, ("progressive", "ratio", "wombat"), 3, Ground().run, settings)
    found = {one.policy: one for one in entries}

    assert settings == {"ratio": 2.0}
    assert found["ratio"].setting == found["wombat"].setting == 2.0
    assert found["progressive"].setting is None
    assert found["ratio"].summary.metrics["abandon_rate"].mean == pytest.approx(0.03)


def test_differences_are_paired_with_the_first_policy() -> None:
    entries = play(BASE, ("progressive", "ratio"), 3, Ground().run, {})

    assert entries[0].ahead is None
    assert entries[1].ahead.mean > 0.02
    # The replications differ by far more than the pairs do.
    assert entries[1].ahead.half_width < 0.5 * entries[1].summary.metrics["occupancy"].half_width


def test_a_larger_team_begins_where_the_smaller_one_ended_and_goes_up_or_down() -> None:
    for start in (1.8, 3.0):
        ground, settings = Ground(), {"ratio": start}
        play(BASE, ("ratio",), 2, ground.run, settings)

        assert settings == {"ratio": 2.0}
        assert ground.tried[0] == ("ratio", start)


def test_a_policy_with_too_few_runs_is_left_out_and_settings_stay_where_nothing_is_known() -> None:
    entries = play(BASE, ("progressive", "ratio"), 3, lambda variants, _: [[] for _ in variants], {})

    assert entries == []


def test_bounds_sit_out_where_they_would_take_minutes() -> None:
    entries = play(find_scenario("base-100"), ("progressive", "exact-optimum", "clairvoyant"), 2, Ground().run, {})

    assert [one.policy for one in entries] == ["progressive"]


def test_a_fixed_ratio_plays_without_its_fall_back() -> None:
    assert variant_of(BASE, "ratio", 2.0).campaigns[0].pacing.abandon_rate_max == 1.0
    assert variant_of(BASE, "adaptive", None).campaigns[0].pacing.abandon_rate_max == 0.03


def test_days_are_shorter_for_larger_teams() -> None:
    assert [day_hours(agents) for agents in (5, 20, 50, 100, 300)] == [8.0, 8.0, 2.0, 1.0, 0.5]
    assert sized(BASE, 300).day.warmup_s == 600.0
    assert sized(BASE, 5, 1.0).day == override_all(BASE, [("day.hours", 1.0), ("day.warmup_s", 1200.0)]).day
