"""What call records and intervals tell of the agents: how fast each one is, when they come, how they pause."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from dialer.model import AgentState
from simulation.calibration.reading import AgentInterval, CallRecord
from simulation.models.distributions import Floats

TALKS_MIN = 10
"""An agent with fewer conversations says nothing of how agents differ."""
SIGNIFICANCE = 0.005
DAY_S = 86_400.0
FIRST_WAIT_S = 60.0
"""Who begins within a minute of the day's start is on time."""


class Speeds(NamedTuple):
    """How agents differ."""

    cv: float
    """Coefficient of variation between agents; 0 where the differences may be chance."""
    by_agent: Mapping[str, float]
    """Each agent's own factor on talk and ACW, drawn towards 1 as far as it is uncertain; 1 for agents not in it."""

    def of(self, agent_id: str) -> float:
        """The factor of one agent."""
        return self.by_agent.get(agent_id, 1.0)


def speeds_of(calls: Sequence[CallRecord]) -> Speeds:
    """Agents' factors from the logarithms of their talk times: a one-way random-effects model by its moments."""
    logs: defaultdict[str, list[float]] = defaultdict(list)
    for call in calls:
        if call.agent_id and call.bridged_at is not None and call.ended_at is not None:
            logs[call.agent_id].append(math.log(max(call.ended_at - call.bridged_at, 1e-3)))
    groups = {agent_id: np.array(own) for agent_id, own in logs.items() if len(own) >= TALKS_MIN}
    if len(groups) < 2:
        return Speeds(0.0, {})
    if stats.f_oneway(*groups.values()).pvalue > SIGNIFICANCE:
        return Speeds(0.0, {})
    counts = np.array([own.size for own in groups.values()], dtype=float)
    means = np.array([own.mean() for own in groups.values()])
    within = sum(float(((own - own.mean()) ** 2).sum()) for own in groups.values()) / (counts.sum() - len(groups))
    grand = float((counts * means).sum() / counts.sum())
    between_square = float((counts * (means - grand) ** 2).sum()) / (len(groups) - 1)
    typical = (counts.sum() - (counts**2).sum() / counts.sum()) / (len(groups) - 1)
    between = max((between_square - within) / typical, 0.0)
    # The scenario's factors have mean 1, which is half a variance below in logarithms.
    shrunk = between / (between + within / counts) * (means - grand) - between / 2.0
    return Speeds(math.sqrt(math.expm1(between)), dict(zip(groups, np.exp(shrunk).tolist(), strict=True)))


class Pauses(NamedTuple):
    """Pauses of every kind, as if they came after calls."""

    probability: float
    """Pauses for each conversation."""
    durations_s: list[float]


def pauses_of(intervals: Sequence[AgentInterval]) -> Pauses:
    """How often and how long agents paused."""
    counts = Counter(one.state for one in intervals)
    talks = counts[AgentState.TALKING]
    found = [one.ended_at - one.started_at for one in intervals if one.state == AgentState.PAUSED]
    return Pauses(min(len(found) / talks, 1.0) if talks else 0.0, found)


def lateness_of(intervals: Sequence[AgentInterval], start_s: float) -> Floats:
    """How long after `start_s`, seconds of the day, each agent began on each day; 0 for those on time."""
    firsts: dict[tuple[str, int], float] = {}
    for one in intervals:
        key = (one.agent_id, int(one.started_at // DAY_S))
        firsts[key] = min(firsts.get(key, math.inf), one.started_at % DAY_S)
    late = np.array([first - start_s for first in firsts.values()])
    return np.where(late > FIRST_WAIT_S, late, 0.0)


def natural(agent_id: str) -> tuple[tuple[int, str], ...]:
    """The key that sorts agent-10 after agent-9."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", agent_id))
