"""How many events per second the engine handles on one core, with and without the pacing call's own time.

Seconds are processor time, so that a busy machine gives the same figure.
"""

import gc
from collections.abc import Sequence
from time import process_time

from benchmarks.harness import Figure, benchmark
from benchmarks.load import SETTINGS, TRIVIAL, Step, record
from dialer.engine import Engine

AGENTS = 200
EVENTS = 100_000
REPETITIONS = 3


@benchmark("engine-events", f"engine events per second, {AGENTS} agents, one core, a policy that takes no time")
def engine_events(seed: int) -> Sequence[Figure]:
    """The best of a few runs over the same events."""
    steps = record(agents=AGENTS, policy=TRIVIAL, events=EVENTS, seed=seed)
    rate = max(_events_per_second(steps) for _ in range(REPETITIONS))
    return [Figure(name="events per second", value=rate, unit="1/s", better="higher", aim=50_000)]


@benchmark("engine-events-predictive", f"engine events per second, {AGENTS} agents, one core, predictive pacing")
def engine_events_predictive(seed: int) -> Sequence[Figure]:
    """Once: the pacing call dominates and varies little."""
    steps = record(agents=AGENTS, policy="predictive", events=EVENTS // 5, seed=seed)
    return [Figure(name="events per second", value=_events_per_second(steps), unit="1/s", better="higher")]


def _events_per_second(steps: Sequence[Step]) -> float:
    handle = Engine(SETTINGS).handle
    # The load is not the engine's: keep the garbage collector from walking it over and over.
    gc.collect()
    gc.freeze()
    started = process_time()
    for now, event in steps:
        handle(event, now)
    took_s = process_time() - started
    gc.unfreeze()
    return len(steps) / took_s
