"""Handing a call on: to another agent at once, to somebody outside as soon as they answer.

A customer is never left alone: another agent has to be idle, and whoever has the call keeps it while an outside number
rings. What cannot be done changes nothing. It stays one call with one CDR, which names the agent who talked last.
"""

from typing import NamedTuple

from dialer.ccs.agents import Agent
from dialer.ccs.distribution import agent_for
from dialer.engine import guests
from dialer.engine.acw import begin_acw
from dialer.engine.connecting import bridge, on_call_bridged
from dialer.engine.legs import outside_number
from dialer.engine.parties import OK, answer_referrer, close_party, note_transfer, open_party, party_bridged, tell_agent
from dialer.engine.state import EngineState
from dialer.messages import AnswerRefer, CallBridged, LegReferred, TransferAsked, TransferGivenUp
from dialer.model import AgentState, CallState
from dialer.pds.calls import Call
from dialer.routing.router import Busy, NoRoute

TENANT_MARK = "~"
"""Stands between a tenant and a name of theirs: an agent hands calls on to agents and groups of their own tenant."""


class Refusal(NamedTuple):
    """Why a call is not handed on."""

    status: int
    """As SIP has it."""
    why: str


def on_transfer_asked(state: EngineState, event: TransferAsked, now: float) -> None:
    """An agent hands their call on, from the desk."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, f"agent {event.agent_id!r} is not logged in; log in first")
        return
    if [bool(event.number), bool(event.to_agent), bool(event.skill_group)].count(True) != 1:
        state.answer(event.request_id, "name one target: a number, an agent or a skill group")
        return
    call = _call_of(state, agent)
    if isinstance(call, Refusal):
        refusal: Refusal | None = call
    elif event.number:
        refusal = _to_number(state, call, agent, event.number, now)
    elif event.to_agent:
        refusal = _to_agent(state, call, agent, event.to_agent, now)
    else:
        refusal = _to_group(state, call, agent, event.skill_group, now)
    state.answer(event.request_id, "" if refusal is None else refusal.why)


def on_transfer_given_up(state: EngineState, event: TransferGivenUp, now: float) -> None:
    """An agent takes back the transfer that rings."""
    agent = state.roster.agents.get(event.agent_id)
    call = None if agent is None or agent.state is not AgentState.TALKING else state.calls.get(agent.attempt_id)
    if agent is None or call is None or call.party is None:
        state.answer(event.request_id, f"agent {event.agent_id!r} has no transfer under way")
        return
    close_party(state, call, now)
    tell_agent(state, agent, "given up")
    state.answer(event.request_id)


def on_bridged(state: EngineState, event: CallBridged, now: float) -> None:
    """Audio flows: between a customer and an agent, or whoever a customer was handed on to."""
    call = state.calls.get(event.call_id)
    if call is None or not party_bridged(state, call, event.leg_id, now):
        on_call_bridged(state, event, now)


def on_leg_referred(state: EngineState, event: LegReferred, now: float) -> None:
    """An agent's phone asks to hand the call on (REFER)."""
    agent = state.roster.legs.get(event.leg_id)
    call = Refusal(481, "the leg is no agent's") if agent is None else _call_of(state, agent)
    if agent is None or isinstance(call, Refusal):
        status = call.status if isinstance(call, Refusal) else 481
        if agent is not None:
            agent.refused_at = now
        state.commands.append(AnswerRefer(leg_id=event.leg_id, status=status))
        return
    at = len(state.commands)
    call.referrer = event.leg_id
    refusal = _to_target(state, call, agent, event, now)
    if refusal is not None:
        call.referrer = ""
        agent.refused_at = now
        state.counters.count("transfers_refused")
        state.commands.append(AnswerRefer(leg_id=event.leg_id, status=refusal.status))
        return
    state.commands.insert(at, AnswerRefer(leg_id=event.leg_id, status=202))


def _call_of(state: EngineState, agent: Agent) -> Call | Refusal:
    """The call that an agent can hand on now."""
    call = state.calls.get(agent.attempt_id)
    if agent.state is not AgentState.TALKING or call is None or call.state is not CallState.BRIDGED:
        return Refusal(481, f"agent {agent.agent_id!r} has no call on the line")
    if call.party is not None:
        return Refusal(491, f"the call is being handed on to {call.party.name} already; give that up first")
    return call


def _to_target(state: EngineState, call: Call, agent: Agent, event: LegReferred, now: float) -> Refusal | None:
    target = event.target
    if event.replaces:
        if outside_number(target):
            # Only a trunk leads to a number, past the fence; the call to be taken over is not one of ours.
            return Refusal(403, f"{target!r} is a number; a call to one is handed on without Replaces")
        # The agent's phone talks to another phone already: that call is taken over, wherever its user is logged in.
        open_party(state, call, agent, target, None, now, event.replaces)
        return None
    tenant, mark, _ = agent.agent_id.rpartition(TENANT_MARK)
    for name in (f"{tenant}{mark}{target}", target) if not mark else (f"{tenant}{mark}{target}",):
        if name in state.roster.agents:
            return _to_agent(state, call, agent, name, now)
        if name in state.roster.groups:
            return _to_group(state, call, agent, name, now)
    if outside_number(target):
        return _to_number(state, call, agent, target, now)
    return Refusal(404, f"{target!r} is no agent, skill group or number")


def _to_number(state: EngineState, call: Call, agent: Agent, text: str, now: float) -> Refusal | None:
    number = outside_number(text)
    if not number:
        return Refusal(484, f"{text!r} is no number; write it with a plus sign and the country code, +12025550123")
    campaign = state.campaign_of(call)
    if number in state.blocked[campaign.tenant_id]:
        return Refusal(403, f"{number} is on the do-not-call list")
    route = state.router.choose(campaign.trunk_group, number, call.attempt.caller_id, now)
    if isinstance(route, NoRoute):
        return Refusal(403, f"{number} cannot be called: {route.reason}")
    if isinstance(route, Busy):
        return Refusal(503, f"{number} cannot be called now: the trunks are full or down; try again later")
    open_party(state, call, agent, number, route, now)
    return None


def _to_agent(state: EngineState, call: Call, agent: Agent, name: str, now: float) -> Refusal | None:
    other = state.roster.agents.get(name)
    if other is None or other.state is not AgentState.IDLE:
        return Refusal(480, f"agent {name!r} is {'offline' if other is None else other.state}, not idle")
    _hand_over(state, call, agent, other, now)
    return None


def _to_group(state: EngineState, call: Call, agent: Agent, group: str, now: float) -> Refusal | None:
    other = agent_for(state.roster, group)
    if other is None:
        return Refusal(480, f"no agent of skill group {group!r} is idle")
    _hand_over(state, call, agent, other, now)
    return None


def _hand_over(state: EngineState, call: Call, agent: Agent, other: Agent, now: float) -> None:
    state.counters.count("calls_handed_over")
    note_transfer(agent, f"handed on to {other.agent_id}")
    guests.call_over(state, call)
    begin_acw(state, agent, now)
    bridge(state, call, other, now)
    # The bridge is asked for, and nothing is left that the phone could do about it.
    answer_referrer(state, call, OK, now)
