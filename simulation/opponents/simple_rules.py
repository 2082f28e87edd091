"""One-line rules of several dialers, from their documentation or source: boosts, surpluses, calls per agent."""

import math
from collections import deque
from collections.abc import Callable

from pacing.model import AnswerObserved, Decision, Observation, PolicySettings, Snapshot
from pacing.policy import register
from simulation.opponents.windows import placed

Rule = Callable[[Snapshot, float], int]
"""Calls wanted, given the snapshot and the campaign's `ratio`."""


def wombat(snapshot: Snapshot, ratio: float) -> int:
    """WombatDialer: floor(available agents * boost), none while answered calls wait."""
    if snapshot.queued_calls:
        return 0
    return math.floor(snapshot.idle_agents * ratio + 1e-9) - len(snapshot.calls)


def genesys_progressive(snapshot: Snapshot, ratio: float) -> int:
    """Genesys: floor(M * (ready - queued - dialed / M)); M = 0.7, 4 ready and 1 dialed give 1."""
    return math.floor(ratio * (snapshot.idle_agents - snapshot.queued_calls) - len(snapshot.calls) + 1e-9)


def asterisk_outbound(snapshot: Snapshot, ratio: float) -> int:
    """asterisk-outbound: available + service level - dialing, the service level being a constant surplus."""
    return snapshot.idle_agents + round(ratio) - len(snapshot.calls) - snapshot.queued_calls


def sinch(snapshot: Snapshot, ratio: float) -> int:
    """Sinch: free + ratio * busy; at an abandon rate at the limit the ratio is taken back to none."""
    rate = snapshot.budget.rate
    over = rate is not None and rate >= snapshot.budget.rate_max
    busy = len(snapshot.talking_since) + len(snapshot.acw_since)
    extra = 0 if over else math.floor(ratio * busy / 10.0)
    return snapshot.idle_agents + extra - len(snapshot.calls) - snapshot.queued_calls


class RulePolicy:
    """A rule that remembers nothing."""

    def __init__(self, name: str, rule: Rule, settings: PolicySettings) -> None:
        self._name = name
        self._rule = rule
        self._ratio = settings.ratio

    def decide(self, snapshot: Snapshot) -> Decision:
        """What the rule says, within the limits."""
        wanted = self._rule(snapshot, self._ratio)
        calls = placed(wanted, snapshot.calls_max)
        return Decision(
            calls=calls,
            reason=f"{self._name} at {self._ratio:g}: {wanted} wanted; placed {calls}",
            numbers={"wanted": wanted},
        )

    def learn(self, observation: Observation) -> None:
        """Nothing is remembered."""


@register("dialeros")
class DialerOs:
    """DialerOS: level times available agents, at least one; nothing while 100 answers hold too many abandoned.

    With no new calls the last 100 answers never change, so once stopped it stays stopped; so it is in the source.
    """

    def __init__(self, settings: PolicySettings) -> None:
        self._level = settings.ratio
        self._last: deque[bool] = deque(maxlen=100)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Level times available less in flight, or nothing over the limit."""
        last = self._last
        if len(last) >= 50 and sum(last) / len(last) >= snapshot.budget.rate_max:
            return Decision(reason="stopped: too many of the last 100 answers were abandoned")
        wanted = max(1, math.floor(snapshot.idle_agents * self._level)) - len(snapshot.calls) - snapshot.queued_calls
        calls = placed(wanted if snapshot.idle_agents else 0, snapshot.calls_max)
        return Decision(calls=calls, reason=f"level {self._level:g}; placed {calls}", numbers={"wanted": wanted})

    def learn(self, observation: Observation) -> None:
        """Keep the last hundred answers."""
        if isinstance(observation, AnswerObserved):
            self._last.append(observation.abandoned)


@register("even-rate")
class EvenRate:
    """Newfies and ICTCore: `ratio` calls a minute for each agent, evenly spaced, whoever is free."""

    def __init__(self, settings: PolicySettings) -> None:
        self._per_minute = settings.ratio
        self._next_at: float | None = None

    def decide(self, snapshot: Snapshot) -> Decision:
        """The next call when its time has come."""
        now = snapshot.now
        next_at = now if self._next_at is None else self._next_at
        if now < next_at or not snapshot.agents:
            return Decision(reason="the next call's time has not come")
        gap_s = 60.0 / (self._per_minute * snapshot.agents)
        # Asked late, it makes up for what it missed within the second, as a task queue would.
        start = max(next_at, now - 1.0)
        wanted = int((now - start) / gap_s + 1e-9) + 1
        self._next_at = start + wanted * gap_s
        calls = placed(wanted, snapshot.calls_max)
        return Decision(calls=calls, reason=f"a call every {gap_s:.1f} s; placed {calls}", numbers={"wanted": wanted})

    def learn(self, observation: Observation) -> None:
        """Nothing is fed back."""


def _register(name: str, rule: Rule) -> None:
    register(name)(lambda settings: RulePolicy(name, rule, settings))


_register("wombat", wombat)
_register("genesys-progressive", genesys_progressive)
_register("asterisk-outbound", asterisk_outbound)
_register("sinch", sinch)
