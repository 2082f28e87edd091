import pacing
from pacing.model import AbandonBudget, AnswerObserved, Snapshot


def test_preview_never_dials_by_itself() -> None:
    policy = pacing.create_policy("preview")
    policy.learn(AnswerObserved(at=0.0, abandoned=False))
    decision = policy.decide(Snapshot(now=1.0, idle_agents=10, calls_max=50, budget=AbandonBudget(rate_max=0.03)))
    assert decision.calls == 0
