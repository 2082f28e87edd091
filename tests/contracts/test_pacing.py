"""Every registered pacing policy keeps these promises, whatever it is shown and whatever it has learned."""

from dataclasses import dataclass
from time import thread_time

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pacing
from pacing.model import (
    AbandonBudget,
    AcwObserved,
    AnswerObserved,
    CallInFlight,
    CallObserved,
    CallResult,
    Observation,
    Snapshot,
    TalkObserved,
)
from pacing.policy import Policy

NOW = 1_700_000_000.0
POLICIES = [name for name in pacing.policy_names() if type(pacing.create_policy(name)).__module__.startswith("pacing.")]
"""The simulator registers other dialers' rules as well, to compare with; they promise nothing."""


@dataclass
class History:
    seed: int
    calls: int
    answer_rate: float
    has_scores: bool


def observations(history: History) -> list[Observation]:
    rng = np.random.default_rng(history.seed)
    seen: list[Observation] = []
    for number in range(history.calls):
        at = NOW - 3600.0 + 3600.0 * number / history.calls
        score = float(rng.beta(2.0 * history.answer_rate + 0.1, 2.1 - 2.0 * history.answer_rate))
        told = score if history.has_scores else None
        if rng.random() < score:
            ring_s = float(rng.lognormal(2.5, 0.5))
            seen.append(CallObserved(at=at, result=CallResult.ANSWERED, duration_s=ring_s, answer_probability=told))
            seen.append(AnswerObserved(at=at, abandoned=bool(rng.random() < 0.03)))
            seen.append(TalkObserved(at=at, duration_s=float(rng.lognormal(4.4, 0.8))))
            seen.append(AcwObserved(at=at, duration_s=float(rng.lognormal(2.6, 0.5))))
        else:
            result = CallResult.NO_ANSWER if rng.random() < 0.7 else CallResult.FAILED
            seen.append(CallObserved(at=at, result=result, duration_s=28.0 if result is CallResult.NO_ANSWER else 4.0))
    return seen


def taught(name: str, history: History) -> Policy:
    policy = pacing.create_policy(name)
    for observation in observations(history):
        policy.learn(observation)
    return policy


