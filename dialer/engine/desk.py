"""What agents do at their desks: log in, go ready, pause, hang up, log out. Every request gets one answer."""

from campaigns.model import Outcome
from dialer.ccs.agents import Agent
from dialer.engine.acw import become_idle, begin_acw, end_acw
from dialer.engine.connecting import pause
from dialer.engine.ending import hang_up
from dialer.engine.legs import agent_left, leg_route, open_leg
from dialer.engine.state import EngineState
from dialer.messages import (
    AgentHinted,
    AgentHungUp,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentWentReady,
    CloseLeg,
)
from dialer.model import AgentState
from pacing.model import Promise

FREE_IN_S_MAX = 3600.0
"""A hint that reaches further ahead says nothing about calls placed now."""


def on_agent_logged_in(state: EngineState, event: AgentLoggedIn, now: float) -> None:
    """Open the agent's leg; the agent is paused once it is up."""
    error = _login_error(state, event)
    if error:
        state.answer(event.request_id, error)
        return
    route = leg_route(state, event.address, now)
    if isinstance(route, str):
        state.answer(event.request_id, route)
        return
    agent = state.roster.log_in(event.agent_id, event.skill_groups, event.address, now)
    open_leg(state, agent.leg_id, agent.agent_id, event.address, route, now)
    state.show(agent)
    state.answer(event.request_id)


def on_agent_went_ready(state: EngineState, event: AgentWentReady, now: float) -> None:
    """The agent wants calls; ends after-call work, takes back a pause asked for."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, _not_logged_in(event.agent_id))
        return
    if agent.state is AgentState.CONNECTING:
        state.answer(event.request_id, "the agent's leg is not open yet; answer it, then go ready")
        return
    agent.wants_pause = False
    agent.pause_reason = ""
    _note_intent(state, agent)
    state.answer(event.request_id)
    if agent.state is AgentState.PAUSED:
        become_idle(state, agent, now)
    elif agent.state is AgentState.ACW:
        end_acw(state, agent, now)


def on_agent_paused(state: EngineState, event: AgentPaused, now: float) -> None:
    """The agent wants a break: at once when idle, else after the call and its after-call work."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, _not_logged_in(event.agent_id))
        return
    agent.pause_reason = event.reason
    state.answer(event.request_id)
    if agent.state is AgentState.IDLE:
        pause(state, agent, now)
    elif agent.state is AgentState.CONNECTING:
        agent.wants_calls = False
    elif agent.state is not AgentState.PAUSED:
        if not agent.wants_pause:
            agent.pause_said_at = now
        agent.wants_pause = True
        _note_intent(state, agent)


def on_agent_hinted(state: EngineState, event: AgentHinted, now: float) -> None:
    """The agent will soon be free: pacing may count on it."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, _not_logged_in(event.agent_id))
    elif agent.state not in (AgentState.TALKING, AgentState.ACW):
        state.answer(event.request_id, f"agent {event.agent_id!r} has no call to come free from")
    elif event.free_in_s is not None and not 0.0 <= event.free_in_s <= FREE_IN_S_MAX:
        state.answer(event.request_id, f"free_in_s is {event.free_in_s:g}, must be 0 to {FREE_IN_S_MAX:g} seconds")
    else:
        agent.promise = Promise(made_at=now, free_at=None if event.free_in_s is None else now + event.free_in_s)
        _note_intent(state, agent)
        state.answer(event.request_id)


def on_agent_logged_out(state: EngineState, event: AgentLoggedOut, now: float) -> None:
    """The agent leaves: a conversation is ended, a call on its way goes back to the queue, the leg is closed."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, _not_logged_in(event.agent_id))
        return
    log_out(state, agent, "the agent logged out", now)
    state.answer(event.request_id)


def log_out(state: EngineState, agent: Agent, cause: str, now: float) -> None:
    """End what the agent is doing, and close the leg."""
    if agent.state is AgentState.TALKING:
        _hang_up_call_of(state, agent, cause, now)
    leg_id = agent.leg_id
    agent_left(state, agent, now)
    state.commands.append(CloseLeg(leg_id=leg_id))


def on_agent_hung_up(state: EngineState, event: AgentHungUp, now: float) -> None:
    """The agent ends the customer's call; after-call work begins at once, the call's final event follows."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, _not_logged_in(event.agent_id))
    elif agent.state is not AgentState.TALKING:
        state.answer(event.request_id, f"agent {event.agent_id!r} has no call on the line")
    else:
        _hang_up_call_of(state, agent, "the agent hung up", now)
        begin_acw(state, agent, now)
        state.answer(event.request_id)


def _note_intent(state: EngineState, agent: Agent) -> None:
    state.roster.note_intent(agent)
    for name in agent.skill_groups:
        state.touched[name] = None


def _hang_up_call_of(state: EngineState, agent: Agent, cause: str, now: float) -> None:
    call = state.calls[agent.attempt_id]
    hang_up(state, call, Outcome.CONNECTED, cause, now)
    call.agent_id = ""


def _login_error(state: EngineState, event: AgentLoggedIn) -> str:
    if state.is_shutting_down:
        return "the service is shutting down; log in again once it is back"
    if event.agent_id in state.roster.agents:
        return f"agent {event.agent_id!r} is logged in already; log out first"
    if not event.agent_id or "#" in event.agent_id:
        return f"agent id {event.agent_id!r} cannot be used: it must not be empty nor contain '#'"
    if not event.skill_groups:
        return f"agent {event.agent_id!r} names no skill group; name at least one"
    if len(state.roster.agents) >= state.settings.agents_max:
        return f"{state.settings.agents_max} agents are logged in, which is the limit (agents_max)"
    return ""


def _not_logged_in(agent_id: str) -> str:
    return f"agent {agent_id!r} is not logged in; log in first"
