"""Timers that come due. A timer whose reason has gone changes nothing, so none is ever taken back."""

from collections.abc import Callable

from campaigns.model import Outcome
from dialer.engine.acw import end_acw
from dialer.engine.answers import take_for_person
from dialer.engine.connecting import let_go, reserved_agent, serve
from dialer.engine.ending import abandon, hang_up
from dialer.engine.legs import reconnect
from dialer.engine.menus import menu_timeout
from dialer.engine.previewing import end_long_preview
from dialer.engine.state import EngineState
from dialer.engine.tasks import TICK, on_tick
from dialer.messages import TimerFired
from dialer.model import AgentState, CallState

EARLY_S_MAX = 0.05
"""Clocks fire a little early at times; a timer earlier than this is a stale one."""


def on_timer_fired(state: EngineState, event: TimerFired, now: float) -> None:
    """Find out what the timer was for."""
    if event.key == TICK:
        on_tick(state, now)
        return
    kind, _, name = event.key.partition(":")
    handler = HANDLERS.get(kind)
    if handler is None:
        state.counters.count("unknown_timers")
    else:
        handler(state, name, now)


def _answer_limit(state: EngineState, call_id: str, now: float) -> None:
    call = state.calls.get(call_id)
    if call is None or call.bridged_at is not None or now < call.deadline - EARLY_S_MAX:
        return
    if call.state is CallState.QUEUED or call.state is CallState.BRIDGING:
        abandon(state, call, now)


def _bridge_timeout(state: EngineState, call_id: str, now: float) -> None:
    call = state.calls.get(call_id)
    if call is None or call.state is not CallState.BRIDGING:
        return
    reserved_at = state.roster.agents[call.agent_id].since
    if now < reserved_at + state.settings.bridge_timeout_s - EARLY_S_MAX:
        return
    state.counters.count("bridges_given_up")
    agent = reserved_agent(state, call)
    # Off the first screen before it is on another: nobody may see a call at two agents.
    let_go(state, agent, now)
    reconnect(state, call, now)
    if agent.state is AgentState.IDLE:
        serve(state, agent, now)
    state.touch(state.work_of(call))


def _amd_timeout(state: EngineState, call_id: str, now: float) -> None:
    call = state.calls.get(call_id)
    if call is None or call.state is not CallState.DETECTING:
        return
    if now >= call.judged_by - EARLY_S_MAX:
        take_for_person(state, call, now)


def _message_timeout(state: EngineState, call_id: str, now: float) -> None:
    call = state.calls.get(call_id)
    if call is not None and call.state is CallState.MESSAGE:
        assert call.outcome is not None
        hang_up(state, call, call.outcome, call.cause or "the message was cut off", now)


def _transfer_timeout(state: EngineState, call_id: str, now: float) -> None:
    call = state.calls.get(call_id)
    if (
        call is not None
        and call.state is CallState.TRANSFERRED
        and call.party is not None
        and not call.party.is_bridged
    ):
        state.counters.count("bridges_given_up")
        hang_up(state, call, Outcome.CONNECTED, f"the audio of {call.party.name} could not be joined", now)


def _acw_timeout(state: EngineState, agent_id: str, now: float) -> None:
    agent = state.roster.agents.get(agent_id)
    if agent is None or agent.state is not AgentState.ACW:
        return
    if now >= agent.since + agent.acw_s_max - EARLY_S_MAX:
        end_acw(state, agent, now)


def _preview_limit(state: EngineState, agent_id: str, now: float) -> None:
    agent = state.roster.agents.get(agent_id)
    if agent is None or agent.preview is None or agent.attempt_id:
        return
    if now >= agent.preview.until - EARLY_S_MAX:
        end_long_preview(state, agent, agent.preview, now)


HANDLERS: dict[str, Callable[[EngineState, str, float], None]] = {
    "answer": _answer_limit,
    "bridge": _bridge_timeout,
    "amd": _amd_timeout,
    "menu": menu_timeout,
    "message": _message_timeout,
    "acw": _acw_timeout,
    "transfer": _transfer_timeout,
    "preview": _preview_limit,
}
