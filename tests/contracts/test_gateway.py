"""What every `dialer.ports.Gateway` promises: one final event for each call and each leg, and nothing after it.

A rig is one gateway with a far end that does as the called number says, in virtual time.
"""

import asyncio
import itertools
from collections.abc import Callable
from typing import Protocol

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import SessionConfirmed, SessionOffered, UserAgent, UserAgentEvent, make_answer, parse_sdp
from dialer.gateway.sip.memory_network import MemoryNetwork
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import (
    BridgeCall,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallRinging,
    CancelCall,
    CloseLeg,
    Event,
    GatewayCommand,
    HangUpCall,
    LegClosed,
    LegOpened,
    MessagePlayed,
    OpenLeg,
    PlaceCall,
    PlayMessage,
)
from dialer.model import CallCause
from simulation.models.customers import Fate
from simulation.models.timelines import Timeline
from simulation.ports.gateway import SimGateway
from simulation.ports.numbers import number_of

RING_S = 20.0
FATES = {
    "answers": None,
    "answers and hangs up": CallCause.FAR_END,
    "busy": CallCause.BUSY,
    "rings for ever": CallCause.NO_ANSWER,
    "does not exist": CallCause.INVALID_NUMBER,
    "refuses": CallCause.REJECTED,
    "no circuit": CallCause.CONGESTION,
    "no response": CallCause.TRUNK_FAILURE,
}
"""What the far end does, and the cause with which the call ends if the dialer does nothing."""

STATUSES = {"busy": 486, "does not exist": 404, "refuses": 603, "no circuit": 503}
ANSWER_S = 3.0
PATIENCE_S = 4.0
LEG = "anna#1"


class Rig(Protocol):
    """A gateway, its far end, and time."""

    events: list[tuple[float, Event]]

    def __init__(self, fates: list[str]) -> None:
        """The far end of call n does as `fates[n]` says."""

    def number(self, n: int) -> str: ...
    def send(self, command: GatewayCommand) -> None: ...
    def now(self) -> float: ...
    def run(self, for_s: float) -> None: ...
    def at(self, delay_s: float, call: Callable[[], None]) -> None: ...


class SipRig:
    """The live gateway, with a carrier and an agent's phone that speak SIP on a network in memory."""

    def __init__(self, fates: list[str]) -> None:
        self.events: list[tuple[float, Event]] = []
        self.network = MemoryNetwork()
        self.media = SilentMedia(defer=lambda call: self.network.call_later(2.0, call))
        self._fates = fates
        silent = [self.number(n).encode() + b"@" for n, fate in enumerate(fates) if fate == "no response"]
        self.network.fate = lambda datagram, _: () if any(n in datagram.data for n in silent) else (0.01,)
        self._tokens = itertools.count()
        self._impatient: set[str] = set()
        self.gateway = SipGateway(
            GatewaySettings(trunks=(TrunkAddress(name="carrier", host="192.0.2.20"),)),
            self.media,
            lambda event: self.events.append((self.network.now, event)),
            self.network.time,
            self.token,
            self.network.open,
        )
        asyncio.run(self.gateway.start())
        self._far_ends = [
            self.network.attach(host, 5060, lambda own: UserAgent(own, self.token), self._handler(n))
            for n, host in enumerate(("192.0.2.20", "192.0.2.30"))
        ]

    def token(self) -> str:
        return f"t{next(self._tokens)}"

    def number(self, n: int) -> str:
        return f"+1202555{n:04}"

    def send(self, command: GatewayCommand) -> None:
        self.gateway.send(command)

    def now(self) -> float:
        return self.network.now

    def run(self, for_s: float) -> None:
        self.network.run(for_s)

    def at(self, delay_s: float, call: Callable[[], None]) -> None:
        self.network.call_later(delay_s, call)

    def _handler(self, far_end: int) -> Callable[[UserAgentEvent], None]:
        def on_event(event: UserAgentEvent) -> None:
            agent = self._far_ends[far_end].agent
            if isinstance(event, SessionOffered):
                digits = event.request.uri.partition("@")[0][-4:]
                self._meet(agent, event, "answers" if far_end else self._fates[int(digits)])
            elif isinstance(event, SessionConfirmed) and event.session_id in self._impatient:
                self.network.call_later(PATIENCE_S, lambda: self._leave(agent, event.session_id))

        return on_event

    def _meet(self, agent: UserAgent, offered: SessionOffered, fate: str) -> None:
        session_id = offered.session_id

        def answer() -> None:
            if session_id in agent.session_ids:
                body = make_answer(parse_sdp(offered.request.body), "192.0.2.20", 30000, origin_id=1)
                agent.answer(session_id, body, self.network.now)

        if fate in STATUSES:
            agent.refuse(session_id, STATUSES[fate], self.network.now)
            return
        agent.ring(session_id, self.network.now)
        if fate == "answers and hangs up":
            self._impatient.add(session_id)
        if fate != "rings for ever":
            self.network.call_later(ANSWER_S, answer)

    def _leave(self, agent: UserAgent, session_id: str) -> None:
        if session_id in agent.session_ids:
            agent.hang_up(session_id, self.network.now)


