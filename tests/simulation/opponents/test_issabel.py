from pacing import create_policy
from pacing.model import AbandonBudget, CallInFlight, CallObserved, CallResult, Snapshot, TalkObserved

BUDGET = AbandonBudget(rate_max=0.03)


def ready_policy(name: str):
    policy = create_policy(name)
    for second in range(20):
        policy.learn(TalkObserved(at=float(second), duration_s=100.0))
        policy.learn(CallObserved(at=float(second), result=CallResult.NO_ANSWER, duration_s=28.0))
    return policy


def test_an_agent_counts_as_soon_free_only_after_three_and_a_half_mean_talk_times() -> None:
    # 1 - exp(-(t + 8) / 100) >= 0.97 from t = 342.7 s on.
    policy = ready_policy("issabel")

    decision = policy.decide(
        Snapshot(now=1000.0, talking_since=(1000.0 - 342.0, 1000.0 - 343.0), calls_max=10, budget=BUDGET)
    )

    assert decision.calls == 1


def test_overcommit_divides_by_the_answer_share_but_not_below_a_fifth() -> None:
    policy = ready_policy("issabel-overcommit")

    assert policy.decide(Snapshot(now=1000.0, idle_agents=2, calls_max=50, budget=BUDGET)).calls == 10


def test_calls_in_flight_are_taken_off() -> None:
    policy = ready_policy("issabel")
    flight = (CallInFlight(call_id="1-1", placed_at=999.0),)

    assert policy.decide(Snapshot(now=1000.0, idle_agents=3, calls=flight, calls_max=50, budget=BUDGET)).calls == 2
    assert policy.decide(Snapshot(now=1004.0, idle_agents=3, calls_max=50, budget=BUDGET)).calls == 0
