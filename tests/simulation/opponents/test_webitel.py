import pytest

from pacing import create_policy
from pacing.model import AbandonBudget, CallObserved, CallResult, Snapshot
from simulation.opponents.webitel import wrap


@pytest.mark.parametrize(
    ("over_dial", "abandoned", "expected"),
    [(4.0, 0.0, 5.2), (4.0, 2.9, 4.04), (4.0, 3.0, 1.0), (4.0, 8.0, 1.0)],
)
def test_wrap_bends_the_over_dial_by_the_abandon_rate(over_dial: float, abandoned: float, expected: float) -> None:
    assert wrap(over_dial, abandoned, 3.0, 3.0) == pytest.approx(expected)


def test_progressive_until_fifty_calls_are_known() -> None:
    policy = create_policy("webitel")
    snapshot = Snapshot(now=0.0, idle_agents=4, calls_max=50, budget=AbandonBudget(rate_max=0.03))
    assert policy.decide(snapshot).calls == 4

    for second in range(60):
        result = CallResult.ANSWERED if second % 4 == 0 else CallResult.NO_ANSWER
        policy.learn(CallObserved(at=float(second), result=result, duration_s=9.0))

    later = Snapshot(now=60.0, idle_agents=4, calls_max=50, budget=AbandonBudget(rate_max=0.03))
    assert policy.decide(later).calls == 20
