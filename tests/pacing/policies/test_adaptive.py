from msgspec.structs import replace

import pacing
from pacing.model import AbandonBudget, AnswerObserved, CallObserved, CallResult, PolicySettings, Snapshot

SNAPSHOT = Snapshot(now=0.0, idle_agents=10, calls_max=500, budget=AbandonBudget(rate_max=0.03, answered=1000))


def test_starts_progressive_and_rises_while_nobody_is_abandoned() -> None:
    policy = pacing.create_policy("adaptive")
    assert policy.decide(SNAPSHOT).calls == 10
    for _ in range(150):
        policy.learn(AnswerObserved(at=0.0, abandoned=False))
    assert policy.decide(SNAPSHOT).calls > 30


def test_settles_where_outcomes_meet_the_target() -> None:
    policy = pacing.create_policy("adaptive", PolicySettings(abandon_rate_target=0.02))
    for _ in range(200):
        policy.decide(SNAPSHOT)
        policy.learn(AnswerObserved(at=0.0, abandoned=False))
    high = policy.decide(SNAPSHOT).numbers["ratio"]
    for _ in range(20):
        for abandoned in [True] + 49 * [False]:
            policy.learn(AnswerObserved(at=0.0, abandoned=abandoned))
    assert abs(policy.decide(SNAPSHOT).numbers["ratio"] - high) < 0.01 * high


def test_other_observations_change_nothing() -> None:
    policy = pacing.create_policy("adaptive")
    before = policy.decide(SNAPSHOT)
    policy.learn(CallObserved(at=0.0, result=CallResult.BUSY, duration_s=3.0))
    assert policy.decide(SNAPSHOT) == before


def test_progressive_at_the_cap() -> None:
    policy = pacing.create_policy("adaptive")
    policy.decide(SNAPSHOT)
    for _ in range(100):
        policy.learn(AnswerObserved(at=0.0, abandoned=False))
    spent = Snapshot(
        now=0.0, idle_agents=10, calls_max=500, budget=AbandonBudget(rate_max=0.03, answered=100, abandoned=4)
    )
    assert policy.decide(spent).calls == 10


def test_a_large_team_moves_by_smaller_steps() -> None:
    small, large = pacing.create_policy("adaptive"), pacing.create_policy("adaptive")
    crowd = replace(SNAPSHOT, idle_agents=100)
    for _ in range(100):
        for policy, floor in ((small, SNAPSHOT), (large, crowd)):
            policy.decide(floor)
            policy.learn(AnswerObserved(at=0.0, abandoned=False))
    assert 1.0 < large.decide(crowd).numbers["ratio"] < small.decide(SNAPSHOT).numbers["ratio"]


def test_what_was_abandoned_in_a_group_is_made_good_before_the_ratio_rises() -> None:
    policy = pacing.create_policy("adaptive")
    policy.decide(SNAPSHOT)
    for _ in range(3):
        policy.learn(AnswerObserved(at=0.0, abandoned=True))
    for _ in range(60):
        policy.learn(AnswerObserved(at=0.0, abandoned=False))
    assert policy.decide(SNAPSHOT).numbers["ratio"] == 1.0
    for _ in range(100):
        policy.learn(AnswerObserved(at=0.0, abandoned=False))
    assert policy.decide(SNAPSHOT).numbers["ratio"] > 1.0
