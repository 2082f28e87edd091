"""The exact optimum of the memoryless model as a policy: a bound for small teams, and a test of the simulator itself.

The table is solved for 30 % answers, 18 s of ringing and 135 s of handling, all exponential, and no grace: the scenario
`memoryless`. Anywhere else it is just another rule. Just at the cap the optimum lies between two tables. Where theory
throws a coin this policy divides the hour between them: the long-run averages are the same.
"""

from functools import lru_cache

from pacing.model import Decision, Observation, PolicySettings, Snapshot
from pacing.optimal.memoryless import MemorylessModel, Optimum, solve
from pacing.policies.progressive import decide_progressive
from pacing.policy import register
from simulation.opponents.windows import placed

AGENTS_MAX = 20
"""Larger teams take minutes to solve; beyond it the policy is progressive."""

CYCLE_S = 3600.0
"""Long against the minutes in which the centre forgets which table was followed before."""


@lru_cache(maxsize=64)
def optimum(agents: int, abandon_rate_max: float) -> Optimum:
    """The exact optimum for this many agents at this cap."""
    return solve(MemorylessModel(agents=agents), abandon_rate_max)


@register("exact-optimum")
class ExactOptimum:
    """Keeps as many calls in flight as the table says for the number of idle agents."""

    def __init__(self, settings: PolicySettings) -> None:
        self._target = settings.abandon_rate_target

    def decide(self, snapshot: Snapshot) -> Decision:
        """Order up to the table's number of calls in flight."""
        if not snapshot.agents:
            return Decision(reason="no agents at work; placed 0")
        if snapshot.agents > AGENTS_MAX:
            return decide_progressive(snapshot, f"progressive, as {snapshot.agents} agents are too many to solve for")
        rate_max = snapshot.budget.rate_max if self._target is None else self._target
        best = optimum(snapshot.agents, rate_max)
        is_bold = snapshot.now % CYCLE_S < best.bold_share * CYCLE_S
        table = best.bold_order_up_to if is_bold else best.order_up_to
        target = table[snapshot.idle_agents]
        calls = placed(target - len(snapshot.calls), snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"{target} calls in flight are optimal for {snapshot.idle_agents} idle; placed {calls}",
            numbers={"target": target},
        )

    def learn(self, observation: Observation) -> None:
        """The model is known."""
