"""What agents ask of the recording of their conversation."""

from campaigns.terms import RecordingMode
from dialer.engine.state import EngineState
from dialer.messages import ControlRecording, RecordingAsked
from dialer.model import AgentState, RecordingAction


def on_recording_asked(state: EngineState, event: RecordingAsked, _now: float) -> None:
    """Pass it on to the gateway, where the campaign allows it."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None or agent.state is not AgentState.TALKING:
        state.answer(event.request_id, f"agent {event.agent_id!r} has no call on the line")
        return
    call = state.calls[agent.attempt_id]
    mode = state.campaign_of(call).recording
    if mode is RecordingMode.OFF:
        state.answer(event.request_id, "this campaign records nothing; its setting `recording` says so")
    elif mode is RecordingMode.ALL and event.action is RecordingAction.STOP:
        state.answer(event.request_id, "this campaign records every conversation; it can be paused, not stopped")
    else:
        state.commands.append(ControlRecording(call_id=call.call_id, leg_id=agent.leg_id, action=event.action))
        state.answer(event.request_id)
