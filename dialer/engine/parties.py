"""Legs to whom a call is handed on outside: opened, answered, given up; and what the phone that asked is told."""

from msgspec.structs import replace

from campaigns.terms import RecordingMode
from dialer.ccs.agents import Agent
from dialer.engine import guests
from dialer.engine.acw import begin_acw
from dialer.engine.state import EngineState
from dialer.messages import AnswerRefer, BridgeCall, CloseLeg, ControlRecording, OpenLeg
from dialer.model import CallState, RecordingAction
from dialer.pds.calls import Call, CallTrigger, Party, advance
from dialer.routing.router import Route

GONE = 487
UNAVAILABLE = 480
OK = 200


def open_party(
    state: EngineState, call: Call, agent: Agent, name: str, route: Route | None, now: float, replaces: str = ""
) -> None:
    """Call whom the agent hands the call on to; agent and customer go on talking until they answer.

    Args:
        state: the engine.
        call: the customer's.
        agent: who has it.
        name: of the target, as the agent gave it: a phone's where there is no route.
        route: how an outside number is called.
        now: Unix seconds.
        replaces: the call that this one takes the place of.
    """
    state.parties_opened += 1
    leg_id = f"{call.call_id}>{state.parties_opened}"
    call.party = Party(leg_id, name)
    state.parties[leg_id] = call.call_id
    leg = OpenLeg(leg_id=leg_id, agent_id=agent.agent_id, address=name, replaces=replaces)
    if route is not None:
        state.router.take(route.trunk, now)
        state.leg_trunks[leg_id] = route.trunk
        leg = replace(leg, address=route.number, trunk=route.trunk, caller_id=route.caller_id)
    state.commands.append(leg)
    tell_agent(state, agent, f"calling {name}")


def party_answered(state: EngineState, call: Call, party: Party, now: float) -> None:
    """Whom the call is handed on to has answered: the customer is theirs, the agent begins after-call work."""
    agent = state.roster.agents[call.agent_id]
    advance(call, CallTrigger.TRANSFER)
    call.agent_id = ""
    if state.campaign_of(call).recording is not RecordingMode.OFF:
        # What the customer and a stranger say is not the campaign's to keep.
        state.commands.append(ControlRecording(call_id=call.call_id, leg_id=agent.leg_id, action=RecordingAction.STOP))
    note_transfer(agent, f"handed on to {party.name}")
    guests.call_over(state, call)
    begin_acw(state, agent, now)
    state.counters.count("calls_transferred")
    state.commands.append(BridgeCall(call_id=call.call_id, leg_id=party.leg_id))
    state.set_timer(f"transfer:{call.call_id}", now + state.settings.bridge_timeout_s)


def party_bridged(state: EngineState, call: Call, leg_id: str, now: float) -> bool:
    """Audio flows between the customer and their new party; False where the leg is none of a party's."""
    party = call.party
    if call.state is not CallState.TRANSFERRED or party is None or party.leg_id != leg_id:
        return False
    party.is_bridged = True
    answer_referrer(state, call, OK, now)
    return True


def close_party(state: EngineState, call: Call, now: float) -> None:
    """Give up whom a call is handed on to, if anybody; the phone that asked for it hears that they are gone."""
    answer_referrer(state, call, GONE, now)
    party, call.party = call.party, None
    if party is not None:
        state.commands.append(CloseLeg(leg_id=party.leg_id))


def party_failed(state: EngineState, call: Call, party: Party, reason: str, now: float) -> None:
    """Whom a call was to be handed on to cannot be had: the agent, who still has it, is told."""
    call.party = None
    state.counters.count("transfers_failed")
    answer_referrer(state, call, UNAVAILABLE, now)
    agent = state.roster.agents.get(call.agent_id)
    if agent is not None:
        tell_agent(state, agent, f"{party.name} was not reached: {reason or 'no reason was given'}")


def answer_referrer(state: EngineState, call: Call, status: int, now: float) -> None:
    """Tell the phone that asked for a transfer how it went, once; many a phone hangs up then."""
    leg_id, call.referrer = call.referrer, ""
    agent = state.roster.legs.get(leg_id)
    if agent is not None:
        if status == OK:
            agent.handed_on_at = now
        else:
            agent.refused_at = now
        state.commands.append(AnswerRefer(leg_id=leg_id, status=status))


def tell_agent(state: EngineState, agent: Agent, words: str) -> None:
    """Show an agent how their transfer stands."""
    note_transfer(agent, words)
    state.show(agent)


def note_transfer(agent: Agent, words: str) -> None:
    """Write on an agent's screen how their transfer stands."""
    if agent.screen is not None:
        agent.screen = replace(agent.screen, transfer=words)
