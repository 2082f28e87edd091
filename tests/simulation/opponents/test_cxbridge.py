import pytest

from pacing import create_policy
from pacing.model import AbandonBudget, AcwObserved, CallObserved, CallResult, Snapshot, TalkObserved
from simulation.opponents.cxbridge import brake


@pytest.mark.parametrize(("rate", "left"), [(0.0, 1.0), (0.03, 1.0), (0.04, 0.75), (0.05, 0.5), (0.2, 0.5)])
def test_brake_halves_the_rate_in_proportion(rate: float, left: float) -> None:
    assert brake(rate) == pytest.approx(left)


def test_rate_keeps_every_seat_busy_on_the_average() -> None:
    policy = create_policy("cxbridge")
    for second in range(20):
        result = CallResult.ANSWERED if second % 4 == 0 else CallResult.NO_ANSWER
        policy.learn(CallObserved(at=float(second), result=result, duration_s=9.0))
    policy.learn(TalkObserved(at=20.0, duration_s=100.0))
    policy.learn(AcwObserved(at=20.0, duration_s=20.0))

    # 30 seats / (120 s * 0.25) = 1 call a second.
    placed = [
        policy.decide(
            Snapshot(now=20.0 + second, talking_since=(0.0,) * 30, calls_max=50, budget=AbandonBudget(rate_max=0.03))
        ).calls
        for second in range(11)
    ]

    assert sum(placed) == 10
