"""Joining answered calls and agents: reserve, bridge, give up a bridge, serve whoever waits."""

from campaigns.model import Campaign, Lead
from campaigns.terms import RecordingMode
from dialer.ccs.agents import Agent, AgentTrigger
from dialer.ccs.distribution import agent_for, call_for
from dialer.engine import guests
from dialer.engine.state import EngineState
from dialer.messages import BridgeCall, CallBridged
from dialer.model import AgentState, CallState, ScreenPop
from dialer.pds.callbacks import own_agent
from dialer.pds.calls import IN_FLIGHT, Call, CallTrigger, advance
from pacing.model import AnswerObserved


def seek_agent(state: EngineState, call: Call, now: float) -> bool:
    """Reserve whoever dialed a call, or the longest-idle agent, and ask for the bridge; False when nobody is idle."""
    if call.call_id in state.previewed:
        bridge(state, call, take_previewer(state, call), now)
        return True
    named = agent_for(state.roster, call.skill_group) if call.skill_group else None
    if named is not None:
        # By the menu's key. Pacing has counted the call for the campaign's own group, which is what it falls back on.
        bridge(state, call, named, now)
        return True
    group = state.campaign_of(call).skill_group
    if state.awaited:
        wanted = own_agent(call.lead, call.placed_at)
        agent = agent_for(state.roster, group, wanted, lambda name: awaits_callback(state, name))
    else:
        agent = agent_for(state.roster, group)
    if agent is None:
        return False
    bridge(state, call, agent, now)
    return True


def awaits_callback(state: EngineState, agent_id: str) -> bool:
    """Whether a callback of the agent's own is on its way to them."""
    call = state.calls.get(state.awaited.get(agent_id, ""))
    return call is not None and (call.state in IN_FLIGHT or call.state in (CallState.DETECTING, CallState.MENU))


def enqueue(state: EngineState, call: Call) -> None:
    """Let a call in state QUEUED wait for the next agent."""
    campaign = state.campaign_of(call)
    state.queue.add(call.call_id, campaign.skill_group, campaign.priority, call.deadline)


def bridge(state: EngineState, call: Call, agent: Agent, now: float) -> None:
    """Reserve this agent for this call and ask for the bridge, in one step."""
    work = state.work_of(call)
    campaign = work.campaign
    advance(call, CallTrigger.BRIDGE)
    call.agent_id = agent.agent_id
    agent.attempt_id = call.call_id
    agent.campaign_id = campaign.campaign_id
    agent.acw_s_max = campaign.acw_s_max
    agent.screen = screen_of(campaign, call.lead, call.call_id)
    state.roster.move(agent, AgentTrigger.RESERVE, now)
    is_recorded = campaign.recording is RecordingMode.ALL
    state.commands.append(BridgeCall(call_id=call.call_id, leg_id=agent.leg_id, is_recorded=is_recorded))
    state.show(agent)
    gives_up_at = now + state.settings.bridge_timeout_s
    if call.bridged_at is not None or gives_up_at < call.deadline:
        # Otherwise the answer's own timer comes first and does the same.
        state.set_timer(f"bridge:{call.call_id}", gives_up_at)


def screen_of(campaign: Campaign, lead: Lead, attempt_id: str) -> ScreenPop:
    """What an agent is shown of a lead, and of the attempt at it."""
    return ScreenPop(
        attempt_id=attempt_id,
        campaign_id=campaign.campaign_id,
        campaign_name=campaign.name,
        lead_id=lead.lead_id,
        name=lead.name,
        number=lead.number,
        attributes=shown_of(campaign, lead),
    )


def shown_of(campaign: Campaign, lead: Lead) -> dict[str, str]:
    """The attributes of a lead that an agent sees, in the campaign's order; all where it names none."""
    if not campaign.screen_fields:
        return lead.attributes
    return {name: lead.attributes[name] for name in campaign.screen_fields if name in lead.attributes}


def on_call_bridged(state: EngineState, event: CallBridged, now: float) -> None:
    """Audio flows: the agent talks."""
    call = state.calls.get(event.call_id)
    agent = state.roster.legs.get(event.leg_id)
    if call is None or agent is None or call.state is not CallState.BRIDGING or call.agent_id != agent.agent_id:
        state.counters.count("bridges_out_of_place")
        return
    advance(call, CallTrigger.BRIDGED)
    state.roster.move(agent, AgentTrigger.BRIDGE, now)
    call.bridged_agent_id = agent.agent_id
    if call.bridged_at is None:
        call.bridged_at = now
        waited_s = now - call.waited_from
        state.work_of(call).learn(AnswerObserved(at=now, abandoned=False, waited_s=waited_s, risk=call.risk))
    state.show(agent)
    if state.guests:
        guests.bridged(state, agent.agent_id)


def take_previewer(state: EngineState, call: Call) -> Agent:
    """Untie a call from the agent who dialed it from a preview."""
    agent = state.roster.agents[state.previewed.pop(call.call_id)]
    agent.preview = None
    return agent


def end_preview(state: EngineState, agent: Agent, error: str, now: float) -> None:
    """The lead is off the agent's hands; whoever asked to dial it hears why it was not, where nobody has heard yet."""
    assert agent.preview is not None, f"agent {agent.agent_id} looks at no lead"
    state.answer(agent.preview.request_id, error)
    agent.preview = None
    release_agent(state, agent, now)


def preview_failed(state: EngineState, call: Call, error: str, now: float) -> None:
    """A call reaches nobody; the agent who dialed it, if any waits for it, is idle again."""
    agent_id = state.previewed.pop(call.call_id, "")
    if agent_id:
        end_preview(state, state.roster.agents[agent_id], error, now)


def reserved_agent(state: EngineState, call: Call) -> Agent:
    """Take the reserved agent off a call; `release_agent` or `let_go` of them."""
    agent = state.roster.agents[call.agent_id]
    call.agent_id = ""
    return agent


def release_agent(state: EngineState, agent: Agent, now: float) -> None:
    """Let go of an agent whose call will not be bridged to them; they become idle and take the next one, or pause."""
    let_go(state, agent, now)
    if agent.state is AgentState.IDLE:
        serve(state, agent, now)


def let_go(state: EngineState, agent: Agent, now: float) -> None:
    """Take an agent's call from their screen; they become idle, or pause, and are not yet given another."""
    agent.attempt_id = ""
    agent.screen = None
    # At the end of the line on purpose: where the fault is the agent's own leg, the next call goes to somebody else.
    state.roster.move(agent, AgentTrigger.RELEASE, now)
    if agent.wants_pause:
        pause(state, agent, now)
    else:
        state.show(agent)


def pause(state: EngineState, agent: Agent, now: float) -> None:
    """Carry out the pause that an agent has asked for."""
    agent.wants_pause = False
    state.roster.move(agent, AgentTrigger.PAUSE, now)
    state.show(agent)


def serve(state: EngineState, agent: Agent, now: float) -> None:
    """Give an idle agent the most urgent call that waits, if any."""
    assert agent.state is AgentState.IDLE, f"agent {agent.agent_id} is {agent.state}, not idle"
    waiting = call_for(state.queue, agent, now)
    if waiting is not None:
        state.queue.remove(waiting.call_id)
        bridge(state, state.calls[waiting.call_id], agent, now)
