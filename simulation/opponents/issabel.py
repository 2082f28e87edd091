"""Issabel (formerly Elastix) dialerd, from its published source: agents soon free by an unconditional exponential.

An agent counts as about to be free when 1 - exp(-(elapsed + answer delay) / mean duration) reaches the service quality.
That is the chance that a call of any age has ended by then, not that this one, which has lasted `elapsed`, will: for a
lognormal or exponential talk time the rule has nothing to go by, and it counts only calls far longer than the mean.
"""

import math
from collections import deque

from pacing.model import CallObserved, CallResult, Decision, Observation, PolicySettings, Snapshot, TalkObserved
from pacing.policy import register
from simulation.opponents.windows import Window, placed

INTERVAL_S = 5.0
QUALITY = 0.97
TALKS_MIN = 10
TALK_S_MIN = 10.0
ANSWER_DELAYS = 20
ANSWER_DELAY_S = 8.0
"""Stands for each of the last 20 answers that has not come yet."""
ASR_WINDOW_S = 1800.0
ASR_CALLS_MIN = 10
ASR_MIN = 0.20


class Issabel:
    """Places a call per free agent and per agent about to be free; with overcommit, more as fewer are answered."""

    def __init__(self, settings: PolicySettings, overcommits: bool) -> None:
        del settings
        self._overcommits = overcommits
        self._decided_at = float("-inf")
        self._talks = 0
        self._talk_s = 0.0
        self._delays = deque([ANSWER_DELAY_S] * ANSWER_DELAYS, maxlen=ANSWER_DELAYS)
        self._calls = Window(ASR_WINDOW_S)
        """1 for calls answered, 0 for others."""

    def decide(self, snapshot: Snapshot) -> Decision:
        """Every 5 s: free and soon free, less waiting, less in flight."""
        if snapshot.now < self._decided_at + INTERVAL_S:
            return Decision(reason="between two looks, which are 5 s apart")
        self._decided_at = snapshot.now
        soon = self._soon_free(snapshot)
        base = max(0, snapshot.idle_agents + soon - snapshot.queued_calls)
        base = max(0, base - len(snapshot.calls))
        wanted = round(base / self._answer_share(snapshot.now)) if base else 0
        calls = placed(wanted, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"{snapshot.idle_agents} free and {soon} counted as soon free; placed {calls}",
            numbers={"soon_free": soon, "wanted": wanted},
        )

    def learn(self, observation: Observation) -> None:
        """Keep the mean talk time, the last answer delays and the share of calls answered."""
        match observation:
            case TalkObserved(duration_s=duration_s) if duration_s >= TALK_S_MIN:
                self._talks += 1
                self._talk_s += duration_s
            case CallObserved(at=at, result=result, duration_s=duration_s):
                is_answer = result is CallResult.ANSWERED
                self._calls.add(at, float(is_answer))
                if is_answer:
                    self._delays.append(duration_s)

    def _soon_free(self, snapshot: Snapshot) -> int:
        if self._talks < TALKS_MIN:
            return 0
        mean_s = self._talk_s / self._talks
        answer_s = sum(self._delays) / ANSWER_DELAYS
        return sum(
            1.0 - math.exp(-(snapshot.now - since + answer_s) / mean_s) >= QUALITY for since in snapshot.talking_since
        )

    def _answer_share(self, now: float) -> float:
        count = self._calls.count(now)
        if not self._overcommits or count < ASR_CALLS_MIN:
            return 1.0
        return max(self._calls.sum(now) / count, ASR_MIN)


register("issabel")(lambda settings: Issabel(settings, overcommits=False))
register("issabel-overcommit")(lambda settings: Issabel(settings, overcommits=True))
