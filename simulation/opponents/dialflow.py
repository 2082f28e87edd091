"""DialFlow's Erlang-C pacing, from its published source (Shiwa45/dialflow@315c179, campaigns/predictive.py)."""

import math

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
from pacing.queueing.erlang import erlang_c
from simulation.opponents.windows import Window, placed

WINDOW_S = 300.0
ABANDON_WINDOW_S = 60.0
ABANDON_TARGET = 0.03
RATIO_MIN = 1.0
RATIO_MAX = 3.0
SMOOTHING = 0.3
TALK_S = 120.0
ACW_S = 15.0
RING_S = 15.0
TICK_S = 1.0


@register("dialflow")
class DialFlow:
    """Offered load over ready agents by the answer rate, bent by Erlang C and by the abandon rate of the last minute.

    Agents who will be free soon lower the ratio, contrary to the comment beside that line of the source.
    """

    def __init__(self, settings: PolicySettings) -> None:
        del settings
        self._calls = Window(WINDOW_S)
        self._dropped = Window(ABANDON_WINDOW_S)
        self._talk = (0, 0.0)
        self._acw = (0, 0.0)
        self._ratio = RATIO_MIN
        self._ticked_at = float("-inf")

    def decide(self, snapshot: Snapshot) -> Decision:
        """Once a second: ceil(ratio * ready) less in flight, at most one new call per ready agent."""
        if snapshot.now < self._ticked_at + TICK_S:
            return Decision(reason="between two ticks")
        self._ticked_at = snapshot.now
        ready = snapshot.idle_agents
        if ready == 0:
            return Decision(reason="nobody is ready")
        ratio = min(max(self._wanted_ratio(snapshot), RATIO_MIN), RATIO_MAX)
        self._ratio += SMOOTHING * (ratio - self._ratio)
        wanted = min(math.ceil(self._ratio * ready) - len(snapshot.calls), ready)
        calls = placed(wanted, snapshot.calls_max)
        return Decision(calls=calls, reason=f"ratio {self._ratio:.2f}; placed {calls}", numbers={"ratio": self._ratio})

    def learn(self, observation: Observation) -> None:
        """Keep five minutes of calls, a minute of drops and mean handling times."""
        match observation:
            case CallObserved(at=at, result=result):
                self._calls.add(at, float(result is CallResult.ANSWERED))
            case AnswerObserved(at=at, abandoned=abandoned):
                self._dropped.add(at, float(abandoned))
            case TalkObserved(duration_s=duration_s):
                self._talk = (self._talk[0] + 1, self._talk[1] + duration_s)
            case AcwObserved(duration_s=duration_s):
                self._acw = (self._acw[0] + 1, self._acw[1] + duration_s)

    def _wanted_ratio(self, snapshot: Snapshot) -> float:
        now, ready = snapshot.now, snapshot.idle_agents
        talk_s = self._talk[1] / self._talk[0] if self._talk[0] else TALK_S
        acw_s = self._acw[1] / self._acw[0] if self._acw[0] else ACW_S
        count = self._calls.count(now)
        answered = self._calls.sum(now)
        answer_rate = max(answered / count, 0.01) if count else 0.3
        load = min(answered / WINDOW_S * (talk_s + acw_s), 0.99 * ready) if count else 0.85 * ready
        wait = erlang_c(ready, load)
        ratio = load / ready / answer_rate
        if wait > 0.35:
            ratio *= 1.0 - 0.5 * (wait - 0.35)
        elif wait < 0.05:
            ratio *= 1.0 + 2.0 * (0.05 - wait)
        soon = 0.4 * len(snapshot.talking_since) * RING_S / talk_s
        ratio *= ready / (ready + soon)
        answers = self._dropped.count(now)
        abandoned = self._dropped.sum(now) / answers if answers else 0.0
        if abandoned > 1.5 * ABANDON_TARGET:
            return RATIO_MIN
        if abandoned > ABANDON_TARGET:
            ratio *= 1.0 - min(0.3 * (abandoned / ABANDON_TARGET - 1.0), 0.4)
        return min(RATIO_MIN + 0.3, RATIO_MAX) if answer_rate < 0.15 else ratio
