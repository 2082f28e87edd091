import pacing
from pacing.model import AbandonBudget, AnswerObserved, Decision, Observation, PolicySettings, Snapshot
from pacing.shadow import Shadow, ShadowTally

FLOOR = Snapshot(now=1.0, idle_agents=3, calls_max=50, budget=AbandonBudget(rate_max=0.03))


class Broken:
    def decide(self, snapshot: Snapshot) -> Decision:
        raise ZeroDivisionError("by design")

    def learn(self, observation: Observation) -> None:
        raise ZeroDivisionError("by design")


def test_one_decides_and_the_other_is_logged() -> None:
    ratio = pacing.create_policy("ratio", PolicySettings(ratio=2.0))
    shadow = Shadow(pacing.create_policy("progressive"), ratio, "ratio")
    shadow.learn(AnswerObserved(at=0.0, abandoned=False))
    decision = shadow.decide(FLOOR)
    assert decision.calls == 3
    assert decision.numbers["shadow_calls"] == 6
    assert "[ratio: 2 calls per idle agent" in decision.reason
    assert shadow.tally == ShadowTally(decisions=1, more=1)


def test_the_tally_says_how_often_the_shadow_would_have_placed_fewer() -> None:
    shadow = Shadow(pacing.create_policy("ratio", PolicySettings(ratio=2.0)), pacing.create_policy("preview"))
    shadow.decide(FLOOR)
    assert shadow.tally == ShadowTally(decisions=1, fewer=1)


def test_a_shadow_that_fails_changes_nothing_but_the_log() -> None:
    shadow = Shadow(pacing.create_policy("progressive"), Broken(), "broken")
    shadow.learn(AnswerObserved(at=0.0, abandoned=False))
    decision = shadow.decide(FLOOR)
    assert decision.calls == 3
    assert "[broken failed: ZeroDivisionError" in decision.reason
    assert shadow.tally == ShadowTally(failures=2)
