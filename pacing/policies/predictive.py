"""Predictive pacing: dial while the chance that this very call would find no agent stays under a steered threshold."""

import math

import msgspec
import numpy as np

from pacing.budget import BudgetController
from pacing.cancelling import cancellable, choose_cancels
from pacing.choosing import LeadChoice
from pacing.drought import Drought
from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.durations import Durations
from pacing.estimators.ringing import RingTimes
from pacing.estimators.score_calibration import ScoreCalibration
from pacing.forecast.floor import Floor
from pacing.forecast.net import NetForecast
from pacing.forecast.primitives import Primitives
from pacing.forecast.rows import Rows
from pacing.forecast.team import Team
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
from pacing.policies.progressive import decide_progressive
from pacing.policy import register
from pacing.reckoning import Reckoning

CALLS_MIN = 50
TALKS_MIN = 10
"""Until this many calls and conversations have ended, pacing is progressive: there is nothing to forecast from."""
ROWS_LIFE_S = 120.0
"""The tables are made anew from the estimates when they are this old."""
RING_TIMEOUT_S = 28.0
"""Where calls that nobody answers end, before any has been seen to end."""
RISK_MAX = 0.5
RISK_HALVES_S = 1.0
"""While only time passes a risk falls no faster than by half in so many seconds (one tick in a thousand does, at 5 and
20 agents)."""
HOLDS_MARGIN_S = 0.5
HOLDS_S_MAX = 3.0


