import pytest

import pacing
from pacing.model import AbandonBudget, AnswerObserved, CallInFlight, Snapshot
from pacing.policies.progressive import decide_progressive

BUDGET = AbandonBudget(rate_max=0.03)


def calls(count: int) -> tuple[CallInFlight, ...]:
    return tuple(CallInFlight(call_id=str(i), placed_at=95.0) for i in range(count))


@pytest.mark.parametrize(
    ("idle", "flying", "queued", "placed"), [(5, 0, 0, 5), (5, 2, 1, 2), (1, 3, 0, 0), (0, 0, 0, 0)]
)
def test_one_call_per_idle_agent(idle: int, flying: int, queued: int, placed: int) -> None:
    policy = pacing.create_policy("progressive")
    policy.learn(AnswerObserved(at=90.0, abandoned=True))
    snapshot = Snapshot(
        now=100.0, idle_agents=idle, calls=calls(flying), queued_calls=queued, calls_max=50, budget=BUDGET
    )
    decision = policy.decide(snapshot)
    assert decision.calls == placed
    assert decision.numbers["wanted"] == placed


def test_limit_is_kept_and_told() -> None:
    decision = decide_progressive(Snapshot(now=0.0, idle_agents=9, calls_max=4, budget=BUDGET), "why")
    assert decision.calls == 4
    assert decision.reason == "why: 9 idle, 0 in flight, 0 waiting; placed 4, held back by the limit of 4"
