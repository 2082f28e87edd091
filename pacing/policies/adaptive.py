"""Adaptive pacing: a ratio of calls per idle agent that follows the abandon rate."""

import math

from pacing.model import AnswerObserved, Decision, Observation, PolicySettings, Snapshot
from pacing.policies.progressive import decide_progressive
from pacing.policy import register

RATIO_START = 1.0
RATIO_MAX = 30.0
STEP = 0.5
STEP_AGENTS = 5
"""How far the logarithm of the ratio moves for one abandoned call of so many agents; answers that found an agent move
it back up. With more agents it moves less, by the root of their number: their abandoned calls come in groups, from one
and the same decision, and a ratio that leaps between one and many abandons more than one that is steady."""
DEBT_MAX = 2.0
"""The logarithm may fall so far below that of one call per idle agent: what was abandoned in a group has to be made
good before the ratio rises again."""
TARGET_SHARE = 0.93
"""Where no target is set, the share of the cap that is steered to."""


@register("adaptive")
class Adaptive:
    """The rate controller most dialers have: more calls while few are abandoned, fewer once many are.

    After each answer the logarithm of the ratio moves by `STEP` times target less outcome, a stochastic approximation
    (Robbins and Monro 1951, Ann. Math. Stat. 22:400) whose fixed point is the target. At the cap it is progressive.
    """

    def __init__(self, settings: PolicySettings) -> None:
        self._target = settings.abandon_rate_target
        self._log_ratio = math.log(RATIO_START)
        self._rate_max: float | None = None
        self._agents = STEP_AGENTS

    def decide(self, snapshot: Snapshot) -> Decision:
        """The present ratio of calls per idle agent, less calls in flight and answered calls waiting."""
        budget = snapshot.budget
        self._rate_max = budget.rate_max
        self._agents = max(snapshot.agents, STEP_AGENTS)
        if budget.abandoned + 1 > budget.rate_max * (budget.answered + 1.0 / budget.rate_max):
            return decide_progressive(snapshot, "progressive, as the abandon rate is at its cap")
        ratio = math.exp(max(self._log_ratio, 0.0))
        idle = max(0, snapshot.idle_agents - snapshot.queued_calls)
        wanted = max(0, math.floor(ratio * idle + 1e-9) - len(snapshot.calls))
        calls = min(wanted, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"{ratio:.2f} calls per idle agent at {budget.rate or 0.0:.2%} abandoned of {budget.rate_max:.2%}:"
            f" {snapshot.idle_agents} idle, {len(snapshot.calls)} in flight; placed {calls}",
            numbers={"idle": snapshot.idle_agents, "in_flight": len(snapshot.calls), "ratio": ratio, "wanted": wanted},
        )

    def learn(self, observation: Observation) -> None:
        """Move the ratio a little after each answer."""
        if isinstance(observation, AnswerObserved) and self._rate_max is not None:
            target = TARGET_SHARE * self._rate_max if self._target is None else min(self._target, self._rate_max)
            step = STEP * math.sqrt(STEP_AGENTS / self._agents)
            moved = self._log_ratio + step * (target - float(observation.abandoned))
            self._log_ratio = min(max(moved, -DEBT_MAX), math.log(RATIO_MAX))
