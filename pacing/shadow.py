"""Shadow mode: one policy dials, another is asked what it would have done, and both answers are logged."""

import msgspec

from pacing.model import Decision, Observation, Snapshot
from pacing.policy import Policy


class ShadowTally(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How often the two agreed.

    Calls are not added up: a call that the shadow would have placed is not in the air at the next decision, so it would
    be asked for again and again.
    """

    decisions: int = 0
    more: int = 0
    """Decisions at which the shadow would have placed more calls."""
    fewer: int = 0
    failures: int = 0
    """Times the shadow raised; the policy that dials never notices."""


class Shadow:
    """Decides as `policy` does, and puts what `other` would have done into the decision's reason and numbers."""

    def __init__(self, policy: Policy, other: Policy, name: str = "shadow") -> None:
        """`name` is what `other` is called in reasons."""
        self._policy = policy
        self._other = other
        self._name = name
        self._decisions = self._more = self._fewer = self._failures = 0

    @property
    def tally(self) -> ShadowTally:
        """How often the two agreed so far."""
        return ShadowTally(decisions=self._decisions, more=self._more, fewer=self._fewer, failures=self._failures)

    def decide(self, snapshot: Snapshot) -> Decision:
        """The first policy's decision, with what the other said beside it."""
        decision = self._policy.decide(snapshot)
        try:
            other = self._other.decide(snapshot)
        except Exception as error:
            self._failures += 1
            return msgspec.structs.replace(decision, reason=f"{decision.reason} [{self._name} failed: {error!r}]")
        self._decisions += 1
        self._more += other.calls > decision.calls
        self._fewer += other.calls < decision.calls
        return msgspec.structs.replace(
            decision,
            reason=f"{decision.reason} [{self._name}: {other.reason}]",
            numbers=decision.numbers | {"shadow_calls": other.calls, "shadow_cancels": len(other.cancel)},
        )

    def learn(self, observation: Observation) -> None:
        """Both learn."""
        self._policy.learn(observation)
        try:
            self._other.learn(observation)
        except Exception:
            self._failures += 1
