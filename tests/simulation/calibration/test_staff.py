import numpy as np
import pytest

from campaigns.model import Outcome
from simulation.calibration.reading import AgentInterval, CallRecord
from simulation.calibration.staff import lateness_of, pauses_of, speeds_of


def talk(agent_id: str, talk_s: float) -> CallRecord:
    return CallRecord(
        lead="1", attempt_number=1, placed_at=0.0, ringing_at=None, answered_at=9.0, bridged_at=10.0,
        ended_at=10.0 + talk_s, outcome=Outcome.CONNECTED, agent_id=agent_id,
    )  # fmt: skip


def interval(agent_id: str, state: str, started_at: float, ended_at: float) -> AgentInterval:
    return AgentInterval(agent_id=agent_id, state=state, started_at=started_at, ended_at=ended_at)


def team(rng: np.random.Generator, cv: float) -> tuple[dict[str, float], list[CallRecord]]:
    sigma = np.sqrt(np.log1p(cv**2))
    factors = {f"agent-{n}": float(np.exp(rng.normal(-(sigma**2) / 2, sigma))) for n in range(40)}
    return factors, [talk(one, f * rng.lognormal(4.0, 0.8)) for one, f in factors.items() for _ in range(150)]


def test_the_spread_between_agents_is_found_again_and_each_ones_factor() -> None:
    factors, calls = team(np.random.default_rng(2), 0.25)
    found = speeds_of(calls)

    assert found.cv == pytest.approx(0.25, rel=0.25)
    pairs = np.array([(factors[one], found.of(one)) for one in factors])
    assert np.corrcoef(pairs.T)[0, 1] > 0.9
    assert pairs[:, 1].mean() == pytest.approx(1.0, abs=0.05)


def test_agents_who_are_alike_are_left_alike() -> None:
    alike = [speeds_of(team(np.random.default_rng(seed), 0.0)[1]).cv for seed in range(20)]

    assert alike.count(0.0) >= 19
    assert speeds_of([talk("a", 100.0)] * 50).of("b") == 1.0


def test_pauses_are_counted_by_conversation() -> None:
    intervals = [interval("a", "talking", 100.0 * n, 100.0 * n + 60.0) for n in range(10)]
    intervals += [interval("a", "paused", 2000.0, 2300.0), interval("a", "acw", 0.0, 9.0)]

    assert pauses_of(intervals) == (0.1, [300.0])
    assert pauses_of([]).probability == 0.0


def test_lateness_is_the_first_sign_of_each_agent_on_each_day() -> None:
    nine = 9 * 3600.0
    intervals = [
        interval("a", "idle", nine + 10.0, nine + 50.0),
        interval("a", "talking", nine + 500.0, nine + 600.0),
        interval("b", "idle", nine + 300.0, nine + 400.0),
        interval("a", "idle", 86_400.0 + nine + 900.0, 86_400.0 + nine + 950.0),
    ]

    assert sorted(lateness_of(intervals, nine).tolist()) == [0.0, 300.0, 900.0]
