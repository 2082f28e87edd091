"""Shiwa45/dialer, from its published source: titled Erlang C, in fact a ratio bent by who will be free while it rings.

The share of machines is taken as 0 where the carrier or detection keeps them out of the answers.
"""

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
from simulation.opponents.windows import Window, placed

TICK_S = 1.0
WINDOW_S = 300.0
RATIO_MIN, RATIO_MAX = 1.0, 3.0
CAUTION = 0.85
FREE_MAX = 1.3
ANSWER_RATE = 0.3
TALK_S, ACW_S, RING_S = 120.0, 15.0, 15.0
"""Until something is known."""


def adjustment(abandon_rate: float) -> float:
    """What is left of the ratio: more than all below 1.5 % abandoned, less and less from 3 %, half from 5 % on."""
    if abandon_rate >= 0.05:
        return 0.5
    if abandon_rate >= 0.03:
        return 1.0 - 0.4 * (abandon_rate - 0.03) / 0.02
    return 1.15 if abandon_rate < 0.015 else 1.0


def ratio_of(available: int, busy: int, acw: int, answer_rate: float, abandon_rate: float, talk_s: float, acw_s: float,
             ring_s: float = RING_S) -> float:  # fmt: skip
    """Calls for each available agent, from those who are free and those expected to be while the phone rings."""
    soon = busy * -math.expm1(-ring_s / talk_s) + acw * -math.expm1(-ring_s / acw_s)
    share = min((available + soon) / available, FREE_MAX) if available else FREE_MAX
    return min(max(CAUTION * adjustment(abandon_rate) * share / answer_rate, RATIO_MIN), RATIO_MAX)


@register("shiwa")
class Shiwa:
    """Once a second: (available + half of those in ACW) times the ratio, less in flight, two per available at most."""

    def __init__(self, settings: PolicySettings) -> None:
        del settings
        self._calls, self._answers = Window(WINDOW_S), Window(WINDOW_S)
        self._talk, self._acw = Window(WINDOW_S), Window(WINDOW_S)
        self._ticked_at = float("-inf")

    def decide(self, snapshot: Snapshot) -> Decision:
        """Fill up to the ratio when the second has passed."""
        now = snapshot.now
        if now < self._ticked_at + TICK_S:
            return Decision(reason="between two ticks")
        self._ticked_at = now
        available, acw = snapshot.idle_agents, len(snapshot.acw_since)
        ratio = ratio_of(
            available,
            len(snapshot.talking_since),
            acw,
            _mean(self._calls, now, ANSWER_RATE, least=0.01),
            _mean(self._answers, now, 0.0),
            _mean(self._talk, now, TALK_S, least=1.0),
            _mean(self._acw, now, ACW_S, least=1.0),
        )
        wanted = min(int((available + 0.5 * acw) * ratio) - len(snapshot.calls), 2 * available)
        calls = placed(wanted, snapshot.calls_max)
        return Decision(calls=calls, reason=f"ratio {ratio:.2f}; placed {calls}", numbers={"ratio": ratio})

    def learn(self, observation: Observation) -> None:
        """Keep five minutes of calls, answers, conversations and ACW."""
        match observation:
            case CallObserved(at=at, result=result):
                self._calls.add(at, float(result is CallResult.ANSWERED))
            case AnswerObserved(at=at, abandoned=abandoned):
                self._answers.add(at, float(abandoned))
            case TalkObserved(at=at, duration_s=duration_s):
                self._talk.add(at, duration_s)
            case AcwObserved(at=at, duration_s=duration_s):
                self._acw.add(at, duration_s)


def _mean(window: Window, now: float, default: float, least: float = 0.0) -> float:
    count = window.count(now)
    return max(window.sum(now) / count, least) if count else default
