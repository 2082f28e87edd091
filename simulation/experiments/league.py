"""The league: every policy and opponent on the same customers at several team sizes, some at their best setting.

A fixed ratio, and the maximum level of VICIdial's adaptive modes, are chosen anew for every team, as an administrator
with hindsight would: the highest occupancy whose mean abandon rate stays under the cap.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from simulation.experiments.figures import ReplicationFigures
from simulation.experiments.intervals import Interval, paired_interval
from simulation.experiments.summary import Summary, summarise
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all

POLICIES = (
    "predictive",
    "adaptive",
    "ratio",
    "progressive",
    "erlang_c",
    "vicidial-ratio",
    "vicidial-hard-limit",
    "vicidial-average",
    "vicidial-tapered",
    "vicidial-hard-limit-tuned",
    "vicidial-average-tuned",
    "vicidial-tapered-tuned",
    "issabel",
    "issabel-overcommit",
    "webitel",
    "pi-controller",
    "cxbridge",
    "dialflow",
    "dialeros",
    "wombat",
    "genesys-progressive",
    "sinch",
    "asterisk-outbound",
    "exact-optimum",
    "clairvoyant",
)
SIZES_MAX = {"exact-optimum": 10, "clairvoyant": 20}
"""The bounds are left out above these team sizes: they take minutes to solve."""
TUNED = frozenset({"ratio", "vicidial-hard-limit-tuned", "vicidial-average-tuned", "vicidial-tapered-tuned"})
LIKE_RATIO = frozenset({"wombat", "genesys-progressive", "dialeros"})
"""Fixed numbers of calls per idle agent under other names: set to what was found best for `ratio`."""
LADDER = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0)
"""Settings that are tried."""
RATIO_BY_ROOT = 0.6
"""About the best fixed ratio over the root of the team's size: idle agents wait in proportion to it."""
TUNING_REPLICATIONS = 2
AGENT_HOURS = 100.0
HOURS_MAX, HOURS_MIN = 8.0, 0.5
WHOLE_DAY_AGENTS = 20
"""Teams up to this size play whole days: their abandon account needs the room."""
WARMUP_SHARE_MAX = 1 / 3

Runner = Callable[[Sequence[Scenario], int], list[list[ReplicationFigures]]]
"""Runs variants with so many replications each."""


class Entry(NamedTuple):
    """One policy with one team."""

    policy: str
    agents: int
    summary: Summary
    setting: float | None
    """The ratio or level that was chosen; None for policies that need none."""
    ahead: Interval | None
    """Occupancy above the reference's, in pairs that met the same customers."""


def sized(given: Scenario, agents: int, hours: float | None = None) -> Scenario:
    """The scenario with so many agents, and a day whose length suits them unless `hours` says otherwise."""
    hours = day_hours(agents) if hours is None else hours
    warmup_s = min(given.day.warmup_s, WARMUP_SHARE_MAX * hours * 3600.0)
    return override_all(given, [("agents.0.count", agents), ("day.hours", hours), ("day.warmup_s", warmup_s)])


def day_hours(agents: int) -> float:
    """Hours of a day: eight for small teams, and a hundred agent-hours for larger ones, half an hour at least."""
    return HOURS_MAX if agents <= WHOLE_DAY_AGENTS else max(HOURS_MIN, AGENT_HOURS / agents)


def play(
    base: Scenario, policies: Sequence[str], replications: int, run: Runner, from_settings: dict[str, float]
) -> list[Entry]:
    """All policies with the scenario's team.

    Args:
        base: the scenario.
        policies: what plays; the first is the reference of the differences.
        replications: independent runs of each.
        run: runs variants; a policy with fewer runs than asked for is left out.
        from_settings: where the search for each tuned policy's setting begins, if a smaller team has played; set to
            what was found.
    """
    agents = base.agents[0].count
    own = [policy for policy in policies if agents <= SIZES_MAX.get(policy, agents)]
    if not LIKE_RATIO.isdisjoint(own) or "ratio" in own:
        from_settings["ratio"] = _best_setting(base, "ratio", run, from_settings.get("ratio"))
    for policy in own:
        if policy in TUNED - {"ratio"}:
            from_settings[policy] = _best_setting(base, policy, run, from_settings.get(policy))
    settings = {policy: from_settings.get("ratio" if policy in LIKE_RATIO else policy) for policy in own}
    variants = [variant_of(base, policy, settings[policy]) for policy in own]
    summaries = [
        summarise(policy, figures, base.campaigns[0].pacing.abandon_rate_max)
        for policy, figures in zip(own, run(variants, replications), strict=True)
        if len(figures) == replications
    ]
    reference = next((one.values["occupancy"] for one in summaries if one.name == policies[0]), None)
    return [
        Entry(
            one.name,
            agents,
            one,
            settings[one.name],
            paired_interval(reference, one.values["occupancy"])
            if reference is not None and one.name != policies[0]
            else None,
        )
        for one in summaries
    ]


def variant_of(base: Scenario, policy: str, setting: float | None) -> Scenario:
    """The scenario paced by a policy; `setting` is its ratio or level."""
    changes: list[tuple[str, object]] = [("pacing.policy", policy)]
    if setting is not None:
        changes.append(("pacing.ratio", setting))
    if policy == "ratio":
        # Without its own fall back at the cap a fixed ratio is what its name says.
        changes.append(("pacing.abandon_rate_max", 1.0))
    return override_all(base, changes)


def _best_setting(base: Scenario, policy: str, run: Runner, start: float | None) -> float:
    """The rung of the ladder with the highest occupancy under the cap.

    The search begins at `start`, or where theory expects a fixed ratio, and goes up while that is better; where even
    the beginning abandons too much it goes down until nothing is wrong.
    """
    agents = base.agents[0].count
    count = TUNING_REPLICATIONS if agents <= WHOLE_DAY_AGENTS else 1
    expected = RATIO_BY_ROOT * math.sqrt(agents) if start is None else start
    first = min(range(len(LADDER)), key=lambda rung: abs(LADDER[rung] - expected))

    def occupancy_at(rung: int) -> float | None:
        """None over the cap, or where nothing was run."""
        (figures,) = run([variant_of(base, policy, LADDER[rung])], count)
        if not figures:
            return None
        summary = summarise(policy, figures, base.campaigns[0].pacing.abandon_rate_max)
        occupancy, rate = summary.metrics["occupancy"], summary.metrics["abandon_rate"]
        is_over = rate is not None and rate.mean > summary.cap
        return None if is_over or occupancy is None else occupancy.mean

    best, highest = first, occupancy_at(first)
    while highest is None and best > 0:
        best -= 1
        highest = occupancy_at(best)
    if best < first:
        return LADDER[best]
    for rung in range(first + 1, len(LADDER)):
        found = occupancy_at(rung)
        if found is None or highest is None or found <= highest:
            break
        best, highest = rung, found
    return LADDER[best]
