import pytest

import pacing
from pacing.model import (
    AbandonBudget,
    AcwObserved,
    CallInFlight,
    CallObserved,
    CallResult,
    Snapshot,
    TalkObserved,
)
from pacing.policy import Policy
from pacing.queueing.planning import plan_for_agents

NOW = 10_000.0


@pytest.fixture
def policy() -> Policy:
    policy = pacing.create_policy("erlang_c")
    for number in range(300):
        answered = number % 3 == 0
        result = CallResult.ANSWERED if answered else CallResult.NO_ANSWER
        policy.learn(CallObserved(at=NOW, result=result, duration_s=14.0 if answered else 28.0))
        if answered:
            policy.learn(TalkObserved(at=NOW, duration_s=120.0))
            policy.learn(AcwObserved(at=NOW, duration_s=15.0))
    return policy


def floor(agents: int, flying: int = 0) -> Snapshot:
    return Snapshot(
        now=NOW,
        idle_agents=1,
        talking_since=(NOW - 30.0,) * (agents - 1),
        calls=tuple(CallInFlight(call_id=str(i), placed_at=NOW - 5.0) for i in range(flying)),
        calls_max=1000,
        budget=AbandonBudget(rate_max=0.03),
    )


def test_keeps_the_planned_rate_in_flight(policy: Policy) -> None:
    plan = plan_for_agents(50, 135.0, 1 / 3)
    decision = policy.decide(floor(50))
    assert decision.numbers["dials_per_s"] == pytest.approx(plan.dials_per_s, rel=0.1)
    assert decision.calls == pytest.approx(plan.dials_per_s * 23.3, rel=0.15)
    assert policy.decide(floor(50, flying=decision.calls)).calls == 0


def test_ignores_who_is_idle(policy: Policy) -> None:
    assert policy.decide(floor(50)).calls == policy.decide(floor(50)).calls


def test_progressive_without_data() -> None:
    assert pacing.create_policy("erlang_c").decide(floor(5)).calls == 1
