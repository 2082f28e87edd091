"""Dialing at a fixed rate whatever happens: what Erlang's formulas assume, and a baseline without feedback.

Answers form a Poisson process when the calls of each decision are Poisson in number and ring for random times (the
displacement theorem), so with this policy the simulated centre is an M/G/N queue with a known answer.
"""

import struct

import numpy as np

from pacing.model import CallObserved, Decision, Observation, PolicySettings, Snapshot
from pacing.policy import register

SEED = 20260302
GAP_S_MAX = 5.0
"""A longer gap between decisions is not made up for: nobody was dialing then."""


@register("open-loop")
class OpenLoop:
    """Places `ratio` calls per agent and minute, at random times.

    A policy is handed no random numbers. Its stream is seeded by the first call it sees end, to the last bit of that
    call's duration: the same world gives the same stream, another replication another one.
    """

    def __init__(self, settings: PolicySettings) -> None:
        self._per_agent_s = settings.ratio / 60.0
        self._rng = np.random.default_rng(SEED)
        self._is_seeded = False
        self._last: float | None = None

    def decide(self, snapshot: Snapshot) -> Decision:
        """A Poisson number of calls for the time since the last decision."""
        gap_s = 0.0 if self._last is None else min(snapshot.now - self._last, GAP_S_MAX)
        self._last = snapshot.now
        wanted = int(self._rng.poisson(self._per_agent_s * snapshot.agents * gap_s)) if gap_s > 0.0 else 0
        calls = min(wanted, snapshot.calls_max)
        return Decision(calls=calls, reason="open loop: a fixed rate of calls", numbers={"wanted": wanted})

    def learn(self, observation: Observation) -> None:
        """Nothing is fed back; the first call's duration seeds the stream."""
        if not self._is_seeded and isinstance(observation, CallObserved):
            self._is_seeded = True
            self._rng = np.random.default_rng(
                [SEED, int.from_bytes(struct.pack("<d", observation.duration_s), "little")]
            )
