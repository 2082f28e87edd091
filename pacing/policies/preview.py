"""Preview pacing: the dialer places nothing by itself; an agent looks at a lead and dials it."""

from pacing.model import Decision, Observation, PolicySettings, Snapshot
from pacing.policy import register


@register("preview")
class Preview:
    """Never places a call of its own."""

    def __init__(self, settings: PolicySettings) -> None:
        del settings

    def decide(self, snapshot: Snapshot) -> Decision:
        """No calls."""
        del snapshot
        return Decision(reason="preview: agents dial their leads themselves; placed 0")

    def learn(self, observation: Observation) -> None:
        """Nothing to learn."""
