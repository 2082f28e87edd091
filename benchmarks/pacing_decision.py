"""How long one decision of the predictive policy takes, against the size of the team.

Microseconds of processor time. Tables are in place, as they are but for one decision every two minutes; the decision
that builds them anew is given apart. With scores every call has a chance of its own, sixty-four leads are on offer, and
calls that have rung for long are weighed one by one, to be given up or not.
"""

from collections.abc import Callable, Sequence
from time import thread_time_ns

import numpy as np
from msgspec.structs import replace

import pacing
from benchmarks.harness import Figure, benchmark
from pacing.model import (
    AbandonBudget,
    AcwObserved,
    CallInFlight,
    CallObserved,
    CallResult,
    Observation,
    Snapshot,
    TalkObserved,
)
from pacing.policy import Policy

TEAMS = ((5, 8, None), (20, 32, 150.0), (100, 300, None), (500, 1500, 1000.0))
"""Agents, calls in flight, and the aim for the median in microseconds."""
SCORED_TEAMS = ((20, 16), (500, 400), (500, 1500))
"""Agents and calls in flight where leads have scores and calls may be given up: on each of these floors some are, a
handful, a hundred and five hundred."""
SCORES_BETA = (0.9, 2.1)
"""Chances are spread as Beta with these parameters, 30 % on average."""
OFFERED_LEADS = 64
CANCEL_AFTER_S = 15.0
RINGS_AFTER_S = 2.0
NOW = 1_000_000.0
HISTORY_CALLS = 500
REPEATS = 400


@benchmark("pacing-decision", "one decision of the predictive policy, by agents and calls in flight")
def pacing_decision(seed: int) -> Sequence[Figure]:
    """Median and 99th percentile of repeated decisions on floors drawn at random."""
    figures = []
    for agents, flying, aim_us in TEAMS:
        figures += _measured(seed, f"{agents} agents, {flying} calls", agents, flying, aim_us, floor)
    for agents, flying in SCORED_TEAMS:
        figures += _measured(seed, f"{agents} agents, {flying} calls, scores", agents, flying, None, scored_floor)
    return figures


def _measured(
    seed: int,
    label: str,
    agents: int,
    flying: int,
    aim_us: float | None,
    draw: Callable[[np.random.Generator, int, int], Snapshot],
) -> list[Figure]:
    rng = np.random.default_rng(seed)
    policy = taught(rng, has_scores=draw is scored_floor)
    floors = [draw(rng, agents, flying) for _ in range(20)]
    first_us = decision_us(policy, floors[0])
    for snapshot in floors:
        policy.decide(snapshot)
    times_us = [decision_us(policy, floors[number % len(floors)]) for number in range(REPEATS)]
    median_us, high_us = (float(np.quantile(times_us, q)) for q in (0.5, 0.99))
    return [
        Figure(name=f"{label}, median", value=median_us, unit="µs", better="lower", aim=aim_us),
        Figure(name=f"{label}, 99 %", value=high_us, unit="µs", better="lower"),
        Figure(name=f"{label}, new tables", value=first_us, unit="µs", better="lower"),
    ]


def taught(rng: np.random.Generator, *, has_scores: bool = False) -> Policy:
    """The policy with enough history to pace by, and to trust the leads' scores where they have any."""
    policy = pacing.create_policy("predictive")
    for number in range(HISTORY_CALLS):
        at = NOW - 3600.0 + 3600.0 * number / HISTORY_CALLS
        score = float(rng.beta(*SCORES_BETA)) if has_scores else None
        for observation in _call(rng, at, score):
            policy.learn(observation)
    return policy


def floor(rng: np.random.Generator, agents: int, flying: int) -> Snapshot:
    """A floor such as the policy keeps: one agent in fifty idle, one in nine in ACW, the rest talking."""
    idle = max(1, agents // 50)
    acw = max(1, agents // 9)
    return Snapshot(
        now=NOW,
        idle_agents=idle,
        talking_since=tuple((NOW - rng.exponential(100.0, agents - idle - acw)).tolist()),
        acw_since=tuple((NOW - rng.exponential(12.0, acw)).tolist()),
        calls=tuple(
            CallInFlight(call_id=str(number), placed_at=NOW - age)
            for number, age in enumerate(rng.uniform(0.0, 25.0, flying).tolist())
        ),
        calls_max=20,
        budget=AbandonBudget(rate_max=0.03, answered=1000, abandoned=20, window_started_at=NOW - 7200.0),
    )


def scored_floor(rng: np.random.Generator, agents: int, flying: int) -> Snapshot:
    """The same with a chance for each call and each lead on offer, where calls may be given up."""
    plain = floor(rng, agents, flying)
    chances = rng.beta(*SCORES_BETA, flying).tolist()
    calls = tuple(
        replace(call, answer_probability=chance, ringing_at=call.placed_at + RINGS_AFTER_S)
        for call, chance in zip(plain.calls, chances, strict=True)
    )
    offered = tuple(rng.beta(*SCORES_BETA, OFFERED_LEADS).tolist())
    return replace(plain, calls=calls, lead_probabilities=offered, cancel_after_s=CANCEL_AFTER_S)


def _call(rng: np.random.Generator, at: float, score: float | None) -> Sequence[Observation]:
    chance = 0.3 if score is None else score
    if rng.random() < chance:
        duration_s = float(rng.lognormal(2.5, 0.5))
        return (
            CallObserved(at=at, result=CallResult.ANSWERED, duration_s=duration_s, answer_probability=score),
            TalkObserved(at=at, duration_s=float(rng.lognormal(4.4, 0.8))),
            AcwObserved(at=at, duration_s=float(rng.lognormal(2.6, 0.5))),
        )
    return (CallObserved(at=at, result=CallResult.NO_ANSWER, duration_s=25.0, answer_probability=score),)


def decision_us(policy: Policy, snapshot: Snapshot) -> float:
    """Processor time of one decision, in microseconds."""
    started = thread_time_ns()
    policy.decide(snapshot)
    return (thread_time_ns() - started) / 1e3
