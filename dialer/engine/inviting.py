"""What supervisors and agents ask for at a conversation: guests, and hold."""

from dialer.ccs.guests import Guest
from dialer.engine import guests
from dialer.engine.guests import GUESTS_MAX
from dialer.engine.legs import leg_route, open_leg
from dialer.engine.state import EngineState
from dialer.messages import GuestDismissed, GuestInvited, HoldAsked, HoldCall, LeaveCall
from dialer.model import AgentState


def on_guest_invited(state: EngineState, event: GuestInvited, now: float) -> None:
    """Open a guest's leg; for one who is there already, change the mode or the agent."""
    agent = state.roster.agents.get(event.agent_id)
    guest = state.guests.get(event.guest_id)
    if agent is None:
        error = f"agent {event.agent_id!r} is not logged in"
    elif state.is_shutting_down:
        error = "the service is shutting down"
    elif event.is_for_one_call and agent.state is not AgentState.TALKING:
        error = f"agent {event.agent_id!r} has no call on the line"
    elif guest is not None and event.is_for_one_call:
        error = f"agent {event.agent_id!r} has a third party on the line already"
    elif guest is None and len(guests.guests_of(state, event.agent_id)) >= GUESTS_MAX:
        error = f"{GUESTS_MAX} guests are with agent {event.agent_id!r}, which is the limit"
    else:
        error = _move(state, guest, event) if guest is not None else _open(state, event, agent.attempt_id, now)
    state.answer(event.request_id, error)


def _move(state: EngineState, guest: Guest, event: GuestInvited) -> str:
    if guest.agent_id != event.agent_id:
        guest.agent_id = event.agent_id
        state.commands.append(LeaveCall(leg_id=guest.leg_id))
    guest.mode = event.mode
    guests.bring_in(state, guest)
    return ""


def _open(state: EngineState, event: GuestInvited, call_id: str, now: float) -> str:
    if not event.address:
        return "say at which telephone: `address` is a phone's name, a SIP address or a number"
    route = leg_route(state, event.address, now)
    if isinstance(route, str):
        return route
    leg_id = state.roster.new_leg_id(event.guest_id)
    bound_to = call_id if event.is_for_one_call else ""
    state.guests[event.guest_id] = Guest(event.guest_id, event.agent_id, leg_id, event.mode, bound_to)
    open_leg(state, leg_id, event.guest_id, event.address, route, now)
    return ""


def on_guest_dismissed(state: EngineState, event: GuestDismissed, _now: float) -> None:
    """A guest leaves."""
    guest = state.guests.get(event.guest_id)
    if guest is None or guest.agent_id != event.agent_id:
        state.answer(event.request_id, f"{event.guest_id!r} is not with agent {event.agent_id!r}")
        return
    guests.dismiss(state, guest)
    state.answer(event.request_id)


def on_hold_asked(state: EngineState, event: HoldAsked, _now: float) -> None:
    """The customer hears music, or the agent again."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None or agent.state is not AgentState.TALKING:
        state.answer(event.request_id, f"agent {event.agent_id!r} has no call on the line")
        return
    state.commands.append(HoldCall(call_id=agent.attempt_id, leg_id=agent.leg_id, is_held=event.is_held))
    state.answer(event.request_id)
