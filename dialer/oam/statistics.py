"""Assembling the live statistics from what the rooms report."""

from collections.abc import Iterable

from dialer.model import AgentState, AgentView, CampaignView, Statistics


def statistics(
    *,
    now: float,
    started_at: float,
    agents: Iterable[AgentView],
    campaigns: Iterable[CampaignView],
    occupancy: float | None,
    events: int,
    counters: dict[str, int],
) -> Statistics:
    """The engine at one moment; every agent state is named, also where nobody is in it."""
    listed = tuple(agents)
    by_state = {str(state): 0 for state in AgentState}
    for agent in listed:
        by_state[agent.state] += 1
    return Statistics(
        now=now,
        started_at=started_at,
        agents=listed,
        agents_by_state=by_state,
        occupancy=occupancy,
        campaigns=tuple(campaigns),
        events=events,
        counters=counters,
    )
