import numpy as np
import pytest

from simulation.models.agents import Presence, UnplannedPauses, plan_agents
from simulation.models.distributions import Deterministic, Exponential
from simulation.models.timelines import Timeline
from simulation.scenario.model import Agents, Break, MassLogOff

MIDNIGHT = 20_000 * 86_400.0
DAY = Presence(MIDNIGHT + 9 * 3600.0, MIDNIGHT + 17 * 3600.0)


def clock(hours: float) -> float:
    return MIDNIGHT + hours * 3600.0


def test_everybody_works_the_day_where_nothing_else_is_said() -> None:
    plans = plan_agents(Agents(count=3), 0, MIDNIGHT, DAY, seed=1)

    assert [plan.presences for plan in plans] == [(DAY,)] * 3
    assert [plan.speed for plan in plans] == [1.0] * 3
    assert len({plan.agent_id for plan in plans}) == 3


def test_lateness_differs_by_day_and_speed_does_not() -> None:
    group = Agents(count=200, late=Exponential(mean_s=60.0), speed_cv=0.3)
    today = plan_agents(group, 0, MIDNIGHT, DAY, seed=1)
    tomorrow = plan_agents(group, 0, MIDNIGHT + 86_400.0, DAY, seed=1)

    assert [plan.speed for plan in today] == [plan.speed for plan in tomorrow]
    assert today[0].presences[0].starts_at != tomorrow[0].presences[0].starts_at - 86_400.0
    assert np.mean([plan.speed for plan in today]) == pytest.approx(1.0, abs=0.1)


def test_half_the_group_logs_off_at_once_and_comes_back() -> None:
    group = Agents(count=10, mass_log_offs=(MassLogOff(at="12:00", share=0.5, back_at="13:00"),))
    plans = plan_agents(group, 0, MIDNIGHT, DAY, seed=1)
    split = [plan for plan in plans if len(plan.presences) == 2]

    assert len(split) == 5
    assert split[0].presences == (Presence(clock(9), clock(12)), Presence(clock(13), clock(17)))


def test_a_log_off_without_return_ends_the_day() -> None:
    group = Agents(count=1, mass_log_offs=(MassLogOff(at="12:00", share=1.0),))

    assert plan_agents(group, 0, MIDNIGHT, DAY, seed=1)[0].presences == (Presence(clock(9), clock(12)),)


def test_breaks_are_spread_over_the_group() -> None:
    group = Agents(count=4, breaks=(Break(at="12:00", duration_s=600.0, spread_s=3600.0),))
    starts = [plan.breaks[0].starts_at for plan in plan_agents(group, 0, MIDNIGHT, DAY, seed=1)]

    assert starts == [clock(12), clock(12.25), clock(12.5), clock(12.75)]


def test_an_agent_who_comes_after_the_shift_does_not_come() -> None:
    group = Agents(count=1, late=Deterministic(value_s=9 * 3600.0))

    assert plan_agents(group, 0, MIDNIGHT, DAY, seed=1)[0].presences == ()


def test_unplanned_pauses_are_as_frequent_as_stated() -> None:
    group = Agents(count=1, pause=Deterministic(value_s=60.0))
    pauses = UnplannedPauses(group, Timeline(0.1), Timeline(1.0), 1, (0, 0, 0))
    taken = [pauses.after_call(0.0) for _ in range(5000)]

    assert sum(pause is not None for pause in taken) / 5000 == pytest.approx(0.1, abs=0.015)
    assert {pause for pause in taken if pause is not None} == {60.0}


def test_pauses_may_become_more_frequent_and_longer() -> None:
    group = Agents(count=1, pause=Deterministic(value_s=60.0))
    chance, factor = (Timeline(start, [(100.0, 0.0, end)]) for start, end in ((0.0, 1.0), (1.0, 2.0)))
    pauses = UnplannedPauses(group, chance, factor, 1, (0, 0, 0))

    assert pauses.after_call(50.0) is None
    assert pauses.after_call(100.0) == 120.0


def test_known_agents_keep_their_own_speed_under_every_seed() -> None:
    group = Agents(count=5, speeds=(0.8, 1.3))

    for seed in (1, 2):
        assert [plan.speed for plan in plan_agents(group, 0, MIDNIGHT, DAY, seed)] == [0.8, 1.3, 0.8, 1.3, 0.8]
