import numpy as np
import pytest

from pacing.estimators import agent_speeds
from pacing.estimators.agent_speeds import AgentSpeeds


def taught(factors: list[float], talks: int, seed: int = 1) -> AgentSpeeds:
    rng = np.random.default_rng(seed)
    speeds = AgentSpeeds()
    for number in range(talks):
        for agent, factor in enumerate(factors):
            speeds.update(f"agent-{agent}", factor * float(rng.lognormal(4.4, 0.83)), 140.0 * number)
    return speeds


def test_slow_and_fast_agents_are_told_apart() -> None:
    factors = [0.6, 0.8, 1.0, 1.25, 1.6]
    speeds = taught(factors, 80)
    now = 140.0 * 80
    found = [speeds.value(f"agent-{agent}", now) for agent in range(5)]
    for estimate, factor in zip(found, factors, strict=True):
        assert estimate is not None
        assert abs(estimate.value / factor - 1.0) < 0.3
        assert 0.0 < estimate.sd < 0.3
    assert speeds.spread(now) == pytest.approx(0.35, abs=0.15)


def test_a_new_agent_starts_from_the_team_and_one_long_call_says_little() -> None:
    speeds = taught([0.8, 1.0, 1.25], 50)
    assert speeds.value("new", 7000.0) is None
    speeds.update("new", 600.0, 7000.0)
    found = speeds.value("new", 7000.0)
    assert found is not None
    assert 1.0 < found.value < 1.3


def test_where_all_work_alike_nobody_is_told_apart() -> None:
    speeds = taught([1.0] * 12, 60)
    found = [speeds.value(f"agent-{agent}", 8400.0) for agent in range(12)]
    off = [abs(one.value - 1.0) for one in found if one is not None]
    assert len(off) == 12
    assert max(off) < 0.2
    assert np.mean(off) < 0.09


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_speeds, "AGENTS_MAX", 5)
    assert len(taught([1.0] * 9, 2)._agents) == 5