histories = st.builds(
    History,
    seed=st.integers(0, 1000),
    calls=st.sampled_from([0, 5, 200, 500]),
    answer_rate=st.floats(0.0, 1.0),
    has_scores=st.booleans(),
)
ages = st.floats(0.0, 400.0)
budgets = st.integers(0, 3000).flatmap(
    lambda answered: st.builds(
        AbandonBudget,
        rate_max=st.just(0.03),
        answered=st.just(answered),
        abandoned=st.integers(0, answered // 10),
        window_started_at=st.just(NOW - 7200.0),
        window_ends_at=st.sampled_from([NOW + 10.0, NOW + 8 * 3600.0, float("inf")]),
    )
)
snapshots = st.builds(
    lambda idle, talking, acw, calls, queued, limit, budget, leads, cancel_after_s: Snapshot(
        now=NOW,
        idle_agents=idle,
        talking_since=tuple(NOW - age for age in talking),
        acw_since=tuple(NOW - age for age in acw),
        calls=tuple(
            CallInFlight(call_id=str(i), placed_at=NOW - age, ringing_at=NOW - age, answer_probability=probability)
            for i, (age, probability) in enumerate(calls)
        ),
        queued_calls=queued,
        calls_max=limit,
        budget=budget,
        lead_probabilities=tuple(leads),
        cancel_after_s=cancel_after_s,
    ),
    st.integers(0, 30),
    st.lists(ages, max_size=20),
    st.lists(ages, max_size=8),
    st.lists(st.tuples(st.floats(0.0, 30.0), st.one_of(st.none(), st.floats(0.0, 1.0))), max_size=40),
    st.integers(0, 5),
    st.integers(0, 200),
    budgets,
    st.lists(st.floats(0.0, 1.0), max_size=30),
    st.sampled_from([None, 15.0]),
)
contract = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", POLICIES)
@contract
@given(history=histories, snapshot=snapshots)
def test_calls_are_within_limits_and_explained(name: str, history: History, snapshot: Snapshot) -> None:
    decision = taught(name, history).decide(snapshot)
    assert 0 <= decision.calls <= snapshot.calls_max
    assert str(decision.calls) in decision.reason
    assert all(np.isfinite(number) for number in decision.numbers.values())
    assert set(decision.cancel) <= {call.call_id for call in snapshot.calls}
    assert len(set(decision.leads)) == len(decision.leads)


@pytest.mark.parametrize("name", POLICIES)
@contract
@given(history=histories, snapshot=snapshots)
def test_nobody_is_dialed_for_agents_who_are_not_there(name: str, history: History, snapshot: Snapshot) -> None:
    gone = msgspec.structs.replace(snapshot, idle_agents=0, talking_since=(), acw_since=())
    assert taught(name, history).decide(gone).calls == 0


@pytest.mark.parametrize("name", POLICIES)
@contract
@given(history=histories, snapshot=snapshots, more=st.integers(1, 5))
def test_more_idle_agents_never_mean_fewer_calls(name: str, history: History, snapshot: Snapshot, more: int) -> None:
    """For leads that are all alike: where they differ, more idle agents are given surer leads instead of more."""
    snapshot = msgspec.structs.replace(snapshot, lead_probabilities=())
    policy = taught(name, history)
    fewer = policy.decide(snapshot).calls
    assert policy.decide(msgspec.structs.replace(snapshot, idle_agents=snapshot.idle_agents + more)).calls >= fewer


@pytest.mark.parametrize("name", POLICIES)
@contract
@given(history=histories, snapshot=snapshots, seed=st.integers(0, 99))
def test_order_of_agents_and_calls_means_nothing(name: str, history: History, snapshot: Snapshot, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shuffled = msgspec.structs.replace(
        snapshot,
        talking_since=tuple(rng.permutation(snapshot.talking_since).tolist()),
        acw_since=tuple(rng.permutation(snapshot.acw_since).tolist()),
        calls=tuple(snapshot.calls[i] for i in rng.permutation(len(snapshot.calls))),
    )
    seen, again = taught(name, history).decide(shuffled), taught(name, history).decide(snapshot)
    assert (seen.calls, seen.leads, seen.cancel) == (again.calls, again.leads, again.cancel)


@pytest.mark.parametrize("name", POLICIES)
@contract
@given(history=histories, snapshot=snapshots)
def test_same_input_gives_the_same_decision(name: str, history: History, snapshot: Snapshot) -> None:
    policy = taught(name, history)
    assert policy.decide(snapshot) == policy.decide(snapshot) == taught(name, history).decide(snapshot)


@pytest.mark.parametrize("name", POLICIES)
def test_a_decision_for_a_large_floor_takes_bounded_time(name: str) -> None:
    rng = np.random.default_rng(1)
    policy = taught(name, History(seed=1, calls=500, answer_rate=0.3, has_scores=False))
    floor = Snapshot(
        now=NOW,
        idle_agents=10,
        talking_since=tuple((NOW - rng.exponential(100.0, 430)).tolist()),
        acw_since=tuple((NOW - rng.exponential(12.0, 60)).tolist()),
        calls=tuple(
            CallInFlight(call_id=str(i), placed_at=NOW - age) for i, age in enumerate(rng.uniform(0.0, 25.0, 1500))
        ),
        calls_max=500,
        budget=AbandonBudget(rate_max=0.03, answered=1000, abandoned=20, window_started_at=NOW - 7200.0),
    )
    policy.decide(floor)
    started = thread_time()
    for _ in range(20):
        policy.decide(floor)
    assert (thread_time() - started) / 20 < 0.02
