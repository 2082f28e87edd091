"""How long the engine takes from the event that a person answered to the command that bridges them to an agent.

Microseconds of processor time, so that a busy machine gives the same figure.
"""

from collections.abc import Sequence
from time import thread_time_ns

import numpy as np

from benchmarks.harness import Figure, benchmark
from benchmarks.load import SETTINGS, TRIVIAL, record
from dialer import messages as m
from dialer.engine import Engine

AGENTS = 200
EVENTS = 60_000


@benchmark("answer-to-bridge", f"time inside the engine from CallAnswered to BridgeCall, {AGENTS} agents")
def answer_to_bridge(seed: int) -> Sequence[Figure]:
    """The time of each `handle` call that was given an answer and gave back a bridge."""
    figures = []
    for policy, events in ((TRIVIAL, EVENTS), ("predictive", EVENTS // 4)):
        times_us = _bridge_times_us(policy, events, seed)
        label = "trivial policy" if policy == TRIVIAL else policy
        for name, quantile in (("median", 0.5), ("99 %", 0.99)):
            value = float(np.quantile(times_us, quantile))
            figures.append(Figure(name=f"{label}, {name}", value=value, unit="µs", better="lower"))
    return figures


def _bridge_times_us(policy: str, events: int, seed: int) -> list[float]:
    handle = Engine(SETTINGS).handle
    times_us = []
    for now, event in record(agents=AGENTS, policy=policy, events=events, seed=seed):
        if type(event) is not m.CallAnswered:
            handle(event, now)
            continue
        started = thread_time_ns()
        commands = handle(event, now)
        took_ns = thread_time_ns() - started
        if any(type(command) is m.BridgeCall for command in commands):
            times_us.append(took_ns / 1000.0)
    assert times_us, "nobody was bridged: the load is wrong"
    return times_us
