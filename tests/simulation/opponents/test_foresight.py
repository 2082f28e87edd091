import numpy as np

from pacing import create_policy
from pacing.model import (
    AbandonBudget,
    AcwObserved,
    AnswerObserved,
    CallInFlight,
    CallObserved,
    CallResult,
    Snapshot,
    TalkObserved,
)
from pacing.policy import Policy
from simulation.opponents.clairvoyant import ORACLE, Foresight
from simulation.opponents.foresight import ForeseeingTeam

NOW = 10_000.0


def taught(name: str, foresight: Foresight) -> Policy:
    token = ORACLE.set(lambda: foresight)
    policy = create_policy(name)
    ORACLE.reset(token)
    rng = np.random.default_rng(1)
    for number in range(400):
        at = NOW - 3600.0 + 9.0 * number
        answered = bool(rng.random() < 0.3)
        result = CallResult.ANSWERED if answered else CallResult.NO_ANSWER
        seconds = float(min(rng.lognormal(2.5, 0.5), 27.0)) if answered else 28.0
        policy.learn(CallObserved(at=at, result=result, duration_s=seconds))
        if answered:
            policy.learn(AnswerObserved(at=at, abandoned=bool(rng.random() < 0.03)))
            policy.learn(TalkObserved(at=at, duration_s=float(rng.lognormal(4.4, 0.8))))
            policy.learn(AcwObserved(at=at, duration_s=float(rng.lognormal(2.6, 0.5))))
    return policy


FLOOR = Snapshot(
    now=NOW,
    idle_agents=2,
    talking_since=(NOW - 30.0,) * 3,
    calls=tuple(CallInFlight(call_id=f"{number}-1", placed_at=NOW - 8.0) for number in range(6)),
    calls_max=50,
    budget=AbandonBudget(rate_max=0.03, answered=1000, abandoned=25),
)


def calls(name: str, foresight: Foresight) -> int:
    return taught(name, foresight).decide(FLOOR).calls


def test_calls_that_nobody_will_answer_are_as_good_as_ended() -> None:
    name = "knows-outcomes"
    nobody, everybody = Foresight((), ()), Foresight((), tuple(NOW + 2.0 + number for number in range(6)))
    assert calls(name, nobody) >= 2
    assert calls(name, everybody) == 0
    assert calls(name, nobody) > calls("predictive", nobody)


def test_agents_who_will_be_free_at_once_are_dialed_for() -> None:
    name = "knows-ends"
    soon = Foresight(tuple(NOW + 1.0 + number for number in range(3)), ())
    never = Foresight(tuple(NOW + 600.0 + number for number in range(3)), ())
    assert calls(name, soon) > calls(name, never)


def test_an_agent_free_at_this_moment_is_counted_once() -> None:
    idle = Foresight((NOW,) * 2 + (NOW + 600.0,) * 3, ())
    assert calls("knows-ends", idle) == calls("knows-ends", Foresight((NOW + 600.0,) * 3, ()))


def test_no_answer_of_theirs_holds() -> None:
    assert taught("knows-ends", Foresight((), ())).decide(FLOOR).holds_s == 0.0


def test_without_anybody_to_ask_it_is_predictive() -> None:
    empty = Foresight((), ())
    token = ORACLE.set(None)
    alone = create_policy("knows-ends")
    ORACLE.reset(token)
    assert type(alone._team) is type(taught("predictive", empty)._team)
    assert type(taught("knows-ends", empty)._team) is ForeseeingTeam
