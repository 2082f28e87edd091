"""Call distribution: the longest-idle agent for a call, the most urgent call for an agent."""

from dialer.ccs.agents import Agent
from dialer.ccs.queue import CallQueue, QueuedCall
from dialer.ccs.roster import Roster


def agent_for(roster: Roster, skill_group: str) -> Agent | None:
    """The agent of the skill group who has been idle longest, or None when nobody is."""
    group = roster.groups.get(skill_group)
    if group is None:
        return None
    return next(iter(group.idle.values()), None)


def call_for(queue: CallQueue, agent: Agent, now: float) -> QueuedCall | None:
    """The waiting call that an idle agent should take: highest campaign priority, then first come."""
    if not len(queue):
        return None
    best: QueuedCall | None = None
    for name in agent.skill_groups:
        call = queue.first(name, now)
        if call is not None and (best is None or (-call.priority, call.order) < (-best.priority, best.order)):
            best = call
    return best
