"""webitel call_center, from its published SQL: over-dial by the inverse connection rate, bent by the abandon rate.

How the over-dial factor becomes attempts is in a closed extension; here it multiplies the idle agents.
"""

import math

from pacing.model import AnswerObserved, CallObserved, CallResult, Decision, Observation, PolicySettings, Snapshot
from pacing.policy import register
from simulation.opponents.windows import Window, placed

STATISTICS_S = 3600.0
REFRESH_S = 30.0
LOAD_FACTOR = 10.0
ABANDON_PERCENT_MAX = 3.0
ATTEMPTS_MIN = 50
"""Progressive until then; the source leaves the number to the queue's settings."""


def wrap(over_dial: float, abandoned: float, target: float, limit: float, load_factor: float = LOAD_FACTOR) -> float:
    """The over-dial factor after the abandon rate has had its say; rates in per cent.

    With a connection rate of 0.25 and nothing abandoned, 4 becomes 5.2; at the limit any factor becomes 1.
    """
    if abandoned >= limit:
        return 1.0
    difference = target - abandoned
    if difference == 0.0:
        difference = 0.99
    if difference > 0.0:
        return over_dial * (1.0 + difference * load_factor / 100.0)
    return over_dial * ((limit - abandoned) * (100.0 + load_factor) / limit) / 100.0


@register("webitel")
class Webitel:
    """Idle agents times the over-dial factor, less calls in flight."""

    def __init__(self, settings: PolicySettings) -> None:
        del settings
        self._calls = Window(STATISTICS_S)
        self._answers = Window(STATISTICS_S)
        self._factor = 1.0
        self._refreshed_at = float("-inf")

    def decide(self, snapshot: Snapshot) -> Decision:
        """Refresh the factor every 30 s and fill up to it."""
        if snapshot.now >= self._refreshed_at + REFRESH_S:
            self._refreshed_at = snapshot.now
            self._factor = self._over_dial(snapshot)
        free = snapshot.idle_agents - snapshot.queued_calls
        wanted = math.floor(free * self._factor) - len(snapshot.calls)
        calls = placed(wanted, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"over-dial {self._factor:.2f} per idle agent; placed {calls}",
            numbers={"over_dial": self._factor, "wanted": wanted},
        )

    def learn(self, observation: Observation) -> None:
        """Keep an hour of calls and answers."""
        match observation:
            case CallObserved(at=at, result=result):
                self._calls.add(at, float(result is CallResult.ANSWERED))
            case AnswerObserved(at=at, abandoned=abandoned):
                self._answers.add(at, float(abandoned))

    def _over_dial(self, snapshot: Snapshot) -> float:
        now = snapshot.now
        count, answers = self._calls.count(now), self._answers.count(now)
        if count < ATTEMPTS_MIN:
            return 1.0
        connection = self._calls.sum(now) / count
        base = 1.0 / connection if connection > 0.0 else count / max(1, snapshot.agents) - 1.0
        abandoned = 100.0 * self._answers.sum(now) / answers if answers else 0.0
        return wrap(max(base, 1.0), abandoned, ABANDON_PERCENT_MAX, ABANDON_PERCENT_MAX)
