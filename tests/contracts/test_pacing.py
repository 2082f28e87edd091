"""Every registered pacing policy keeps these promises, whatever it is shown and whatever it has learned."""

from dataclasses import dataclass
from time import thread_time

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pacing
import simulation.opponents  # noqa: F401 - registers the opponents
from pacing.model import (
    AbandonBudget,
    AcwObserved,
    AnswerObserved,
    CallInFlight,
    CallObserved,
    CallResult,
    Observation,
    Promise,
    Snapshot,
    TalkObserved,
)
from pacing.policy import Policy
from tests.pacing.floor import Floor

NOW = 1_700_000_000.0
POLICIES = [name for name in pacing.policy_names() if type(pacing.create_policy(name)).__module__.startswith("pacing.")]
"""The simulator registers other dialers' rules as well, to compare with; they promise less, see `OPPONENTS`."""
OPPONENTS = [
    name
    for name in pacing.policy_names()
    if type(pacing.create_policy(name)).__module__.startswith("simulation.") and name != "exact-optimum"
]
"""Rules of other dialers promise what the engine relies on, and nothing of what makes pacing good. The exact optimum is
a bound and no dialer's rule: it solves a decision process anew for every size of team, which takes seconds."""
LEARNING = ("adaptive", "erlang_c", "predictive")
FORECASTING = ("erlang_c", "predictive")


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
            # Seven agents, each slower than the one before.
            agent, slow = f"agent-{number % 7}", 0.6 + 0.15 * (number % 7)
            seen.append(TalkObserved(at=at, duration_s=slow * float(rng.lognormal(4.4, 0.8)), agent_id=agent))
            seen.append(AcwObserved(at=at, duration_s=slow * float(rng.lognormal(2.6, 0.5)), agent_id=agent))
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
    lambda idle, talking, acw, calls, queued, limit, budget, leads, cancel_after_s, promises, detecting: Snapshot(
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
        talking_ids=tuple(f"agent-{i % 7}" for i in range(len(talking))),
        acw_ids=tuple(f"agent-{i % 7}" for i in range(len(acw))),
        promises=tuple(promises),
        detecting_calls=detecting,
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
    st.lists(
        st.builds(
            lambda ago, free_in: Promise(made_at=NOW - ago, free_at=None if free_in is None else NOW - ago + free_in),
            ages,
            st.one_of(st.none(), st.floats(0.0, 60.0)),
        ),
        max_size=4,
    ),
    st.integers(0, 3),
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
    nobody = {"talking_since": (), "acw_since": (), "talking_ids": (), "acw_ids": (), "promises": ()}
    gone = msgspec.structs.replace(snapshot, idle_agents=0, **nobody)
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


def in_another_order(snapshot: Snapshot, seed: int) -> Snapshot:
    rng = np.random.default_rng(seed)
    talking, acw = (rng.permutation(len(since)) for since in (snapshot.talking_since, snapshot.acw_since))
    return msgspec.structs.replace(
        snapshot,
        talking_since=tuple(snapshot.talking_since[i] for i in talking),
        talking_ids=tuple(snapshot.talking_ids[i] for i in talking),
        acw_since=tuple(snapshot.acw_since[i] for i in acw),
        acw_ids=tuple(snapshot.acw_ids[i] for i in acw),
        calls=tuple(snapshot.calls[i] for i in rng.permutation(len(snapshot.calls))),
        promises=tuple(snapshot.promises[i] for i in rng.permutation(len(snapshot.promises))),
    )


@pytest.mark.parametrize("name", POLICIES)
@contract
@given(history=histories, snapshot=snapshots, seed=st.integers(0, 99))
def test_order_of_agents_and_calls_means_nothing(name: str, history: History, snapshot: Snapshot, seed: int) -> None:
    shuffled = in_another_order(snapshot, seed)
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


quick = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", OPPONENTS)
@quick
@given(history=histories, snapshot=snapshots, seed=st.integers(0, 99))
def test_opponents_keep_what_the_engine_relies_on(name: str, history: History, snapshot: Snapshot, seed: int) -> None:
    """Limits, a reason, and an answer that depends on what was seen and on nothing else."""
    decision = taught(name, history).decide(snapshot)
    assert 0 <= decision.calls <= snapshot.calls_max
    assert decision.reason
    assert all(np.isfinite(number) for number in decision.numbers.values())
    assert set(decision.cancel) <= {call.call_id for call in snapshot.calls}
    assert taught(name, history).decide(snapshot).calls == decision.calls
    assert taught(name, history).decide(in_another_order(snapshot, seed)).calls == decision.calls


@pytest.mark.parametrize("name", LEARNING)
@quick
@given(snapshot=snapshots)
def test_with_too_few_data_pacing_is_progressive(name: str, snapshot: Snapshot) -> None:
    for calls in (0, 5):
        policy = taught(name, History(seed=1, calls=calls, answer_rate=0.3, has_scores=False))
        assert policy.decide(snapshot).calls <= max(0, snapshot.idle_agents - len(snapshot.calls))


@pytest.mark.parametrize("name", FORECASTING)
@quick
@given(snapshot=snapshots)
def test_with_stale_data_pacing_is_progressive(name: str, snapshot: Snapshot) -> None:
    policy = taught(name, History(seed=1, calls=500, answer_rate=0.3, has_scores=False))
    later = msgspec.structs.replace(snapshot, now=NOW + 86_400.0)
    assert policy.decide(later).calls <= max(0, snapshot.idle_agents - len(snapshot.calls))


@pytest.mark.parametrize("name", [name for name in POLICIES if name != "preview"])
def test_a_step_is_ridden_out_and_a_throttle_recovered_from(name: str) -> None:
    """A quarter of the calls answered, then half; later the trunks take nothing for five minutes."""
    floor = Floor(
        pacing.create_policy(name),
        agents=6,
        seed=1,
        answer_rate=lambda now: 0.25 if now < 1800.0 else 0.5,
        calls_max=lambda now: 0 if 3000.0 <= now < 3300.0 else 500,
    )
    floor.run(4200.0)

    def placed(start: float, end: float) -> list[int]:
        """Calls placed, by minute."""
        counts = [0] * int((end - start) // 60)
        for at, decision in floor.decisions:
            if start <= at < end:
                counts[int((at - start) // 60)] += decision.calls
        return counts

    before, after, recovered = placed(900.0, 1800.0), placed(2100.0, 3000.0), placed(3420.0, 4200.0)
    assert sum(placed(3000.0, 3300.0)) == 0
    # Swings about the mean stay what chance makes them: they do not build up after the step or the throttle.
    for counts in (before, after, recovered):
        assert min(np.mean(counts), 20.0) > 1.0
        assert np.std(counts) < 0.75 * np.mean(counts) + 2.0
    assert np.mean(recovered) == pytest.approx(np.mean(after), rel=0.5)
