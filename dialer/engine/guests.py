"""Guests at agents' conversations: supervisors who listen, whisper or barge in, and third parties agents call in.

A guest has a leg of their own. A supervisor follows their agent from call to call until they leave; a third party is
there for one call and leaves with it.
"""

from dialer.ccs.guests import Guest
from dialer.engine.state import EngineState
from dialer.messages import CloseLeg, JoinCall, LeaveCall
from dialer.model import AgentState
from dialer.pds.calls import Call

GUESTS_MAX = 3
"""At one agent's conversation at one time."""


def guests_of(state: EngineState, agent_id: str) -> list[Guest]:
    """Everyone who is at an agent's conversations, or on their way."""
    return [guest for guest in state.guests.values() if guest.agent_id == agent_id]


def bring_in(state: EngineState, guest: Guest) -> None:
    """Let a guest whose leg is up into the conversation that their agent has now, if any."""
    agent = state.roster.agents.get(guest.agent_id)
    if guest.is_up and agent is not None and agent.state is AgentState.TALKING:
        state.commands.append(
            JoinCall(leg_id=guest.leg_id, call_id=agent.attempt_id, agent_leg_id=agent.leg_id, mode=guest.mode)
        )


def bridged(state: EngineState, agent_id: str) -> None:
    """An agent has a new conversation: whoever follows them comes along."""
    for guest in guests_of(state, agent_id):
        bring_in(state, guest)


def call_over(state: EngineState, call: Call) -> None:
    """A call has ended: those who were there for it alone leave."""
    for guest in tuple(state.guests.values()):
        if guest.call_id == call.call_id:
            dismiss(state, guest)


def agent_gone(state: EngineState, agent_id: str) -> None:
    """An agent is not logged in any more: their guests leave."""
    for guest in guests_of(state, agent_id):
        dismiss(state, guest)


def dismiss(state: EngineState, guest: Guest) -> None:
    """Close a guest's leg."""
    del state.guests[guest.guest_id]
    state.commands.append(LeaveCall(leg_id=guest.leg_id))
    state.commands.append(CloseLeg(leg_id=guest.leg_id))


def opened(state: EngineState, leg_id: str) -> bool:
    """A leg is up; returns whether it is a guest's."""
    guest = by_leg(state, leg_id)
    if guest is None:
        return False
    guest.is_up = True
    bring_in(state, guest)
    return True


def closed(state: EngineState, leg_id: str) -> None:
    """A leg is down: if it was a guest's, they are gone."""
    guest = by_leg(state, leg_id)
    if guest is not None:
        del state.guests[guest.guest_id]


def by_leg(state: EngineState, leg_id: str) -> Guest | None:
    """The guest of a leg; there are few."""
    return next((guest for guest in state.guests.values() if guest.leg_id == leg_id), None)
