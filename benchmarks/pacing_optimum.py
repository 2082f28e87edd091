"""The predictive rule against the exact optimum, without a simulator's noise.

In the memoryless model every state of the floor is a pair (busy agents, calls in flight). The product's own forecast
gives the next call's risk in each; dialing while that is under one threshold is a policy of the Markov decision
process, whose occupancy is solved for exactly, at the threshold that meets the cap.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Figure, benchmark
from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.durations import EDGES
from pacing.estimators.estimate import Estimate
from pacing.forecast.floor import Floor
from pacing.forecast.primitives import Primitives
from pacing.forecast.rows import Rows
from pacing.model import AbandonBudget, Snapshot
from pacing.optimal.memoryless import MemorylessModel, best_threshold, solve
from pacing.optimal.phase_type import PhaseTypeModel
from pacing.optimal.phase_type import solve as solve_phase_type

CAP = 0.03
AGENTS = (3, 5, 10, 20)
PHASE_TYPE_AGENTS = (3, 5)
"""Ten agents take minutes."""
DISTANCE_MAX = 0.3
CALLS_PER_AGENT, CALLS_MORE = 4, 12


class KnownRate(AnswerRate):
    """An answer rate that is known for certain."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self._rate = rate

    def value(self, *_: object) -> Estimate:
        """The rate, whatever has happened."""
        return Estimate(self._rate, 0.0)


@benchmark("pacing-optimum", "the predictive rule against the exact optimum of the memoryless model, in points")
def pacing_optimum(_seed: int) -> Sequence[Figure]:
    """Exact: no seed decides anything."""
    figures = []
    for agents in AGENTS:
        model = MemorylessModel(agents=agents, calls_max=CALLS_PER_AGENT * agents + CALLS_MORE)
        best = 100.0 * solve(model, CAP).occupancy
        reached = 100.0 * best_threshold(model, risks_of(model), CAP).occupancy
        label = f"{agents} agents"
        figures += [
            Figure(name=f"{label}, optimum", value=best, unit="%", better="higher"),
            Figure(name=f"{label}, rule", value=reached, unit="%", better="higher"),
            Figure(name=f"{label}, short of it", value=best - reached, unit="points", better="lower", aim=DISTANCE_MAX),
        ]
    for agents in PHASE_TYPE_AGENTS:
        best = 100.0 * solve_phase_type(PhaseTypeModel(agents=agents), CAP).occupancy
        figures.append(Figure(name=f"{agents} agents, phase-type optimum", value=best, unit="%", better="higher"))
    return figures


def risks_of(model: MemorylessModel) -> NDArray[np.float64]:
    """By busy agents and calls in flight, the risk of one call more by the product's own forecast."""
    assert model.calls_max is not None
    in_flight = np.exp(-EDGES / model.flight_s)
    at_once = np.where(EDGES > 0.0, 0.0, 1.0)
    rows = Rows(Primitives(np.exp(-EDGES / model.handling_s), at_once, in_flight, in_flight, grace_s=0.0))
    rate = KnownRate(model.answer_rate)
    risks = np.empty((model.agents + 1, model.calls_max + 1))
    for busy in range(model.agents + 1):
        snapshot = Snapshot(
            now=0.0,
            idle_agents=model.agents - busy,
            talking_since=(0.0,) * busy,
            budget=AbandonBudget(rate_max=CAP),
        )
        forecast = Floor(rows, snapshot, rate).forecast()
        for calls in range(model.calls_max + 1):
            risks[busy, calls] = forecast.risk()
            forecast.add(model.answer_rate)
    return risks
