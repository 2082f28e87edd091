from pacing import create_policy
from pacing.model import AbandonBudget, CallInFlight, PolicySettings, Snapshot

BOLD, CAUTIOUS = 1.0, 3599.0
"""Seconds into the hour at which each of the two tables is followed."""


def snapshot(idle: int, busy: int, in_flight: int, now: float = CAUTIOUS) -> Snapshot:
    calls = tuple(CallInFlight(call_id=f"{number}-1", placed_at=now - 1.0) for number in range(in_flight))
    return Snapshot(
        now=now,
        idle_agents=idle,
        talking_since=(now - 1.0,) * busy,
        calls=calls,
        calls_max=99,
        budget=AbandonBudget(rate_max=0.03),
    )


def test_calls_are_ordered_up_to_the_table_of_five_agents() -> None:
    policy = create_policy("exact-optimum", PolicySettings(abandon_rate_target=0.03))

    assert [policy.decide(snapshot(idle, 5 - idle, 0)).calls for idle in range(6)] == [0, 1, 3, 5, 8, 11]
    assert policy.decide(snapshot(3, 2, 0, BOLD)).calls == 6
    assert policy.decide(snapshot(3, 2, 4)).calls == 1
    assert policy.decide(snapshot(3, 2, 9)).calls == 0


def test_a_team_too_large_to_solve_is_paced_progressively() -> None:
    decision = create_policy("exact-optimum").decide(snapshot(10, 40, 4))

    assert decision.calls == 6
    assert "too many to solve" in decision.reason


def test_for_nobody_at_work_nobody_is_dialed() -> None:
    assert create_policy("exact-optimum").decide(snapshot(0, 0, 2)).calls == 0
