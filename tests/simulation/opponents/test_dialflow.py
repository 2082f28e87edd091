from pacing import create_policy
from pacing.model import AbandonBudget, AnswerObserved, CallObserved, CallResult, Snapshot


def snapshot(now: float, idle: int) -> Snapshot:
    return Snapshot(now=now, idle_agents=idle, calls_max=50, budget=AbandonBudget(rate_max=0.03))


def fed(abandoned: int):
    policy = create_policy("dialflow")
    for second in range(100):
        result = CallResult.ANSWERED if second % 4 == 0 else CallResult.NO_ANSWER
        policy.learn(CallObserved(at=float(second), result=result, duration_s=9.0))
    for number in range(20):
        policy.learn(AnswerObserved(at=99.0, abandoned=number < abandoned))
    return policy


def test_ratio_rises_above_one_to_one_and_falls_back_when_many_are_abandoned() -> None:
    calm, alarmed = fed(0), fed(4)
    for second in range(100, 110):
        calm_ratio = calm.decide(snapshot(float(second), 10)).numbers["ratio"]
        alarmed_ratio = alarmed.decide(snapshot(float(second), 10)).numbers["ratio"]

    assert alarmed_ratio == 1.0
    assert calm_ratio > 1.5


def test_one_look_a_second_and_at_most_one_new_call_per_ready_agent() -> None:
    policy = fed(0)

    assert 0 < policy.decide(snapshot(100.0, 3)).calls <= 3
    assert policy.decide(snapshot(100.5, 3)).calls == 0
    assert policy.decide(snapshot(101.0, 0)).calls == 0
