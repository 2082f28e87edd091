"""The orderly end of the service: nobody new is called, nobody on the line is left without an end."""

from campaigns.model import Outcome
from dialer.engine.desk import log_out
from dialer.engine.ending import cancel, hang_up
from dialer.engine.state import EngineState
from dialer.engine.tasks import stop
from dialer.messages import ShutdownBegan
from dialer.model import CallState

CAUSE = "the service is shutting down"


def on_shutdown_began(state: EngineState, event: ShutdownBegan, now: float) -> None:
    """Stop every campaign, give up calls that nobody has answered, end conversations and log every agent out.

    A person who has answered and still waits is treated as ever: no agent comes, so they hear the message and are
    abandoned. Campaigns keep their status in the store and go on when the service is started again.
    """
    del event
    state.is_shutting_down = True
    for work in tuple(state.tasks.works.values()):
        stop(state, work)
    for call in tuple(state.calls.values()):
        if call.state in (CallState.PLACED, CallState.RINGING):
            cancel(state, call, state.work_of(call), CAUSE, now)
        elif call.state is CallState.TRANSFERRED:
            hang_up(state, call, Outcome.CONNECTED, CAUSE, now)
    for agent in tuple(state.roster.agents.values()):
        log_out(state, agent, CAUSE, now)
