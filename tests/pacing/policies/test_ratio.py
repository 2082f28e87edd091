import pytest

import pacing
from pacing.model import AbandonBudget, AnswerObserved, CallInFlight, PolicySettings, Snapshot


def snapshot(idle: int, flying: int, answered: int = 0, abandoned: int = 0) -> Snapshot:
    return Snapshot(
        now=100.0,
        idle_agents=idle,
        calls=tuple(CallInFlight(call_id=str(i), placed_at=95.0) for i in range(flying)),
        calls_max=50,
        budget=AbandonBudget(rate_max=0.03, answered=answered, abandoned=abandoned),
    )


@pytest.mark.parametrize(
    ("ratio", "idle", "flying", "placed"), [(2.0, 5, 0, 10), (2.0, 5, 4, 6), (1.5, 3, 0, 4), (3.0, 0, 0, 0)]
)
def test_calls_in_flight_per_idle_agent(ratio: float, idle: int, flying: int, placed: int) -> None:
    policy = pacing.create_policy("ratio", PolicySettings(ratio=ratio))
    policy.learn(AnswerObserved(at=0.0, abandoned=False))
    assert policy.decide(snapshot(idle, flying)).calls == placed


def test_progressive_at_the_cap() -> None:
    policy = pacing.create_policy("ratio", PolicySettings(ratio=3.0))
    assert policy.decide(snapshot(5, 0, answered=100, abandoned=2)).calls == 15
    decision = policy.decide(snapshot(5, 0, answered=100, abandoned=3))
    assert decision.calls == 5
    assert "cap of 3.0%" in decision.reason
