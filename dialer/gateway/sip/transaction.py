"""The four SIP transactions as tables (RFC 3261 section 17, with the corrections of RFC 6026).

Theory of operation
-------------------
A transaction is one request and all that belongs to it: its retransmissions, its responses and, for an INVITE that was
refused, the ACK. It has a state, and a table that says for each state and input what comes next and what is to be
done. Everything that changes a state is in this file, and timers are inputs like messages are.

Timers belong to states: entering a state starts those of its timers that do not run and stops those of the state left
behind. Timers A, E and G send again and start themselves anew, each time later.

The transaction does not send. `handle` and `handle_timer` return what is to be done, and `TransactionLayer` does it.
"""

from enum import Enum, StrEnum
from functools import lru_cache
from typing import ClassVar, Final

from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.timers import Alarm, Timers, TimerSettings

TransactionKey = tuple[str, ...]

TRYING_DELAY_S = 0.2
"""A server INVITE transaction says 100 Trying if its user has said nothing for this long (section 17.2.1)."""


class State(StrEnum):
    """Where a transaction stands."""

    CALLING = "calling"
    TRYING = "trying"
    PROCEEDING = "proceeding"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    """An INVITE that got a 2xx: more of them may come, from forks or because our ACK was lost (RFC 6026)."""
    TERMINATED = "terminated"


class Input(StrEnum):
    """What can happen to a transaction, timers excepted: those are inputs by their letter."""

    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "300-699"
    REQUEST = "request"
    """The request once more."""
    ACK = "ACK"
    TRANSPORT_ERROR = "transport error"


INPUTS_BY_CLASS: Final = (Input.FAILURE, Input.PROVISIONAL, Input.SUCCESS, *(Input.FAILURE,) * 4)
"""Of a response, by the first digit of its status."""
PROCEEDING: Final = State.PROCEEDING
TERMINATED: Final = State.TERMINATED
"""Members that every message asks for: Python 3.11 looks one up in its enum ten times as slowly as a constant."""


class Action(Enum):
    """What a transaction asks the layer to do."""

    SEND = "send what is stored: the request of a client or the ACK of its refusal, the last response of a server"
    ACK = "send an ACK for the refusal, and store it"
    DELIVER = "hand the message to the transaction's user"
    TRYING = "answer 100 Trying"
    TIMEOUT = "tell the user that nothing came in time"
    TRANSPORT_ERROR = "tell the user that it could not be sent"


Row = dict[str, tuple[State, tuple[Action, ...]]]
Table = dict[State, Row]

ENDED: Row = {}

