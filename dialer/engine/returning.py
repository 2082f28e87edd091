"""Phones that hang up over their own failed transfer: called again, while the customer hears music.

To many a phone a transfer is the end of its call, whether it succeeds or fails. Its agent has neither left nor meant to
hang up on anybody: the conversation goes on as soon as the phone has answered again. One that does not has left.
"""

import math

from dialer.ccs.agents import Agent
from dialer.engine import guests
from dialer.engine.state import EngineState
from dialer.messages import ControlRecording, HoldCall
from dialer.model import AgentState, CallState, RecordingAction

HANGS_UP_S_MAX = 10.0
"""A phone that hangs up so soon after it heard how its transfer went has hung up for that."""


def hung_up_over_failure(state: EngineState, agent: Agent, now: float) -> bool:
    """Whether an agent's phone has hung up on a conversation because its transfer failed."""
    call = state.calls.get(agent.attempt_id)
    is_talking = agent.state is AgentState.TALKING and call is not None and call.state is CallState.BRIDGED
    return is_talking and now - agent.refused_at <= HANGS_UP_S_MAX


def music_until_back(state: EngineState, agent: Agent) -> None:
    """The new leg rings: the customer hears music until it is up."""
    agent.refused_at = -math.inf
    agent.is_returning = True
    state.commands.append(HoldCall(call_id=agent.attempt_id, leg_id=agent.leg_id, is_held=True))


def take_back(state: EngineState, agent: Agent, is_recorded: bool) -> None:
    """The new leg is up: the conversation goes on where it stopped, if it is not over."""
    agent.is_returning = False
    call = state.calls.get(agent.attempt_id)
    if agent.state is not AgentState.TALKING or call is None or call.state is not CallState.BRIDGED:
        return
    state.commands.append(HoldCall(call_id=call.call_id, leg_id=agent.leg_id, is_held=False))
    if is_recorded:
        start = ControlRecording(call_id=call.call_id, leg_id=agent.leg_id, action=RecordingAction.START)
        state.commands.append(start)
    guests.bridged(state, agent.agent_id)