class SimRig:
    """The simulator's gateway."""

    def __init__(self, fates: list[str]) -> None:
        self.events: list[tuple[float, Event]] = []
        self._fates = fates
        self._env = simpy.Environment()
        self.gateway = SimGateway(
            self._env,
            lambda event: self.events.append((self._env.now, event)),
            [self],  # type: ignore[list-item]
            self,  # type: ignore[arg-type]
            bridge_delay_s=Timeline(0.02),
            speeds={"anna": 1.0},
        )

    def fate(self, place: int, _attempt: int, _now: float) -> Fate:
        """Stands in for the customers' model."""
        kind = self._fates[place]
        failure = FATES[kind] if kind in STATUSES or kind == "no response" else None
        is_person = kind.startswith("answers")
        return Fate(
            is_person=is_person,
            is_machine=False,
            failure=failure,
            delay_s=ANSWER_S if is_person or failure else float("inf"),
            post_dial_delay_s=1.0,
            answer_probability=0.5,
            is_machine_known=False,
            amd_delay_s=0.0,
            amd_says_machine=False,
            patience_s=PATIENCE_S if kind == "answers and hangs up" else float("inf"),
            talk_s=600.0,
        )

    def outage(self, _now: float) -> None:
        """Stands in for the carrier's model."""

    def is_congested(self, _key: int, _now: float, _calls_up: int) -> bool:
        """Stands in for the carrier's model."""
        return False

    def number(self, n: int) -> str:
        return number_of(0, n)

    def send(self, command: GatewayCommand) -> None:
        self.gateway.send(command)

    def now(self) -> float:
        return float(self._env.now)

    def run(self, for_s: float) -> None:
        self._env.run(until=self._env.now + for_s)

    def at(self, delay_s: float, call: Callable[[], None]) -> None:
        timeout = self._env.timeout(delay_s)
        assert timeout.callbacks is not None
        timeout.callbacks.append(lambda _: call())


RIGS = {"sip": SipRig, "sim": SimRig}


@pytest.fixture(params=RIGS, ids=str)
def make_rig(request: pytest.FixtureRequest) -> type[Rig]:
    return RIGS[request.param]  # type: ignore[return-value]


def place(rig: Rig, n: int) -> str:
    call_id = f"{n}-1"
    rig.send(
        PlaceCall(
            call_id=call_id, number=rig.number(n), caller_id="+12025550100", trunk="carrier", ring_timeout_s=RING_S
        )
    )
    return call_id


def told(rig: Rig, call_id: str) -> list[Event]:
    return [event for _, event in rig.events if getattr(event, "call_id", None) == call_id]


def check_one_ending(events: list[Event]) -> CallEnded:
    """The order that the engine relies on."""
    assert sum(isinstance(event, CallEnded) for event in events) == 1, events
    last = events[-1]
    assert isinstance(last, CallEnded), events
    kinds = [type(event) for event in events]
    assert kinds.count(CallAnswered) <= 1
    up = kinds.index(CallAnswered) if CallAnswered in kinds else len(kinds)
    assert all(kind is CallRinging for kind in kinds[: min(up, len(kinds) - 1)])
    assert all(kind in (CallBridged, MessagePlayed, CallEnded) for kind in kinds[up + 1 :])
    return last


@pytest.mark.parametrize("fate", [fate for fate, cause in FATES.items() if cause is not None])
def test_a_call_left_alone_ends_by_itself_with_its_cause(make_rig: type[Rig], fate: str) -> None:
    rig = make_rig([fate])
    call_id = place(rig, 0)
    rig.run(200)
    assert check_one_ending(told(rig, call_id)).cause is FATES[fate]


def test_an_answered_call_stays_up_until_it_is_hung_up(make_rig: type[Rig]) -> None:
    rig = make_rig(["answers"])
    call_id = place(rig, 0)
    rig.run(300)
    assert [type(event) for event in told(rig, call_id)] == [CallRinging, CallAnswered]
    rig.send(HangUpCall(call_id=call_id))
    rig.run(10)
    assert check_one_ending(told(rig, call_id)).cause is CallCause.DIALER


