"""Shadow mode: one policy dials, another is asked what it would have done, and both answers are logged."""

import msgspec

from pacing.model import Decision, Observation, Snapshot
from pacing.policy import Policy


class Shadow:
    """Decides as `policy` does, and puts the calls that `other` would have placed into the decision's numbers."""

    def __init__(self, policy: Policy, other: Policy) -> None:
        self._policy = policy
        self._other = other

    def decide(self, snapshot: Snapshot) -> Decision:
        """The first policy's decision, with what the other said beside it."""
        decision = self._policy.decide(snapshot)
        other = self._other.decide(snapshot)
        return msgspec.structs.replace(
            decision,
            reason=f"{decision.reason} [shadow: {other.reason}]",
            numbers=decision.numbers | {"shadow_calls": other.calls},
        )

    def learn(self, observation: Observation) -> None:
        """Both learn."""
        self._policy.learn(observation)
        self._other.learn(observation)
