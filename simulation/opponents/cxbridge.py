"""CXBridge: a target rate of seats / (handling time * answer rate), with an abandon brake, from its documentation."""

from pacing.model import (
    AcwObserved,
    AnswerObserved,
    CallObserved,
    CallResult,
    Decision,
    Observation,
    PolicySettings,
    Snapshot,
    TalkObserved,
)
from pacing.policy import register
from simulation.opponents.windows import placed

CALLS_MIN = 20
ANSWERED_MIN = 30
GAP_S_MAX = 5.0


def brake(abandon_rate: float) -> float:
    """The share of the rate that is left: all up to 3 %, half above 5 %, in between in proportion."""
    if abandon_rate <= 0.03:
        return 1.0
    if abandon_rate > 0.05:
        return 0.5
    return 1.0 - 0.5 * (abandon_rate - 0.03) / 0.02


@register("cxbridge")
class CxBridge:
    """Dials at an even rate that keeps every seat busy on the average; it does not look at who is idle."""

    def __init__(self, settings: PolicySettings) -> None:
        del settings
        self._calls = self._answers = self._connected = self._abandoned = self._acws = 0
        self._talk_s = self._acw_s = 0.0
        self._owed = 0.0
        self._last: float | None = None

    def decide(self, snapshot: Snapshot) -> Decision:
        """One call per idle agent until 20 calls are known, then what the rate owes."""
        gap_s = 0.0 if self._last is None else min(snapshot.now - self._last, GAP_S_MAX)
        self._last = snapshot.now
        if self._calls < CALLS_MIN or not self._connected or not self._answers:
            wanted = snapshot.idle_agents - len(snapshot.calls) - snapshot.queued_calls
        else:
            handling_s = self._talk_s / self._connected + (self._acw_s / self._acws if self._acws else 0.0)
            rate = snapshot.agents / (handling_s * self._answers / self._calls)
            if self._answers >= ANSWERED_MIN:
                rate *= brake(self._abandoned / self._answers)
            self._owed += rate * gap_s
            wanted = int(self._owed)
        calls = placed(wanted, snapshot.calls_max)
        self._owed = max(self._owed - wanted, 0.0) if wanted > 0 else self._owed
        return Decision(calls=calls, reason=f"rate paced; placed {calls}", numbers={"wanted": wanted})

    def learn(self, observation: Observation) -> None:
        """Keep totals since the start."""
        match observation:
            case CallObserved(result=result):
                self._calls += 1
                self._answers += result is CallResult.ANSWERED
            case TalkObserved(duration_s=duration_s):
                self._connected += 1
                self._talk_s += duration_s
            case AcwObserved(duration_s=duration_s):
                self._acws += 1
                self._acw_s += duration_s
            case AnswerObserved(abandoned=True):
                self._abandoned += 1
