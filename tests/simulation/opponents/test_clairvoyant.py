import pytest

from campaigns.model import Outcome
from pacing import create_policy
from pacing.model import AbandonBudget, AnswerObserved, CallObserved, CallResult, PolicySettings, Snapshot
from simulation.experiments.figures import metrics_of_spans, spans_of
from simulation.opponents.clairvoyant import ORACLE, Foresight
from simulation.scenario.library import find_scenario
from simulation.scenario.overrides import override_all
from simulation.world import World


def policy_that_foresees(foresight: Foresight):
    token = ORACLE.set(lambda: foresight)
    policy = create_policy("clairvoyant", PolicySettings(abandon_rate_target=0.03))
    ORACLE.reset(token)
    for second in range(100):
        answered = second % 2 == 0
        result = CallResult.ANSWERED if answered else CallResult.NO_ANSWER
        policy.learn(CallObserved(at=float(second), result=result, duration_s=10.0 if answered else 28.0))
    return policy


def snapshot(idle: int, queued: int = 0) -> Snapshot:
    return Snapshot(
        now=100.0,
        idle_agents=idle,
        talking_since=(90.0,) * 4,
        queued_calls=queued,
        calls_max=20,
        budget=AbandonBudget(rate_max=0.03),
    )


@pytest.mark.parametrize(
    ("idle", "free_at", "answers_at", "calls"),
    [
        (0, (), (), 0),
        (1, (), (), 1),
        (1, (), (105.0,), 0),
        # An answer at 115 will need the place that an answer at 110 would take.
        (1, (), (115.0,), 0),
        (0, (111.9,), (), 1),
        (0, (112.1,), (), 0),
        # Free at this very moment: counted as idle already.
        (1, (100.0,), (), 1),
    ],
)
def test_a_call_is_placed_where_its_answer_will_find_an_agent(idle, free_at, answers_at, calls) -> None:
    policy = policy_that_foresees(Foresight(free_at, answers_at))

    assert policy.decide(snapshot(idle)).calls == calls


def test_two_places_take_as_many_calls_as_the_threshold_allows() -> None:
    policy = policy_that_foresees(Foresight((), ()))
    strict = policy.decide(snapshot(2)).calls
    for _ in range(400):
        policy.learn(AnswerObserved(at=100.0, abandoned=False))

    # A third call would find nobody if both others are answered, with chance 1/4.
    assert strict == 2
    assert policy.decide(snapshot(2)).calls > 2


def test_outside_the_simulator_it_is_progressive() -> None:
    policy = create_policy("clairvoyant")

    assert policy.decide(snapshot(3)).calls == 3


@pytest.mark.slow
def test_no_policy_of_ours_comes_near_what_foresight_is_worth() -> None:
    def occupancy(policy: str) -> tuple[float, float]:
        changes = [("pacing.policy", policy), ("day.hours", 4.0)]
        (record,) = World(override_all(find_scenario("base-10"), changes), 1).days()
        rows = record.rows.attempts
        assert any(row.outcome == Outcome.CONNECTED for row in rows)
        found = metrics_of_spans(spans_of(record, 1))
        return found["occupancy"], found["abandon_rate"]

    foreseen, abandoned = occupancy("clairvoyant")

    assert foreseen > 0.94
    assert abandoned < 0.035
    assert occupancy("progressive")[0] < foreseen - 0.2
