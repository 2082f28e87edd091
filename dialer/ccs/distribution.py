"""Call distribution: the longest-idle agent for a call, the most urgent call for an agent."""

from collections.abc import Callable

from dialer.ccs.agents import Agent
from dialer.ccs.queue import CallQueue, QueuedCall
from dialer.ccs.roster import Roster


def agent_for(
    roster: Roster, skill_group: str, wanted: str = "", is_awaited: Callable[[str], bool] | None = None
) -> Agent | None:
    """The agent of the skill group for an answered call, or None when nobody is idle.

    The one who is wanted, where they are idle; else the one idle longest, passing over those who wait for a callback of
    their own as long as there is another: nobody is abandoned for a callback's sake.
    """
    group = roster.groups.get(skill_group)
    if group is None or not group.idle:
        return None
    if wanted in group.idle:
        return group.idle[wanted]
    longest = next(iter(group.idle.values()))
    if is_awaited is None:
        return longest
    return next((agent for name, agent in group.idle.items() if not is_awaited(name)), longest)


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