CLIENT_INVITE: Table = {
    State.CALLING: {
        "A": (State.CALLING, (Action.SEND,)),
        "B": (State.TERMINATED, (Action.TIMEOUT,)),
        Input.PROVISIONAL: (State.PROCEEDING, (Action.DELIVER,)),
        Input.SUCCESS: (State.ACCEPTED, (Action.DELIVER,)),
        Input.FAILURE: (State.COMPLETED, (Action.ACK, Action.DELIVER)),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.PROCEEDING: {
        Input.PROVISIONAL: (State.PROCEEDING, (Action.DELIVER,)),
        Input.SUCCESS: (State.ACCEPTED, (Action.DELIVER,)),
        Input.FAILURE: (State.COMPLETED, (Action.ACK, Action.DELIVER)),
    },
    State.COMPLETED: {
        "D": (State.TERMINATED, ()),
        Input.FAILURE: (State.COMPLETED, (Action.SEND,)),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.ACCEPTED: {
        "M": (State.TERMINATED, ()),
        Input.SUCCESS: (State.ACCEPTED, (Action.DELIVER,)),
    },
    State.TERMINATED: ENDED,
}

CLIENT_NON_INVITE: Table = {
    State.TRYING: {
        "E": (State.TRYING, (Action.SEND,)),
        "F": (State.TERMINATED, (Action.TIMEOUT,)),
        Input.PROVISIONAL: (State.PROCEEDING, (Action.DELIVER,)),
        Input.SUCCESS: (State.COMPLETED, (Action.DELIVER,)),
        Input.FAILURE: (State.COMPLETED, (Action.DELIVER,)),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.PROCEEDING: {
        "E": (State.PROCEEDING, (Action.SEND,)),
        "F": (State.TERMINATED, (Action.TIMEOUT,)),
        Input.PROVISIONAL: (State.PROCEEDING, (Action.DELIVER,)),
        Input.SUCCESS: (State.COMPLETED, (Action.DELIVER,)),
        Input.FAILURE: (State.COMPLETED, (Action.DELIVER,)),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.COMPLETED: {"K": (State.TERMINATED, ())},
    State.TERMINATED: ENDED,
}

SERVER_INVITE: Table = {
    State.PROCEEDING: {
        "100": (State.PROCEEDING, (Action.TRYING,)),
        Input.REQUEST: (State.PROCEEDING, (Action.SEND,)),
        Input.PROVISIONAL: (State.PROCEEDING, (Action.SEND,)),
        Input.SUCCESS: (State.ACCEPTED, (Action.SEND,)),
        Input.FAILURE: (State.COMPLETED, (Action.SEND,)),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.COMPLETED: {
        "G": (State.COMPLETED, (Action.SEND,)),
        "H": (State.TERMINATED, (Action.TIMEOUT,)),
        Input.REQUEST: (State.COMPLETED, (Action.SEND,)),
        Input.ACK: (State.CONFIRMED, ()),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.CONFIRMED: {"I": (State.TERMINATED, ())},
    State.ACCEPTED: {
        "L": (State.TERMINATED, ()),
        # RFC 6026 section 7.1: repeated INVITEs are absorbed, the user repeats the 2xx itself.
        Input.ACK: (State.ACCEPTED, (Action.DELIVER,)),
        Input.SUCCESS: (State.ACCEPTED, (Action.SEND,)),
    },
    State.TERMINATED: ENDED,
}

SERVER_NON_INVITE: Table = {
    State.TRYING: {
        Input.PROVISIONAL: (State.PROCEEDING, (Action.SEND,)),
        Input.SUCCESS: (State.COMPLETED, (Action.SEND,)),
        Input.FAILURE: (State.COMPLETED, (Action.SEND,)),
    },
    State.PROCEEDING: {
        Input.REQUEST: (State.PROCEEDING, (Action.SEND,)),
        Input.PROVISIONAL: (State.PROCEEDING, (Action.SEND,)),
        Input.SUCCESS: (State.COMPLETED, (Action.SEND,)),
        Input.FAILURE: (State.COMPLETED, (Action.SEND,)),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.COMPLETED: {
        "J": (State.TERMINATED, ()),
        Input.REQUEST: (State.COMPLETED, (Action.SEND,)),
        Input.TRANSPORT_ERROR: (State.TERMINATED, (Action.TRANSPORT_ERROR,)),
    },
    State.TERMINATED: ENDED,
}

SENDING_TIMERS = frozenset("AEG")
BRIEF_TIMERS = frozenset("DIJK")
"""Zero over a reliable transport: nothing can still be on its way."""


LINGERING_STATES = (State.COMPLETED, State.CONFIRMED, State.ACCEPTED, State.TERMINATED)
"""Here a transaction only waits for what may still be on its way, and needs no more than what it has stored."""


@lru_cache(maxsize=64)
def timers_of(kind: "type[Transaction]", settings: TimerSettings, reliable: bool) -> dict[State, dict[str, float]]:
    """How long each timer runs when its state is entered (RFC 3261 table 4); one that is not there never runs."""
    durations_s = dict.fromkeys("BDFHJLM", settings.transaction_s)
    durations_s |= {"I": settings.t4_s, "K": settings.t4_s, "100": TRYING_DELAY_S}
    durations_s |= dict.fromkeys(BRIEF_TIMERS, 0.0) if reliable else dict.fromkeys(SENDING_TIMERS, settings.t1_s)
    return {
        state: {name: durations_s[name] for name in kind.state_timers.get(state, ()) if name in durations_s}
        for state in kind.table
    }


class Transaction:
    """One transaction: its state, its timers, and what it would send again."""

    __slots__ = ("_durations_s", "_interval_s", "_row", "_settings", "_timers", "alarm", "destination", "fallback",
                 "key", "method", "reliable", "request", "state", "stored", "timers", "user")  # fmt: skip

    table: ClassVar[Table]
    state_timers: ClassVar[dict[State, tuple[str, ...]]]
    first_state: ClassVar[State]

    def __init__(
        self,
        key: TransactionKey,
        request: Request | None,
        destination: Address,
        timers: Timers,
        settings: TimerSettings,
        now: float,
        reliable: bool = False,
    ) -> None:
        self.key = key
        self.method = key[-1]
        self.request = request
        """None where nothing can ask for it; let go once there is a final response, for thousands wait out their timers
        and the request is most of what they weigh."""
        self.destination = destination
        self.reliable = reliable
        self.fallback: Address | None = None
        """Where to send instead if no connection can be had."""
        self.stored = b""
        """What SEND sends: kept by the layer."""
        self.user: object = None
        """Whoever is told what happens; set by whoever made the transaction."""
        self.timers: dict[str, float] = {}
        self.alarm: Alarm | None = None
        self._timers = timers
        self._settings = settings
        self._interval_s = settings.t1_s
        # mypy takes the class's own __hash__ for that of the type
        self._durations_s = timers_of(type(self), settings, reliable)  # type: ignore[arg-type]
        self.state = self.first_state
        self._row = self.table[self.state]
        for name, duration_s in self._durations_s[self.state].items():
            timers.start(self, name, now + duration_s)

    def handle(self, happened: str, now: float) -> tuple[Action, ...]:
        """Take an input: a new state perhaps, and what is to be done; an input that has no place here does nothing."""
        step = self._row.get(happened)
        if step is None:
            return ()
        state, actions = step
        if state is not self.state:
            self._enter(state, now)
        return actions

    def handle_timer(self, name: str, now: float) -> tuple[Action, ...]:
        """Take a timer that is due; one that sends again is started anew."""
        actions = self.handle(name, now)
        if name in SENDING_TIMERS and actions:
            self._interval_s *= 2
            if name != "A":
                self._interval_s = min(self._interval_s, self._settings.t2_s)
            if name == "E" and self.state is PROCEEDING:
                self._interval_s = self._settings.t2_s
            self._timers.start(self, name, now + self._interval_s)
        return actions

    def send_otherwise(self, stored: bytes, destination: Address, now: float) -> None:
        """Go on over UDP what was begun over a connection that cannot be had (RFC 3261 section 18.1.1)."""
        self.stored, self.destination, self.reliable = stored, destination, False
        self._durations_s = timers_of(type(self), self._settings, False)  # type: ignore[arg-type]
        for name, duration_s in self._durations_s[self.state].items():
            self._timers.start(self, name, now + duration_s)

    def terminate(self) -> None:
        """End it here and now, with no word to its user."""
        self.state = State.TERMINATED
        self._row = ENDED
        self._timers.stop_all(self)

    @property
    def is_terminated(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.state is TERMINATED

    def let_go(self) -> None:
        """Forget the request where nothing can want it any more."""
        if self.state in LINGERING_STATES:
            self.request = None

    def _enter(self, state: State, now: float) -> None:
        self.state = state
        self._row = self.table[state]
        if state is TERMINATED:
            self._timers.stop_all(self)
            return
        durations_s, running = self._durations_s[state], self.timers
        if durations_s.keys().isdisjoint(running):
            # Most states begin so. The alarm goes too: it would find nothing due, and have to be set again.
            self._timers.stop_all(self)
        else:
            for name in [name for name in running if name not in durations_s]:
                del running[name]
        for name, duration_s in durations_s.items():
            if name not in running:
                self._timers.start(self, name, now + duration_s)


class ClientInvite(Transaction):
    """An INVITE that we send."""

    __slots__ = ()
    table = CLIENT_INVITE
    first_state = State.CALLING
    state_timers: ClassVar = {State.CALLING: ("A", "B"), State.COMPLETED: ("D",), State.ACCEPTED: ("M",)}


class ClientNonInvite(Transaction):
    """Any other request that we send."""

    __slots__ = ()
    table = CLIENT_NON_INVITE
    first_state = State.TRYING
    state_timers: ClassVar = {State.TRYING: ("E", "F"), State.PROCEEDING: ("E", "F"), State.COMPLETED: ("K",)}


class ServerInvite(Transaction):
    """An INVITE that we received."""

    __slots__ = ()
    table = SERVER_INVITE
    first_state = State.PROCEEDING
    state_timers: ClassVar = {
        State.PROCEEDING: ("100",),
        State.COMPLETED: ("G", "H"),
        State.CONFIRMED: ("I",),
        State.ACCEPTED: ("L",),
    }


class ServerNonInvite(Transaction):
    """Any other request that we received."""

    __slots__ = ()
    table = SERVER_NON_INVITE
    first_state = State.TRYING
    state_timers: ClassVar = {State.COMPLETED: ("J",)}


def input_of(status: int) -> Input:
    """The input that a response of this status is."""
    return INPUTS_BY_CLASS[status // 100]