@register("predictive")
class Predictive:
    """The chance-constrained policy with a receding-horizon abandon budget."""

    def __init__(self, settings: PolicySettings) -> None:
        self._budget = BudgetController(settings.abandon_rate_target)
        self._reckoning = Reckoning()
        self._answer_rate = AnswerRate()
        self._rate_before = AnswerRate()
        """The answer rate as it was at the last answer."""
        self._drought = Drought()
        self._scores = ScoreCalibration()
        self._team = Team()
        self._ringing = RingTimes(RING_TIMEOUT_S)
        self._talk = Durations(median_s=90.0, sigma=0.9)
        self._acw = Durations(median_s=13.0, sigma=0.6)
        self._rows: Rows | None = None
        self._rows_at = 0.0

    def decide(self, snapshot: Snapshot) -> Decision:
        """Place calls until the next one's risk of finding no agent would pass the threshold."""
        if snapshot.agents == 0:
            cancel = tuple(call.call_id for call in cancellable(snapshot))
            return Decision(cancel=cancel, reason="no agents at work; placed 0", numbers={"agents": 0})
        if self._answer_rate.calls < CALLS_MIN or self._talk.observations < TALKS_MIN:
            return decide_progressive(snapshot, "progressive until enough calls have been seen")
        if self._drought.is_on:
            return decide_progressive(snapshot, "progressive, as nobody answers any more")
        if self._answer_rate.is_stale(snapshot.now):
            return decide_progressive(snapshot, "progressive, as no call has ended for long")
        budgets = (snapshot.budget, *snapshot.other_budgets)
        rate = self._answer_rate.value()
        answers_left = math.inf if rate is None else rate.value * snapshot.leads_left
        threshold = self._budget.threshold(budgets, snapshot.now, snapshot.agents, answers_left)
        return self._decide_by_risk(snapshot, min(threshold, RISK_MAX))

    def learn(self, observation: Observation) -> None:
        """Update the estimates that the observation concerns."""
        self._team.learn(observation)
        match observation:
            case CallObserved():
                self._learn_call(observation)
            case TalkObserved(at=at, duration_s=duration_s):
                self._talk.update(duration_s, at)
            case AcwObserved(at=at, duration_s=duration_s):
                self._acw.update(duration_s, at)
            case AnswerObserved(at=at, abandoned=abandoned, risk=predicted):
                self._budget.learn(abandoned, at)
                if predicted is not None:
                    self._reckoning.learn(predicted, abandoned)

    def _learn_call(self, call: CallObserved) -> None:
        if call.result is CallResult.CANCELLED:
            self._learn_cancelled(call)
            return
        answered = call.result is CallResult.ANSWERED
        base_rate = self._answer_rate.value()
        if base_rate is not None:
            self._drought.update(answered, base_rate.value)
            if self._drought.is_on:
                # What the drought taught of the answer rate is no truth about the list.
                self._answer_rate = self._rate_before.copy()
                return
        if call.answer_probability is not None and base_rate is not None:
            self._scores.update(call.answer_probability, answered, base_rate.value)
        self._ringing.update(call.duration_s, call.at, answered)
        self._answer_rate.update(float(answered), call.at)
        if answered:
            self._rate_before = self._answer_rate.copy()

    def _learn_cancelled(self, call: CallObserved) -> None:
        """A call given up counts by its chance of still being answered, or the rate would come out too high."""
        self._ringing.update(call.duration_s, call.at, None)
        rate = self._answer_rate.value()
        if rate is not None and call.answer_probability is not None:
            probability = float(self._scores.calibrated(np.array(call.answer_probability)))
            left = self._chance_left(call.duration_s, probability)
            self._scores.update(call.answer_probability, left, rate.value)
            self._answer_rate.update(left, call.at)
        else:
            self._answer_rate.update(0.0 if rate is None else self._chance_left(call.duration_s, rate.value), call.at)

    def _decide_by_risk(self, snapshot: Snapshot, threshold: float) -> Decision:
        rows = self._current_rows(snapshot)
        scores = self._scores if self._scores.is_trusted else None
        others, more = self._team.parts(snapshot, rows.primitives)
        floor = Floor(rows, others, self._answer_rate, scores)
        forecast = floor.forecast(more)
        rate = floor.answer_rate
        cancel = choose_cancels(snapshot, rows.primitives, forecast, rate, threshold, scores)
        offered: list[float] = []
        if scores is not None and snapshot.lead_probabilities:
            offered = scores.calibrated(np.array(snapshot.lead_probabilities)).tolist()
        limit = min(snapshot.calls_max, len(offered)) if offered else snapshot.calls_max
        choice = LeadChoice(offered, snapshot.leads_in_order) if offered else None
        leads: list[int] = []
        risks: list[float] = []
        calls = 0
        risk = forecast.risk()
        while calls < limit and risk <= threshold:
            probability = rate
            if choice is not None:
                leads.append(choice.take(risk, threshold))
                probability = offered[leads[-1]]
            risks.append(self._reckoning.predict(risk, threshold, self._budget.allowed, snapshot.agents))
            forecast.add(probability)
            calls += 1
            risk = forecast.risk()
        decision = explain(snapshot, calls, risk, threshold, rate, forecast)
        if not calls and not cancel:
            # Cancelling waits for the age of calls, and scores change as calls begin to ring.
            is_steady = snapshot.cancel_after_s is None and scores is None
            return msgspec.structs.replace(decision, holds_s=holds_s(risk, threshold)) if is_steady else decision
        return msgspec.structs.replace(decision, leads=tuple(leads), cancel=cancel, risks=tuple(risks))

    def _chance_left(self, age_s: float, probability: float) -> float:
        """The chance of a call given up at that age to be answered still, had it that probability when placed."""
        if self._rows is None:
            return 0.0
        answer, other = self._rows.primitives.survivals(np.array([age_s]))
        left = probability * float(answer[0])
        return left / (left + (1.0 - probability) * float(other[0]) + 1e-9)

    def _current_rows(self, snapshot: Snapshot) -> Rows:
        rows = self._rows
        is_fresh = 0.0 <= snapshot.now - self._rows_at < ROWS_LIFE_S
        grace_s = self._team.grace_s(snapshot)
        if rows is None or not is_fresh or rows.primitives.grace_s != grace_s:
            talk = self._talk.survival(snapshot.now - np.array(snapshot.talking_since))
            acw = self._acw.survival(snapshot.now - np.array(snapshot.acw_since))
            rows = Rows(Primitives(talk, acw, *self._ringing.survivals(), grace_s=grace_s, staying=self._team.staying))
            self._rows = rows
            self._rows_at = snapshot.now
        return rows


def holds_s(risk: float, threshold: float) -> float:
    """For how long a risk stays over a threshold while only time passes."""
    if risk <= threshold or threshold <= 0.0:
        return 0.0
    return min(max(RISK_HALVES_S * math.log2(risk / threshold) - HOLDS_MARGIN_S, 0.0), HOLDS_S_MAX)


def explain(
    snapshot: Snapshot, calls: int, risk: float, threshold: float, rate: float, forecast: NetForecast
) -> Decision:
    """The decision with its reason in words and numbers."""
    abandon_rate = snapshot.budget.rate or 0.0
    free, answers = forecast.expected()
    held = "by the limit on calls" if calls == snapshot.calls_max and risk <= threshold else "by the risk"
    return Decision(
        calls=calls,
        reason=f"{snapshot.idle_agents} idle and {free:.1f} free soon, {len(snapshot.calls)} in flight,"
        f" expect {answers:.1f} answers; abandoned {abandon_rate:.2%} of {snapshot.budget.rate_max:.2%};"
        f" placed {calls}, held back {held}: the next would risk {risk:.1%} of {threshold:.1%}",
        numbers={
            "idle": snapshot.idle_agents,
            "free_soon": free,
            "in_flight": len(snapshot.calls),
            "answers_expected": answers,
            "answer_rate": rate,
            "risk": risk,
            "risk_max": threshold,
        },
    )
