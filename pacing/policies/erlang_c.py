"""Erlang-C pacing: a constant rate of calls at which few people would wait too long, whatever the floor looks like."""

from functools import lru_cache

from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.durations import Durations
from pacing.model import (
    AcwObserved,
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
from pacing.queueing.planning import Plan, plan_for_agents

CALLS_MIN = 50
TALKS_MIN = 10


@lru_cache(maxsize=1024)
def _plan(agents: int, handling_s: float, answer_rate: float, wait_s: float, late_max: float) -> Plan:
    return plan_for_agents(agents, handling_s, answer_rate, wait_s=wait_s, late_max=late_max)


@register("erlang_c")
class ErlangC:
    """Keeps as many calls in flight as the Erlang-C rate for the team has in flight on average (Little's law).

    Open-loop pacing, here to compare with: it does not look at who is idle, so it wastes small teams. See
    docs/concepts/pacing.md for how far it falls behind.
    """

    def __init__(self, settings: PolicySettings) -> None:
        del settings
        self._answer_rate = AnswerRate()
        self._flight = Durations(median_s=20.0, sigma=0.5)
        self._talk = Durations(median_s=90.0, sigma=0.9)
        self._acw = Durations(median_s=13.0, sigma=0.6)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Calls in flight at the planned rate, less those in flight already."""
        answer_rate, flight = self._answer_rate.value(), self._flight.value()
        talk, acw = self._talk.value(), self._acw.value()
        agents = snapshot.agents
        if answer_rate is None or flight is None or talk is None or self._answer_rate.calls < CALLS_MIN:
            return decide_progressive(snapshot, "progressive until enough calls have been seen")
        if self._answer_rate.is_stale(snapshot.now):
            return decide_progressive(snapshot, "progressive, as no call has ended for long")
        if self._talk.observations < TALKS_MIN or agents == 0:
            return decide_progressive(snapshot, "progressive, as there is nothing to plan with")
        handling_s = talk.value + (acw.value if acw is not None else 0.0)
        plan = _plan(
            agents,
            float(f"{handling_s:.2g}"),
            float(f"{answer_rate.value:.2g}"),
            snapshot.answer_limit_s,
            snapshot.budget.rate_max,
        )
        wanted = max(0, round(plan.dials_per_s * flight.value) - len(snapshot.calls))
        calls = min(wanted, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"Erlang C for {agents} agents: {plan.dials_per_s:.2f} calls/s keep {plan.occupancy:.0%} of them"
            f" busy; {len(snapshot.calls)} in flight, placed {calls}",
            numbers={
                "agents": agents,
                "dials_per_s": plan.dials_per_s,
                "answer_rate": answer_rate.value,
                "handling_s": handling_s,
                "in_flight": len(snapshot.calls),
                "wanted": wanted,
            },
        )

    def learn(self, observation: Observation) -> None:
        """Update the estimate that the observation concerns."""
        match observation:
            case CallObserved(at=at, result=result, duration_s=duration_s):
                self._flight.update(duration_s, at, ended=result is not CallResult.CANCELLED)
                if result is not CallResult.CANCELLED:
                    self._answer_rate.update(float(result is CallResult.ANSWERED), at)
            case TalkObserved(at=at, duration_s=duration_s):
                self._talk.update(duration_s, at)
            case AcwObserved(at=at, duration_s=duration_s):
                self._acw.update(duration_s, at)
