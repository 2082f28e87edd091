"""The runner drains a mailbox of events through the engine and hands each command to the port it is for.

Everything runs on the thread that calls `post`. A port may post from inside `send`: the event waits in the mailbox
until the commands before it have been carried out, so that order is the same whoever stands behind the ports.
"""

from collections import deque
from collections.abc import Callable

from dialer import messages as m
from dialer.engine import Engine
from dialer.ports import Clock, Desk, Gateway, Store
from dialer.runner.trace import TraceWriter

OnError = Callable[[Exception, m.Command], None]

STORE_COMMANDS = (
    m.PollTasks,
    m.ReserveLeads,
    m.ReserveCallbacks,
    m.ReleaseLeads,
    m.RecordAttempts,
    m.RecordResult,
    m.RecordDisposition,
    m.RecordSkip,
)
GATEWAY_COMMANDS = (
    m.PlaceCall,
    m.CancelCall,
    m.HangUpCall,
    m.BridgeCall,
    m.ControlRecording,
    m.HoldCall,
    m.SendDigits,
    m.JoinCall,
    m.LeaveCall,
    m.PlayMessage,
    m.StopMessage,
    m.OpenLeg,
    m.CloseLeg,
    m.AnswerRefer,
)
DESK_COMMANDS = (m.ShowAgent, m.AnswerRequest, m.ReportDecision)


class NotConnectedError(RuntimeError):
    """The runner has no ports yet; call `connect` before the first event is posted."""


class Runner:
    """One engine, its mailbox and its ports.

    Args:
        engine: the engine to run.
        now: reads the clock, Unix seconds.
        trace: where every step is recorded, before its commands are carried out.
        on_error: told when a port raises; the loop goes on. Without it, the port's exception is raised from `post`.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        now: Callable[[], float],
        trace: TraceWriter | None = None,
        on_error: OnError | None = None,
    ) -> None:
        self.engine = engine
        self.port_errors = 0
        """Commands on which a port raised."""
        self._now = now
        self._trace = trace
        self._on_error = on_error
        self._mailbox: deque[m.Event] = deque()
        self._is_draining = False
        self._routes: dict[type, Callable[[m.Command], None]] = {}

    def connect(self, *, clock: Clock, gateway: Gateway, desk: Desk, store: Store) -> None:
        """Name the ports; they receive `post` when they are built, so they come after the runner."""

        def set_timer(command: m.SetTimer) -> None:
            clock.post_at(command.at, m.TimerFired(key=command.key), command.key)

        routes: dict[type, Callable[..., None]] = {m.SetTimer: set_timer}
        routes.update(dict.fromkeys(STORE_COMMANDS, store.send))
        routes.update(dict.fromkeys(GATEWAY_COMMANDS, gateway.send))
        routes.update(dict.fromkeys(DESK_COMMANDS, desk.send))
        self._routes = routes

    def post(self, event: m.Event) -> None:
        """Let the engine handle an event: at once, or after those that are being handled.

        Raises:
            NotConnectedError: `connect` has not been called.
        """
        if not self._routes:
            raise NotConnectedError("connect the runner to its ports before posting events")
        self._mailbox.append(event)
        if self._is_draining:
            return
        self._is_draining = True
        try:
            while self._mailbox:
                self._step(self._mailbox.popleft())
        finally:
            self._is_draining = False

    def _step(self, event: m.Event) -> None:
        now = self._now()
        commands = self.engine.handle(event, now)
        if self._trace is not None:
            self._trace.write(now, event, commands)
        routes = self._routes
        for command in commands:
            try:
                routes[type(command)](command)
            except Exception as error:
                self.port_errors += 1
                if self._on_error is None:
                    raise
                self._on_error(error, command)
