"""The level's arithmetic against vectors worked out by hand from the published source; and the lines placed from it."""

import pytest

from pacing import create_policy
from pacing.model import AbandonBudget, AnswerObserved, CallObserved, CallResult, PolicySettings, Snapshot
from simulation.opponents.vicidial import Mode, adapted_level

OVER = {"calls_today": 51, "drop_percent_today": 3.01}

VECTORS = [
    ("grow", Mode.HARD_LIMIT, 2.0, 4, 1, {}, 2.300),
    ("grow, intensity +40", Mode.HARD_LIMIT, 2.0, 4, 1, {"intensity": 0.4}, 2.420),
    ("grow, intensity -40", Mode.HARD_LIMIT, 2.0, 4, 1, {"intensity": -0.4}, 2.180),
    ("shrink", Mode.HARD_LIMIT, 2.0, 1, 4, {}, 1.700),
    ("shrink, intensity +40", Mode.HARD_LIMIT, 2.0, 1, 4, {"intensity": 0.4}, 1.820),
    ("shrink, intensity -40", Mode.HARD_LIMIT, 2.0, 1, 4, {"intensity": -0.4}, 1.580),
    ("target -1", Mode.HARD_LIMIT, 2.0, 4, 1, {"difference_target": -1.0}, 2.200),
    ("cap", Mode.HARD_LIMIT, 2.9, 10, 0, {}, 3.000),
    ("floor", Mode.HARD_LIMIT, 1.1, 0, 10, {}, 1.000),
    ("one-minute rule", Mode.HARD_LIMIT, 2.8, 3, 0, {"calls_1min": 21, "drop_percent_1min": 50.01}, 1.500),
    ("average over the limit", Mode.AVERAGE, 2.4, 2, 0, OVER, 1.320),
    ("hard over the limit", Mode.HARD_LIMIT, 2.4, 2, 0, OVER, 1.000),
    ("tapered 09:30", Mode.TAPERED, 2.4, 2, 0, OVER | {"hhmm": 930}, 2.640),
    ("tapered 14:30", Mode.TAPERED, 2.4, 2, 0, OVER | {"hhmm": 1430}, 1.769),
    ("tapered 20:30", Mode.TAPERED, 2.4, 2, 0, OVER | {"hhmm": 2030}, 1.000),
    ("hard, too few calls", Mode.HARD_LIMIT, 2.4, 2, 0, {"calls_today": 50, "drop_percent_today": 10.0}, 2.640),
]


@pytest.mark.parametrize(
    ("mode", "level", "ready", "waiting", "other", "expected"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS]
)
def test_level_follows_the_published_arithmetic(mode, level, ready, waiting, other, expected) -> None:
    found = adapted_level(mode, level, ready=ready, waiting=waiting, agents=20, **other)

    assert found == pytest.approx(expected, abs=5e-4)


def test_ratio_keeps_its_level() -> None:
    assert adapted_level(Mode.RATIO, 2.5, ready=9, waiting=0, agents=20) == 2.5


def snapshot(now: float, idle: int = 0, talking: int = 0, **other) -> Snapshot:
    return Snapshot(
        now=now,
        idle_agents=idle,
        talking_since=tuple(now - 10.0 for _ in range(talking)),
        calls_max=other.pop("calls_max", 100),
        budget=AbandonBudget(rate_max=0.03, **other),
    )


def test_lines_are_level_times_active_agents_less_lines_in_use() -> None:
    policy = create_policy("vicidial-ratio", PolicySettings(ratio=2.0))

    decision = policy.decide(snapshot(0.0, idle=3, talking=7))

    assert decision.calls == 2 * 10 - 7


def test_available_only_counts_ready_agents_and_sets_bridged_calls_aside() -> None:
    policy = create_policy("vicidial-ratio-available", PolicySettings(ratio=2.0))

    assert policy.decide(snapshot(0.0, idle=3, talking=7)).calls == 6


def test_lines_are_filled_every_two_and_a_half_seconds_only() -> None:
    policy = create_policy("vicidial-ratio", PolicySettings(ratio=2.0))
    policy.decide(snapshot(0.0, idle=3))

    assert policy.decide(snapshot(2.0, idle=3)).calls == 0
    assert policy.decide(snapshot(2.5, idle=3)).calls == 6


def test_hard_limit_falls_to_level_one_once_the_day_is_over_the_limit() -> None:
    policy = create_policy("vicidial-hard-limit")
    for second in range(61):
        policy.decide(snapshot(float(second), idle=10))
        policy.learn(CallObserved(at=float(second), result=CallResult.ANSWERED, duration_s=9.0))
        policy.learn(AnswerObserved(at=float(second), abandoned=second % 10 == 0))
    grown = policy.decide(snapshot(62.5, idle=10)).numbers["level"]

    for second in range(63, 150):
        limited = policy.decide(snapshot(float(second), idle=10, answered=100, abandoned=4)).numbers["level"]

    assert grown > 1.5
    assert limited == 1.0


def test_the_tuned_modes_take_their_maximum_level_from_the_ratio_and_count_ready_agents() -> None:
    policy = create_policy("vicidial-average-tuned", PolicySettings(ratio=1.4))
    for second in range(120):
        decision = policy.decide(snapshot(float(second), idle=10, talking=5))

    assert decision.numbers["level"] == 1.4
    assert policy.decide(snapshot(122.5, idle=10, talking=5)).calls == 14
