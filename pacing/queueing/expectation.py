"""What to expect for a team of N: occupancy and calls per hour under each manner of pacing.

work = Work(answer_rate=0.3, talk_s=120.0, acw_s=15.0)
predictive(20, work).occupancy          # as measured, 0.88
progressive(20, work).occupancy         # 0.68
"""

import math

import msgspec
import numpy as np

from pacing.queueing.erlang import erlang_b
from pacing.queueing.planning import plan_for_agents

MEASURED_OCCUPANCY = {5: 0.776, 10: 0.835, 20: 0.886, 50: 0.936, 100: 0.963, 300: 0.988}
"""Occupancy of `predictive` by agents, in ten-hour days of the simulator's base scenario at a cap of 3 %, the end told
and the first hour left out: `dialer simulate proof --case stationary --agents N` (18 / 9 / 6 / 2 / 1 days, one hour of
300 agents); larger teams are carried on from the largest."""
BASE_ANSWER_RATE = 0.3
BASE_RING_S = 14.0
BASE_HANDLING_S = 135.0
IDLE_BY_ABANDON_RATE = {0.001: 1.74, 0.005: 1.42, 0.01: 1.28, 0.02: 1.11, 0.03: 1.0, 0.05: 0.86}
"""Idle time at a cap over that at 3 %: measured with 20 agents; with 5 a little less apart, with 100 a little more."""
LINES_BLOCKED_MAX = 0.001
HOUR_S = 3600.0


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """The calls that a team is to make."""

    answer_rate: float
    """Share of calls that a person answers, 0..1."""
    talk_s: float
    acw_s: float
    ring_s: float = BASE_RING_S
    """Mean time from placing a call to a person's answer."""
    unanswered_s: float = 22.0
    """Mean time that a call lasts which no person answers."""
    answer_limit_s: float = 2.0
    abandon_rate_max: float = 0.03

    def __post_init__(self) -> None:
        if not 0.0 < self.answer_rate <= 1.0:
            raise ValueError(f"answer_rate is a share above 0 and at most 1, not {self.answer_rate:g}")
        if not 0.0 < self.abandon_rate_max < 1.0:
            raise ValueError(f"abandon_rate_max is a share between 0 and 1, not {self.abandon_rate_max:g}")
        for name in ("talk_s", "ring_s"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} is a time in seconds above 0, not {getattr(self, name):g}")
        for name in ("acw_s", "unanswered_s", "answer_limit_s"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is a time in seconds, 0 or more, not {getattr(self, name):g}")

    @property
    def handling_s(self) -> float:
        """Talk plus ACW: how long a conversation occupies an agent."""
        return self.talk_s + self.acw_s

    @property
    def flight_s(self) -> float:
        """Mean time that a call is in flight."""
        return self.answer_rate * self.ring_s + (1.0 - self.answer_rate) * self.unanswered_s


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What a team gets out of an hour."""

    agents: int
    occupancy: float
    """(talk + ACW) / staffed time, 0..1."""
    wait_s: float
    """Mean time that an agent waits for the next conversation."""
    conversations_per_hour: float
    """Of the whole team."""
    dials_per_hour: float
    talk_min_per_hour: float
    """Minutes that an agent talks in an hour."""
    lines: int
    """Channels towards the carrier with which at most one call in a thousand finds none (Erlang B)."""


def progressive(agents: int, work: Work) -> Expectation:
    """One call per idle agent, one after the other until somebody answers; nobody is ever abandoned."""
    misses = (1.0 - work.answer_rate) / work.answer_rate
    wait_s = work.ring_s + misses * work.unanswered_s
    return _expectation(agents, work, work.handling_s / (work.handling_s + wait_s), 0.0)


def constant_rate(agents: int, work: Work) -> Expectation:
    """The highest constant rate at which at most `abandon_rate_max` wait longer than the answer limit (Erlang C)."""
    plan = plan_for_agents(
        agents, work.handling_s, work.answer_rate, wait_s=work.answer_limit_s, late_max=work.abandon_rate_max
    )
    return _expectation(agents, work, plan.occupancy, work.abandon_rate_max)


def ceiling(agents: int, work: Work) -> Expectation:
    """About the best that any policy reaches which knows elapsed times and not the future.

    idle = (7.8 - 4p) (L/14)^1/4 / sqrt(N (T + W)) - g / (T + W), fitted to simulations of a chance-constrained policy
    within 0.6 points for 10 to 300 agents; 2.5 points too low with 5.
    """
    return _expectation(
        agents, work, max(1.0 - _fitted_idle(agents, work), _floor(agents, work)), work.abandon_rate_max
    )


def predictive(agents: int, work: Work) -> Expectation:
    """What `predictive` gives: its measured idle time in the base case, carried over to this work by the fit."""
    base = Work(answer_rate=BASE_ANSWER_RATE, talk_s=120.0, acw_s=BASE_HANDLING_S - 120.0)
    sizes = np.log(list(MEASURED_OCCUPANCY))
    excess = [(1.0 - occupancy) / _fitted_idle(size, base) for size, occupancy in MEASURED_OCCUPANCY.items()]
    idle = _fitted_idle(agents, work) * float(np.interp(math.log(agents), sizes, excess))
    return _expectation(agents, work, max(1.0 - idle, _floor(agents, work)), work.abandon_rate_max)


def agents_for(conversations_per_hour: float, work: Work) -> int:
    """The fewest agents with whom `predictive` brings so many conversations.

    Raises:
        ValueError: the rate is not above 0, or asks for more than 100,000 agents.
    """
    if not 0.0 < conversations_per_hour * work.handling_s <= 100_000 * HOUR_S:
        raise ValueError(f"{conversations_per_hour:g} conversations an hour are none, or need more than 100000 agents")
    low, high = 0, 1
    while predictive(high, work).conversations_per_hour < conversations_per_hour:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if predictive(middle, work).conversations_per_hour < conversations_per_hour:
            low = middle
        else:
            high = middle
    return high


def lines_needed(load: float, blocked_max: float = LINES_BLOCKED_MAX) -> int:
    """The fewest lines that carry a load of so many erlangs with at most that share blocked (Erlang B)."""
    lines = max(1, int(load))
    while erlang_b(lines, load) > blocked_max:
        lines += max(1, int(math.sqrt(load) / 10))
    while lines > 1 and erlang_b(lines - 1, load) <= blocked_max:
        lines -= 1
    return lines


def _fitted_idle(agents: int, work: Work) -> float:
    if agents < 1:
        raise ValueError(f"a team has at least one agent, not {agents}")
    spread = (7.8 - 4.0 * work.answer_rate) * (work.ring_s / BASE_RING_S) ** 0.25
    idle = spread / math.sqrt(agents * work.handling_s) - work.answer_limit_s / work.handling_s
    rates = np.log(list(IDLE_BY_ABANDON_RATE))
    factor: float = float(np.interp(math.log(work.abandon_rate_max), rates, list(IDLE_BY_ABANDON_RATE.values())))
    return float(max(idle, 0.0) * factor)


def _floor(agents: int, work: Work) -> float:
    """The occupancy that one call per idle agent gives: nothing that works is below it."""
    return progressive(agents, work).occupancy


def _expectation(agents: int, work: Work, occupancy: float, abandon_rate: float) -> Expectation:
    conversations = agents * occupancy * HOUR_S / work.handling_s
    dials = conversations / (1.0 - abandon_rate) / work.answer_rate
    return Expectation(
        agents=agents,
        occupancy=occupancy,
        wait_s=(1.0 - occupancy) * work.handling_s / occupancy,
        conversations_per_hour=conversations,
        dials_per_hour=dials,
        talk_min_per_hour=60.0 * occupancy * work.talk_s / work.handling_s,
        lines=lines_needed(dials * work.flight_s / HOUR_S + conversations * work.talk_s / HOUR_S),
    )
