import pytest
from msgspec.structs import replace

from pacing import create_policy
from pacing.model import AbandonBudget, AnswerObserved, CallInFlight, PolicySettings, Snapshot
from simulation.opponents.simple_rules import EvenRate

FLIGHT = (CallInFlight(call_id="1-1", placed_at=0.0),)


def snapshot(idle: int, calls: tuple[CallInFlight, ...] = (), queued: int = 0, busy: int = 0, abandoned: int = 0):
    return Snapshot(
        now=1.0,
        idle_agents=idle,
        calls=calls,
        queued_calls=queued,
        talking_since=(0.0,) * busy,
        calls_max=50,
        budget=AbandonBudget(rate_max=0.03, answered=100, abandoned=abandoned),
    )


@pytest.mark.parametrize(
    ("name", "ratio", "seen", "expected"),
    [
        ("wombat", 1.3, snapshot(7), 9),
        ("wombat", 1.3, snapshot(7, queued=1), 0),
        ("genesys-progressive", 0.7, snapshot(4, FLIGHT), 1),
        ("asterisk-outbound", 2.0, snapshot(3, FLIGHT), 4),
        ("sinch", 1.5, snapshot(2, busy=20), 5),
        ("sinch", 1.5, snapshot(2, busy=20, abandoned=3), 2),
        ("dialeros", 2.0, snapshot(4, FLIGHT), 7),
    ],
)
def test_rule_places_what_its_documentation_says(name: str, ratio: float, seen: Snapshot, expected: int) -> None:
    assert create_policy(name, PolicySettings(ratio=ratio)).decide(seen).calls == expected


def test_dialeros_stops_over_its_limit_and_stays_stopped() -> None:
    policy = create_policy("dialeros", PolicySettings(ratio=2.0))
    for second in range(50):
        policy.learn(AnswerObserved(at=float(second), abandoned=second % 10 == 0))

    assert policy.decide(snapshot(4)).calls == 0


def test_an_even_rate_is_kept_whoever_is_free() -> None:
    policy = create_policy("even-rate", PolicySettings(ratio=6.0))
    assert isinstance(policy, EvenRate)

    def calls_of(busy: int) -> list[int]:
        seconds = (replace(snapshot(0, busy=busy), now=float(second)) for second in range(60))
        return [policy.decide(one).calls for one in seconds]

    # Ten agents at six a minute: one call a second, sixty in a minute.
    assert sum(calls_of(10)) == 60
