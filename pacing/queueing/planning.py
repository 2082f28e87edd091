"""Staffing questions answered by Erlang's formulas: agents for a load, calls per second for a team."""

import msgspec

from pacing.queueing.erlang import waits_longer

AGENTS_MAX = 100_000
BISECTIONS = 60


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a team can be given under Erlang C, without looking at its state from moment to moment."""

    agents: int
    answers_per_s: float
    """Calls answered by a person that the team can take per second."""
    dials_per_s: float
    occupancy: float
    """(talk + ACW) / staffed time, 0..1."""
    waits_longer_probability: float
    """Share of people who would wait longer than the limit."""


def agents_needed(answers_per_s: float, handling_s: float, *, wait_s: float, late_max: float) -> int:
    """The fewest agents with which at most `late_max` of those who answer wait longer than `wait_s`.

    Args:
        answers_per_s: calls answered by a person, per second.
        handling_s: mean talk plus ACW.
        wait_s: how long a person may wait.
        late_max: share that may wait longer, 0..1.

    Raises:
        ValueError: more than `AGENTS_MAX` would be needed.
    """
    _check_late_max(late_max)
    load = answers_per_s * handling_s
    low, high = 0, 1
    while high <= int(load) or waits_longer(high, load, handling_s, wait_s) > late_max:
        low, high = high, 2 * high
        if low > AGENTS_MAX:
            raise ValueError(f"a load of {load:.0f} erlangs needs more than {AGENTS_MAX} agents")
    while high - low > 1:
        middle = (low + high) // 2
        if waits_longer(middle, load, handling_s, wait_s) <= late_max:
            high = middle
        else:
            low = middle
    return high


def plan_for_agents(
    agents: int, handling_s: float, answer_rate: float, *, wait_s: float = 2.0, late_max: float = 0.03
) -> Plan:
    """The highest constant dialing rate at which at most `late_max` of those who answer wait longer than `wait_s`.

    This is open-loop pacing. A policy that looks at the floor does far better with the same team, above all a small
    one: see docs/concepts/pacing.md.
    """
    _check_late_max(late_max)
    if agents < 1 or handling_s <= 0.0 or not 0.0 < answer_rate <= 1.0:
        raise ValueError("need agents >= 1, handling_s > 0 and 0 < answer_rate <= 1")
    low, high = 0.0, float(agents)
    for _ in range(BISECTIONS):
        load = (low + high) / 2
        if waits_longer(agents, load, handling_s, wait_s) <= late_max:
            low = load
        else:
            high = load
    return Plan(
        agents=agents,
        answers_per_s=low / handling_s,
        dials_per_s=low / handling_s / answer_rate,
        occupancy=low / agents,
        waits_longer_probability=waits_longer(agents, low, handling_s, wait_s),
    )


def _check_late_max(late_max: float) -> None:
    if not 0.0 < late_max < 1.0:
        raise ValueError(f"late_max is a share between 0 and 1, not {late_max}")
