"""Callbacks at work: asking for those whose agent is free, dialing them first, and keeping the agent for them."""

from campaigns.model import Lead
from dialer.ccs.roster import SkillGroup
from dialer.engine.connecting import awaits_callback
from dialer.engine.state import EngineState
from dialer.messages import ReserveCallbacks
from dialer.pds.callbacks import own_agent
from dialer.pds.calls import Call
from dialer.pds.tasks import CampaignWork

SOON_S = 20.0
"""An agent who has said that they will be free within this is soon free: a telephone rings about so long."""


def reserve_callbacks(state: EngineState, work: CampaignWork, group: SkillGroup, now: float) -> None:
    """Ask the store for the callbacks that could be dialed now."""
    agents, count = work.callbacks.to_reserve(lambda agent_id: is_free(state, group, agent_id, now))
    if count:
        state.commands.append(ReserveCallbacks(campaign_id=work.campaign_id, agents=agents, count=count))


def callbacks_to_dial(state: EngineState, work: CampaignWork, group: SkillGroup, now: float) -> tuple[Lead, ...]:
    """The reserved callbacks that may be dialed now, ahead of every other lead."""
    if not len(work.callbacks):
        return ()
    return tuple(work.callbacks.dialable(lambda agent_id: is_free(state, group, agent_id, now), now))


def note_awaited(state: EngineState, call: Call, now: float) -> None:
    """Remember on whom a callback counts, so that they are kept for it where somebody else can take other calls."""
    agent_id = own_agent(call.lead, now)
    if agent_id:
        state.awaited[agent_id] = call.call_id


def is_free(state: EngineState, group: SkillGroup, agent_id: str, now: float) -> bool:
    """Whether an agent is idle, or soon will be: in after-call work, or about to hang up by their own word.

    One who waits for a callback already, or is about to pause, is not.
    """
    if awaits_callback(state, agent_id):
        return False
    if agent_id in group.idle:
        return True
    if agent_id in group.leaving:
        return False
    promise = group.promises.get(agent_id)
    if promise is not None:
        return promise.free_at is None or promise.free_at <= now + SOON_S
    return agent_id in group.acw