def test_a_call_that_is_cancelled_ends_by_the_dialer(make_rig: type[Rig]) -> None:
    rig = make_rig(["rings for ever"])
    call_id = place(rig, 0)
    rig.run(5)
    rig.send(CancelCall(call_id=call_id))
    rig.run(10)
    ended = check_one_ending(told(rig, call_id))
    assert ended.cause is CallCause.DIALER
    assert not any(isinstance(event, CallAnswered) for event in told(rig, call_id))


def test_nobody_is_rung_for_less_than_the_ring_timeout(make_rig: type[Rig]) -> None:
    rig = make_rig(["rings for ever"])
    call_id = place(rig, 0)
    rig.run(200)
    times = {type(event): at for at, event in rig.events if getattr(event, "call_id", None) == call_id}
    rang_s = times[CallEnded] - times[CallRinging]
    assert RING_S - 2.0 <= rang_s <= RING_S + 1.0


def test_an_answered_call_is_bridged_to_an_open_leg_and_may_be_moved(make_rig: type[Rig]) -> None:
    rig = make_rig(["answers"])
    rig.send(OpenLeg(leg_id=LEG, agent_id="anna", address="sip:anna@192.0.2.30"))
    call_id = place(rig, 0)
    rig.run(10)
    assert LegOpened(leg_id=LEG) in [event for _, event in rig.events]
    for _ in range(2):
        rig.send(BridgeCall(call_id=call_id, leg_id=LEG))
        rig.run(1)
    assert told(rig, call_id).count(CallBridged(call_id=call_id, leg_id=LEG)) == 2
    rig.send(HangUpCall(call_id=call_id))
    rig.send(CloseLeg(leg_id=LEG))
    rig.run(10)
    check_one_ending(told(rig, call_id))
    assert sum(isinstance(event, LegClosed) for _, event in rig.events) == 1


def test_a_message_is_played_to_its_end(make_rig: type[Rig]) -> None:
    rig = make_rig(["answers"])
    call_id = place(rig, 0)
    rig.run(5)
    rig.send(PlayMessage(call_id=call_id, message="safe-harbour"))
    rig.run(30)
    assert told(rig, call_id)[-1] == MessagePlayed(call_id=call_id)


class Deed(Protocol):
    def __call__(self, rig: Rig, call_id: str) -> None: ...


DEEDS: dict[str, Deed] = {
    "cancel": lambda rig, call_id: rig.send(CancelCall(call_id=call_id)),
    "hang up": lambda rig, call_id: rig.send(HangUpCall(call_id=call_id)),
    "play": lambda rig, call_id: rig.send(PlayMessage(call_id=call_id, message="safe-harbour")),
    "bridge": lambda rig, call_id: rig.send(BridgeCall(call_id=call_id, leg_id=LEG)),
}
ANSWERED_ONLY = ("play", "bridge")


@settings(max_examples=60, deadline=None)
@given(
    rig_name=st.sampled_from(sorted(RIGS)),
    calls=st.lists(
        st.tuples(
            st.sampled_from(sorted(FATES)),
            st.lists(st.tuples(st.floats(0.0, 40.0), st.sampled_from(sorted(DEEDS))), max_size=4),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_whatever_is_done_every_call_ends_exactly_once(
    rig_name: str, calls: list[tuple[str, list[tuple[float, str]]]]
) -> None:
    rig: Rig = RIGS[rig_name]([fate for fate, _ in calls])
    rig.send(OpenLeg(leg_id=LEG, agent_id="anna", address="sip:anna@192.0.2.30"))
    rig.run(10)
    call_ids = []
    for n, (_, deeds) in enumerate(calls):
        call_ids.append(place(rig, n))
        for delay_s, deed in deeds:
            rig.at(delay_s, lambda deed=deed, call_id=call_ids[-1]: do(rig, deed, call_id))  # type: ignore[misc]
    rig.run(200)
    for call_id in call_ids:
        rig.send(HangUpCall(call_id=call_id))
    rig.run(200)
    for call_id in call_ids:
        check_one_ending(told(rig, call_id))
    rig.send(CloseLeg(leg_id=LEG))
    rig.run(200)
    assert sum(isinstance(event, LegClosed) for _, event in rig.events) == 1
    if isinstance(rig, SipRig):
        assert rig.media.open_streams == ()
        assert rig.gateway.agent.transactions == rig.gateway.agent.dialogs == 0


def do(rig: Rig, deed: str, call_id: str) -> None:
    """The engine bridges and plays only to a call that it knows to be up."""
    events = told(rig, call_id)
    is_up = any(isinstance(event, CallAnswered) for event in events) and not isinstance(events[-1], CallEnded)
    if is_up or deed not in ANSWERED_ONLY:
        DEEDS[deed](rig, call_id)
