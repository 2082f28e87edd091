from pacing import create_policy
from pacing.model import AbandonBudget, CallObserved, CallResult, PolicySettings, Snapshot


def calls_over(seconds: int, first_duration_s: float) -> list[int]:
    policy = create_policy("open-loop", PolicySettings(ratio=6.0))
    policy.learn(CallObserved(at=0.0, result=CallResult.ANSWERED, duration_s=first_duration_s))
    return [
        policy.decide(
            Snapshot(now=float(second), idle_agents=10, calls_max=50, budget=AbandonBudget(rate_max=1.0))
        ).calls
        for second in range(seconds)
    ]


def test_calls_come_at_the_rate_set_with_a_poisson_spread() -> None:
    calls = calls_over(20_000, 9.5)
    mean = sum(calls) / len(calls)
    variance = sum((count - mean) ** 2 for count in calls) / len(calls)

    assert abs(mean - 1.0) < 0.03
    assert abs(variance - 1.0) < 0.05


def test_the_first_call_seeds_the_stream() -> None:
    assert calls_over(50, 9.5) == calls_over(50, 9.5)
    assert calls_over(50, 9.5) != calls_over(50, 9.6)
