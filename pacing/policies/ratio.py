"""Fixed-ratio pacing: a set number of calls in flight for every idle agent."""

import math

from pacing.model import Decision, Observation, PolicySettings, Snapshot
from pacing.policies.progressive import decide_progressive
from pacing.policy import register

BUDGET_ANSWERS_MIN = 20
"""Answers before the measured abandon rate is held against its cap; a single abandoned call proves nothing."""


@register("ratio")
class Ratio:
    """Keeps `ratio` calls in flight per idle agent, and falls back to progressive while the abandon rate is at its cap.

    What most dialers call power dialing. No single ratio is right for a whole day: it must follow the answer rate and
    the size of the team, which is what `predictive` does.
    """

    def __init__(self, settings: PolicySettings) -> None:
        self._ratio = settings.ratio

    def decide(self, snapshot: Snapshot) -> Decision:
        """`ratio` calls per idle agent, less calls in flight and answered calls waiting."""
        budget = snapshot.budget
        rate = budget.rate
        if rate is not None and budget.answered >= BUDGET_ANSWERS_MIN and rate >= budget.rate_max:
            return decide_progressive(
                snapshot, f"progressive, as {rate:.1%} abandoned reaches the cap of {budget.rate_max:.1%}"
            )
        idle = snapshot.idle_agents - snapshot.queued_calls
        wanted = max(0, math.floor(self._ratio * max(idle, 0) + 1e-9) - len(snapshot.calls))
        calls = min(wanted, snapshot.calls_max)
        held = f", held back by the limit of {snapshot.calls_max}" if calls < wanted else ""
        return Decision(
            calls=calls,
            reason=f"{self._ratio:g} calls per idle agent: {snapshot.idle_agents} idle, {len(snapshot.calls)} in"
            f" flight, {snapshot.queued_calls} waiting; placed {calls}{held}",
            numbers={
                "idle": snapshot.idle_agents,
                "in_flight": len(snapshot.calls),
                "ratio": self._ratio,
                "wanted": wanted,
            },
        )

    def learn(self, observation: Observation) -> None:
        """Nothing to learn: the ratio is set by hand."""
