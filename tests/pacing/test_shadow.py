import pacing
from pacing.model import AbandonBudget, AnswerObserved, PolicySettings, Snapshot
from pacing.shadow import Shadow


def test_one_decides_and_the_other_is_logged() -> None:
    shadow = Shadow(pacing.create_policy("progressive"), pacing.create_policy("ratio", PolicySettings(ratio=2.0)))
    shadow.learn(AnswerObserved(at=0.0, abandoned=False))
    decision = shadow.decide(Snapshot(now=1.0, idle_agents=3, calls_max=50, budget=AbandonBudget(rate_max=0.03)))
    assert decision.calls == 3
    assert decision.numbers["shadow_calls"] == 6
    assert "[shadow: 2 calls per idle agent" in decision.reason
