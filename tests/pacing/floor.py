"""A small simulated floor for closed-loop tests of policies, which knows nothing of the dialer."""

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pacing.model import (
    AbandonBudget,
    AcwObserved,
    AnswerObserved,
    CallInFlight,
    CallObserved,
    CallResult,
    Decision,
    Snapshot,
    TalkObserved,
)
from pacing.policy import Policy

GRACE_S = 2.0
RING_TIMEOUT_S = 28.0


@dataclass
class Floor:
    """Agents, calls and answers, event by event; answers after 14 s, talk 120 s, ACW 15 s on average."""

    policy: Policy
    agents: int
    seed: int
    answer_rate: Callable[[float], float] = lambda now: 0.3
    calls_max: Callable[[float], int] = lambda now: 500
    agents_at: Callable[[float], int] | None = None
    answered: int = 0
    abandoned: int = 0
    busy_s: float = 0.0
    staffed_s: float = 0.0
    decisions: list[tuple[float, Decision]] = field(default_factory=list)
    outcomes: list[tuple[float, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.idle = self.agents
        self.talking: dict[int, float] = {}
        self.acw: dict[int, float] = {}
        self.calls: dict[str, CallInFlight] = {}
        self.waiting: list[tuple[int, float]] = []
        self.events: list[tuple[float, int, str, object]] = []
        self.numbers = itertools.count()

    def run(self, until: float) -> None:
        now = 0.0
        self.post(0.0, "tick", None)
        while self.events:
            at, _, kind, what = heapq.heappop(self.events)
            if at > until:
                return
            self.busy_s += (at - now) * (len(self.talking) + len(self.acw))
            self.staffed_s += (at - now) * (self.idle + len(self.talking) + len(self.acw))
            now = at
            getattr(self, f"on_{kind}")(now, what)
            self.match(now)
            self.pace(now)

    def post(self, at: float, kind: str, what: object) -> None:
        heapq.heappush(self.events, (at, next(self.numbers), kind, what))

    def on_tick(self, now: float, what: object) -> None:
        self.post(now + 2.0, "tick", None)
        if self.agents_at is not None:
            staffed = self.idle + len(self.talking) + len(self.acw)
            leaving = min(staffed - self.agents_at(now), staffed)
            for _ in range(max(leaving, 0)):
                if self.idle:
                    self.idle -= 1
                elif self.acw:
                    self.acw.popitem()
                else:
                    self.talking.popitem()
            self.idle += max(-leaving, 0)

    def on_end(self, now: float, what: tuple[str, CallResult]) -> None:
        call_id, result = what
        call = self.calls.pop(call_id, None)
        if call is None:
            return
        self.policy.learn(CallObserved(at=now, result=result, duration_s=now - call.placed_at))
        if result is CallResult.ANSWERED:
            self.answered += 1
            number = next(self.numbers)
            self.waiting.append((number, now))
            self.post(now + GRACE_S, "patience", number)

    def on_patience(self, now: float, number: int) -> None:
        if any(waiting == number for waiting, _ in self.waiting):
            self.waiting = [each for each in self.waiting if each[0] != number]
            self.abandoned += 1
            self.outcomes.append((now, True))
            self.policy.learn(AnswerObserved(at=now, abandoned=True, waited_s=GRACE_S))

    def on_talk_end(self, now: float, agent: int) -> None:
        started = self.talking.pop(agent, None)
        if started is not None:
            self.policy.learn(TalkObserved(at=now, duration_s=now - started))
            self.acw[agent] = now
            self.post(now + self.rng.lognormal(2.6, 0.47), "acw_end", agent)

    def on_acw_end(self, now: float, agent: int) -> None:
        started = self.acw.pop(agent, None)
        if started is not None:
            self.policy.learn(AcwObserved(at=now, duration_s=now - started))
            self.idle += 1

    def match(self, now: float) -> None:
        while self.idle and self.waiting:
            _, since = self.waiting.pop(0)
            self.idle -= 1
            agent = next(self.numbers)
            self.talking[agent] = now
            self.outcomes.append((now, False))
            self.policy.learn(AnswerObserved(at=now, abandoned=False, waited_s=now - since))
            self.post(now + self.rng.lognormal(math.log(120.0) - 0.347, 0.833), "talk_end", agent)

    def pace(self, now: float) -> None:
        decision = self.policy.decide(
            Snapshot(
                now=now,
                idle_agents=self.idle,
                talking_since=tuple(self.talking.values()),
                acw_since=tuple(self.acw.values()),
                calls=tuple(self.calls.values()),
                queued_calls=len(self.waiting),
                calls_max=self.calls_max(now),
                answer_limit_s=GRACE_S,
                ring_timeout_s=RING_TIMEOUT_S,
                budget=AbandonBudget(rate_max=0.03, answered=self.answered, abandoned=self.abandoned),
            )
        )
        self.decisions.append((now, decision))
        for _ in range(decision.calls):
            call_id = str(next(self.numbers))
            self.calls[call_id] = CallInFlight(call_id=call_id, placed_at=now)
            if self.rng.random() < self.answer_rate(now):
                ring_s = min(self.rng.lognormal(math.log(14.0) - 0.11, 0.472), RING_TIMEOUT_S - 0.1)
                self.post(now + ring_s, "end", (call_id, CallResult.ANSWERED))
            elif self.rng.random() < 0.2:
                self.post(now + self.rng.uniform(2.0, 6.0), "end", (call_id, CallResult.FAILED))
            else:
                self.post(now + RING_TIMEOUT_S, "end", (call_id, CallResult.NO_ANSWER))

    @property
    def occupancy(self) -> float:
        return self.busy_s / self.staffed_s
