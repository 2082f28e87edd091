from pacing import create_policy
from pacing.model import AbandonBudget, CallObserved, CallResult, Snapshot


def snapshot(now: float, idle: int, abandoned: int = 0) -> Snapshot:
    budget = AbandonBudget(rate_max=0.03, answered=100, abandoned=abandoned)
    return Snapshot(now=now, idle_agents=idle, calls_max=100, budget=budget)


def test_cold_then_over_dialing_then_back_to_one_to_one_over_the_limit() -> None:
    policy = create_policy("pi-controller")
    assert policy.decide(snapshot(0.0, idle=2)).calls == 0
    assert policy.decide(snapshot(1.0, idle=10)).calls == 10

    for second in range(80):
        result = CallResult.ANSWERED if second % 4 == 0 else CallResult.NO_ANSWER
        policy.learn(CallObserved(at=float(second), result=result, duration_s=9.0))

    # 10 + (10 / 0.25 - 10) * 150 %
    assert policy.decide(snapshot(301.0, idle=10)).calls == 55
    assert policy.decide(snapshot(302.0, idle=10, abandoned=4)).calls == 10
