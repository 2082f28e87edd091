"""Agents' legs: opened at login and kept open; what happens when one goes down."""

import math

from msgspec.structs import replace

from campaigns.model import Outcome
from campaigns.terms import RecordingMode
from dialer.ccs.agents import Agent, AgentTrigger
from dialer.engine import guests
from dialer.engine.acw import become_idle, end_acw
from dialer.engine.connecting import enqueue, pause, seek_agent
from dialer.engine.ending import hang_up, play_message
from dialer.engine.parties import UNAVAILABLE, answer_referrer, close_party, party_answered, party_failed
from dialer.engine.previewing import leave_preview
from dialer.engine.returning import HANGS_UP_S_MAX, hung_up_over_failure, music_until_back, take_back
from dialer.engine.state import EngineState
from dialer.messages import LegClosed, LegOpened, OpenLeg
from dialer.model import AgentState, CallState
from dialer.pds.calls import Call, CallTrigger, Party, advance
from dialer.routing.router import NoRoute, Route

FREE = (AgentState.ACW, AgentState.IDLE, AgentState.PAUSED)


def outside_number(address: str) -> str:
    """The E.164 number of an agent who works at an outside telephone; empty where the address is a phone of ours."""
    text = address.strip().removeprefix("tel:")
    return text if text[:1] == "+" and text[1:].isdecimal() and text.isascii() else ""


def leg_route(state: EngineState, address: str, now: float) -> Route | str | None:
    """The trunk that leads to an outside number, None for a phone of ours, or why there is no way to it."""
    number = outside_number(address)
    if not number:
        return None
    route = state.router.choose(state.settings.agents_trunk_group, number, "", now)
    if isinstance(route, Route):
        return route
    problem = route.reason if isinstance(route, NoRoute) else "the trunks are full or down; try again later"
    return f"the number {number} cannot be called: {problem}"


def open_leg(state: EngineState, leg_id: str, agent_id: str, address: str, route: Route | None, now: float) -> None:
    """Open a leg, an outside one over the trunk that `leg_route` has found."""
    leg = OpenLeg(leg_id=leg_id, agent_id=agent_id, address=address)
    if route is not None:
        state.router.take(route.trunk, now)
        state.leg_trunks[leg_id] = route.trunk
        leg = replace(leg, address=route.number, trunk=route.trunk, caller_id=route.caller_id)
    state.commands.append(leg)


def on_leg_opened(state: EngineState, event: LegOpened, now: float) -> None:
    """The agent's leg is up: paused until they go ready."""
    agent = state.roster.legs.get(event.leg_id)
    call = state.calls.get(state.parties.get(event.leg_id, ""))
    if call is not None and call.party is not None and call.party.leg_id == event.leg_id:
        if call.state is CallState.BRIDGED:
            party_answered(state, call, call.party, now)
        return
    if agent is None and guests.opened(state, event.leg_id):
        return
    if agent is not None and agent.is_returning:
        call = state.calls.get(agent.attempt_id)
        take_back(state, agent, call is not None and state.campaign_of(call).recording is RecordingMode.ALL)
        return
    if agent is None or agent.state is not AgentState.CONNECTING:
        state.counters.count("events_out_of_place")
        return
    state.roster.move(agent, AgentTrigger.LEG_OPENED, now)
    state.show(agent)
    if agent.wants_calls:
        agent.wants_calls = False
        become_idle(state, agent, now)


def on_leg_closed(state: EngineState, event: LegClosed, now: float) -> None:
    """The agent's leg is down, so the agent is gone; whoever they talked to goes to another idle agent, if any."""
    trunk = state.leg_trunks.pop(event.leg_id, None)
    if trunk is not None:
        state.router.release(trunk)
    call = state.calls.get(state.parties.pop(event.leg_id, ""))
    if call is not None and call.party is not None and call.party.leg_id == event.leg_id:
        _party_left(state, call, call.party, event.reason, now)
    agent = state.roster.legs.get(event.leg_id)
    if agent is None:
        guests.closed(state, event.leg_id)
        return
    if hung_up_over_failure(state, agent, now) and _renew_leg(state, agent, now):
        music_until_back(state, agent)
        return
    if agent.state in FREE and now - max(agent.handed_on_at, agent.refused_at) <= HANGS_UP_S_MAX:
        _call_again(state, agent, now)
        return
    if agent.state is AgentState.CONNECTING:
        state.counters.count("legs_not_opened")
    else:
        state.counters.count("legs_lost")
    agent_left(state, agent, now)


def _call_again(state: EngineState, agent: Agent, now: float) -> None:
    """Call a phone that has hung up when it heard how its transfer went, as phones do: its agent is still there.

    What is left of after-call work can be done meanwhile; who was ready is so again once the leg is up.
    """
    agent.handed_on_at = agent.refused_at = -math.inf
    agent.wants_calls = agent.state is not AgentState.PAUSED and not agent.wants_pause
    if agent.state is AgentState.ACW:
        agent.wants_pause = True
        end_acw(state, agent, now)
    elif agent.state is AgentState.IDLE:
        pause(state, agent, now)
    if isinstance(leg_route(state, agent.address, now), str):
        agent_left(state, agent, now)
        return
    state.roster.move(agent, AgentTrigger.CALL_AGAIN, now)
    _renew_leg(state, agent, now)
    state.show(agent)


def _renew_leg(state: EngineState, agent: Agent, now: float) -> bool:
    route = leg_route(state, agent.address, now)
    if isinstance(route, str):
        return False
    state.counters.count("legs_called_again")
    state.roster.renew_leg(agent)
    open_leg(state, agent.leg_id, agent.agent_id, agent.address, route, now)
    return True


def _party_left(state: EngineState, call: Call, party: Party, reason: str, now: float) -> None:
    if call.state is not CallState.TRANSFERRED:
        party_failed(state, call, party, reason, now)
        return
    call.party = None
    answer_referrer(state, call, UNAVAILABLE, now)
    hang_up(state, call, Outcome.CONNECTED, f"{party.name} hung up", now)


def agent_left(state: EngineState, agent: Agent, now: float) -> None:
    """Take an agent off the floor and look after the call they leave behind."""
    call = state.calls.get(agent.attempt_id) if agent.state in (AgentState.RESERVED, AgentState.TALKING) else None
    agent.screen = None
    leave_preview(state, agent, now)
    state.roster.leave(agent, now)
    guests.agent_gone(state, agent.agent_id)
    state.show(agent)
    if call is not None and call.agent_id == agent.agent_id:
        call.agent_id = ""
        reconnect(state, call, now)


def reconnect(state: EngineState, call: Call, now: float) -> None:
    """Find another agent for a call whose agent, or bridge, has failed.

    A person who has not talked to anybody waits on, inside the answer limit. One who has is not made to wait: another
    agent at once, or the call is over.
    """
    close_party(state, call, now)
    if call.bridged_at is not None:
        if call.state is not CallState.BRIDGED or not seek_agent(state, call, now):
            hang_up(state, call, Outcome.CONNECTED, "the agent's leg went down", now)
        return
    advance(call, CallTrigger.QUEUE)
    if now >= call.deadline:
        play_message(state, call, now)
    elif not seek_agent(state, call, now):
        enqueue(state, call)
