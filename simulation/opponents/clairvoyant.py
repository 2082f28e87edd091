"""A bound: pacing that knows, of everything already under way, how it will end.

It sees when each busy agent will be free, and which calls in flight a person will answer, and when; only the calls not
yet placed are unknown. No dialer can know as much, so none can do much better; what separates it from a real policy is
worth at most what perfect prediction is worth. Outside the simulator it has nobody to ask and is progressive.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

import numpy as np
from scipy import special

from pacing.model import AnswerObserved, CallObserved, CallResult, Decision, Observation, PolicySettings, Snapshot
from pacing.policies.progressive import decide_progressive
from pacing.policy import register
from simulation.opponents.windows import placed

ANSWERS_KEPT = 200
ANSWERS_MIN = 30
TARGET = 0.028
"""Where the campaign names none."""
RISK_START = 0.05
TRIM_STEP = 0.05
SAME_MOMENT_S = 1e-6
RISK_MIN, RISK_MAX = 1e-4, 0.9


class Foresight(NamedTuple):
    """The future of what is under way, Unix seconds."""

    free_at: tuple[float, ...]
    """When each agent in conversation or ACW will be free."""
    answers_at: tuple[float, ...]
    """When a person will answer, for each call in flight that one will."""


ORACLE: ContextVar[Callable[[], Foresight] | None] = ContextVar("ORACLE", default=None)
"""Where a clairvoyant policy asks; set by the world in which it runs."""


@register("clairvoyant")
class Clairvoyant:
    """Dials while the next call's own risk of meeting no free agent stays under a threshold steered to the target.

    Everything but the new calls is known, so the risk is that of the new call's answer falling where all agents are
    taken, averaged over the answer delays seen.
    """

    def __init__(self, settings: PolicySettings) -> None:
        target = settings.abandon_rate_target
        self._target = TARGET if target is None else target
        self._risk_max = RISK_START
        self._oracle = ORACLE.get()
        self._delays: list[float] = []
        self._calls = 0
        self._answers = 0

    def decide(self, snapshot: Snapshot) -> Decision:
        """Place calls until the next one's risk would pass the threshold."""
        if self._oracle is None or self._answers < ANSWERS_MIN:
            return decide_progressive(snapshot, "progressive until there is something to foresee from")
        foresight = self._oracle()
        rate = self._answers / self._calls
        moments = snapshot.now + np.sort(np.array(self._delays))
        room = _room(snapshot, foresight, moments)
        arrived = np.arange(1, moments.size + 1) / moments.size
        wanted = 0
        risk = _risk(room, 0, rate * arrived)
        while risk <= self._risk_max and wanted < snapshot.calls_max:
            wanted += 1
            risk = _risk(room, wanted, rate * arrived)
        calls = placed(wanted, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"knows the future of {len(snapshot.calls)} calls; the next would risk {risk:.1%}; placed {calls}",
            numbers={"risk": risk, "risk_max": self._risk_max},
        )

    def learn(self, observation: Observation) -> None:
        """Keep the answer rate and the last delays, and steer the threshold to the target."""
        match observation:
            case CallObserved(result=result, duration_s=duration_s):
                self._calls += 1
                if result is CallResult.ANSWERED:
                    self._answers += 1
                    self._delays = [*self._delays[-ANSWERS_KEPT + 1 :], duration_s]
            case AnswerObserved(abandoned=abandoned):
                step = TRIM_STEP * (self._target - abandoned) / self._target
                self._risk_max = min(max(self._risk_max * float(np.exp(step)), RISK_MIN), RISK_MAX)


def _room(snapshot: Snapshot, foresight: Foresight, moments: np.ndarray) -> np.ndarray:
    """Places left at each moment for one person more, those needed by persons who will answer later set aside.

    A place is an agent free within the answer limit; a new answer that takes one may leave a later one without.
    """
    # Who is free at this very moment is counted as idle already, though the desk has not been told.
    free_at = np.sort([at for at in foresight.free_at if at > snapshot.now + SAME_MOMENT_S])
    answers_at = np.sort(np.array(foresight.answers_at))
    knots = np.sort(np.concatenate((moments, answers_at)))
    free = snapshot.idle_agents + np.searchsorted(free_at, knots + snapshot.answer_limit_s, side="right")
    left = free - snapshot.queued_calls - np.searchsorted(answers_at, knots, side="right")
    from_here_on = np.minimum.accumulate(left[::-1])[::-1]
    return np.asarray(from_here_on[np.searchsorted(knots, moments)], dtype=np.float64)


def _risk(room: np.ndarray, others: int, answered: np.ndarray) -> float:
    """The chance that a new call's answer finds nobody, with `others` placed beside it whose fate is as unknown.

    `answered` is the chance that one of those has been answered by each moment.
    """
    # With more places than others there is one left whoever answers; SciPy has no value for that corner.
    spare = np.minimum(room, others) - 1.0
    taken = special.bdtrc(np.maximum(spare, 0.0), others, answered) if others else np.zeros(room.size)
    return float(np.where(room < 1.0, 1.0, np.where(room > others, 0.0, taken)).mean())
