"""What each agent does on a day apart from calls: arrives, takes breaks, leaves, and works at a personal speed."""

import math
from typing import NamedTuple

import numpy as np

from simulation.models.streams import Stream, generator
from simulation.models.timelines import Timeline
from simulation.scenario.checks import seconds_of_day
from simulation.scenario.model import Agents, MassLogOff


class Absence(NamedTuple):
    """A planned break, Unix seconds."""

    starts_at: float
    duration_s: float


class Presence(NamedTuple):
    """A stretch for which an agent is logged in, Unix seconds."""

    starts_at: float
    ends_at: float


class AgentPlan(NamedTuple):
    """One agent's day."""

    agent_id: str
    skill_groups: tuple[str, ...]
    presences: tuple[Presence, ...]
    breaks: tuple[Absence, ...]
    speed: float
    """Multiplies talk and ACW; 1 is average."""
    talk_hint_s: float | None = None
    tells_acw: bool = False


class UnplannedPauses:
    """Pauses that agents take after calls without anybody having planned them."""

    def __init__(self, group: Agents, probability: Timeline, factor: Timeline, seed: int, key: tuple[int, ...]) -> None:
        """`probability` of a pause after a call and `factor` on its length, over time; `key` is (group, agent, day)."""
        self._group = group
        self._probability = probability
        self._factor = factor
        self._rng = generator(seed, Stream.BREAK, *key)

    def after_call(self, now: float) -> float | None:
        """Seconds of pause after the call just taken; None for no pause."""
        chance, length = self._rng.random(2)
        if chance >= self._probability.at(now):
            return None
        return float(self._group.pause.quantile(np.array([length]))[0]) * self._factor.at(now)


def plan_agents(group: Agents, number: int, midnight: float, day: Presence, seed: int) -> list[AgentPlan]:
    """The plans of group `number` of a scenario for the day that begins at `midnight`.

    The speed of an agent is the same every day; lateness is drawn anew.
    """
    count = group.count
    day_number = int(midnight // 86_400)
    lateness = group.late.sample(generator(seed, Stream.AGENT, number, 0, day_number), count)
    speeds = _speeds(group, generator(seed, Stream.AGENT, number, 1))
    leaving = _leaving(group, generator(seed, Stream.MASS_LOG_OFF, number, day_number))
    starts_at = day.starts_at if group.log_in is None else midnight + seconds_of_day(group.log_in)
    ends_at = day.ends_at if group.log_out is None else midnight + seconds_of_day(group.log_out)
    plans = []
    for index in range(count):
        breaks = tuple(
            Absence(midnight + seconds_of_day(each.at) + each.spread_s * index / count, each.duration_s)
            for each in group.breaks
        )
        presence = Presence(starts_at + float(lateness[index]), min(ends_at, day.ends_at))
        presences = _presences(presence, leaving[index], midnight)
        plans.append(
            AgentPlan(
                f"agent-{number + 1}-{index + 1}",
                group.skill_groups,
                presences,
                breaks,
                float(speeds[index]),
                group.talk_hint_s,
                group.tells_acw,
            )
        )
    return plans


def _speeds(group: Agents, rng: np.random.Generator) -> np.ndarray:
    if group.speeds:
        return np.resize(np.array(group.speeds), group.count)
    if group.speed_cv == 0.0:
        return np.ones(group.count)
    sigma = math.sqrt(math.log1p(group.speed_cv**2))
    return np.exp(rng.normal(-(sigma**2) / 2.0, sigma, group.count))


def _leaving(group: Agents, rng: np.random.Generator) -> list[list[MassLogOff]]:
    """For every agent the mass log-offs that include them."""
    chosen: list[list[MassLogOff]] = [[] for _ in range(group.count)]
    for log_off in group.mass_log_offs:
        for index in rng.permutation(group.count)[: round(log_off.share * group.count)]:
            chosen[int(index)].append(log_off)
    return chosen


def _presences(whole: Presence, log_offs: list[MassLogOff], midnight: float) -> tuple[Presence, ...]:
    """The stretches of one shift between log-offs, in order; an agent too late for the shift has none."""
    parts = []
    starts_at: float | None = whole.starts_at
    for log_off in sorted(log_offs, key=lambda each: each.at):
        gone_at = midnight + seconds_of_day(log_off.at)
        if starts_at is not None and starts_at < gone_at < whole.ends_at:
            parts.append(Presence(starts_at, gone_at))
            starts_at = None if log_off.back_at is None else midnight + seconds_of_day(log_off.back_at)
    if starts_at is not None and starts_at < whole.ends_at:
        parts.append(Presence(starts_at, whole.ends_at))
    return tuple(parts)
