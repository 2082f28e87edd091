"""Progressive pacing: one call for every idle agent, so that nobody who answers finds no agent."""

from pacing.model import Decision, Observation, PolicySettings, Snapshot
from pacing.policy import register


@register("progressive")
class Progressive:
    """Places a call for each idle agent who has none on the way yet."""

    def __init__(self, settings: PolicySettings) -> None:
        del settings

    def decide(self, snapshot: Snapshot) -> Decision:
        """Idle agents, less calls in flight, less answered calls waiting."""
        return decide_progressive(snapshot, "one call per idle agent")

    def learn(self, observation: Observation) -> None:
        """Nothing to learn: the rule needs no estimate."""


def decide_progressive(snapshot: Snapshot, why: str) -> Decision:
    """The progressive decision; `why` opens its reason, for policies that fall back to it."""
    wanted = max(0, snapshot.idle_agents - len(snapshot.calls) - snapshot.queued_calls)
    calls = min(wanted, snapshot.calls_max)
    held = f", held back by the limit of {snapshot.calls_max}" if calls < wanted else ""
    return Decision(
        calls=calls,
        reason=f"{why}: {snapshot.idle_agents} idle, {len(snapshot.calls)} in flight, {snapshot.queued_calls} waiting;"
        f" placed {calls}{held}",
        numbers={"idle": snapshot.idle_agents, "in_flight": len(snapshot.calls), "wanted": wanted},
    )
