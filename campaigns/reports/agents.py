"""Agents: when they were signed in, what they did with the time, and what they said of their calls."""

from collections import Counter, defaultdict
from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec

from campaigns.model import Outcome
from campaigns.reports.clock import group_of
from campaigns.reports.counting import rate
from campaigns.reports.model import (
    AgentRow,
    AgentTally,
    DispositionRow,
    Grouping,
    Key,
    ReportFilter,
)
from campaigns.reports.port import ReportStore

STATES = ("connecting", "paused", "idle", "previewing", "reserved", "talking", "acw")
AT_WORK = ("talking", "acw")
AVAILABLE = ("idle", "previewing", "reserved", "talking", "acw")

OwnName = Callable[[str], str]
"""An agent's id as their tenant has it, from the one in the attempts."""


class AgentsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Whose time and which calls."""

    tenant_id: int
    calls: ReportFilter
    grouping: Grouping | None
    """Hour or day; None for one row an agent."""


def agents(store: ReportStore, wanted: AgentsWanted, own_name: OwnName, zone: ZoneInfo) -> tuple[AgentRow, ...]:
    """Each agent's time and calls, over the whole period or by hour or day.

    An agent's time is theirs and of no campaign; the calls are those of the campaigns asked for.
    """
    times: defaultdict[tuple[str, str], list[AgentTally]] = defaultdict(list)
    for spent in store.tally_agents(wanted.tenant_id, wanted.calls.since, wanted.calls.until):
        times[spent.agent_id, _group(spent.quarter, wanted.grouping, zone)].append(spent)
    calls: Counter[tuple[str, str]] = Counter()
    for tally in store.tally(wanted.calls, (Key.AGENT, Key.QUARTER)):
        agent_id, quarter = str(tally.keys[0]), int(tally.keys[1])
        if agent_id and tally.outcome is Outcome.CONNECTED:
            calls[own_name(agent_id), _group(quarter, wanted.grouping, zone)] += tally.attempts
    return tuple(_row(key, times[key], calls[key]) for key in sorted(times.keys() | calls.keys()))


def dispositions(store: ReportStore, wanted: ReportFilter, own_name: OwnName) -> tuple[DispositionRow, ...]:
    """What each agent said of the calls they talked in, the most frequent first."""
    said: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for tally in store.tally(wanted, (Key.AGENT, Key.DISPOSITION)):
        agent_id, disposition = map(str, tally.keys)
        if agent_id and (tally.outcome is Outcome.CONNECTED or disposition):
            said[tally.campaign_id, own_name(agent_id)][disposition] += tally.attempts
    return tuple(
        DispositionRow(
            campaign_id=campaign_id,
            agent_id=agent_id,
            disposition=disposition,
            calls=calls,
            share_rate=calls / counted.total(),
        )
        for (campaign_id, agent_id), counted in sorted(said.items())
        for disposition, calls in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    )


def _group(quarter: int, grouping: Grouping | None, zone: ZoneInfo) -> str:
    return "" if grouping is None else group_of(quarter, grouping, zone)


def _row(key: tuple[str, str], tallies: list[AgentTally], calls: int) -> AgentRow:
    spent = {
        f"{state}_s": sum((tally.seconds for tally in tallies if tally.state == state), start=0.0) for state in STATES
    }
    entries: Counter[str] = Counter()
    for tally in tallies:
        entries[tally.state] += tally.entries
    return AgentRow(
        agent_id=key[0],
        group=key[1],
        first_at=min((tally.first_at for tally in tallies), default=None),
        last_at=max((tally.last_at for tally in tallies), default=None),
        signed_in_s=sum(spent.values()),
        **spent,
        pauses=entries["paused"],
        calls=calls,
        acw_mean_s=rate(spent["acw_s"], entries["acw"]),
        occupancy_rate=rate(
            sum(spent[f"{state}_s"] for state in AT_WORK), sum(spent[f"{state}_s"] for state in AVAILABLE)
        ),
    )
