"""The simulated carrier: whatever happens, every call that was placed has exactly one final event."""

import pytest
import simpy

from campaigns.terms import AmdSettings
from dialer.messages import (
    AmdDecided,
    BridgeCall,
    CallAnswered,
    CallBridged,
    CallEnded,
    CallRinging,
    CancelCall,
    CloseLeg,
    DigitHeard,
    DigitsSent,
    Event,
    HangUpCall,
    LegClosed,
    LegOpened,
    MessagePlayed,
    OpenLeg,
    PlaceCall,
    PlayMessage,
    SendDigits,
    StopMessage,
)
from dialer.model import AmdResult, CallCause
from simulation.models.carrier import CarrierModel, OutageSpan
from simulation.models.changes import constant_timelines
from simulation.models.customers import CustomerModel, Fate
from simulation.models.timelines import Timeline
from simulation.ports.gateway import CONGESTION_S, MESSAGE_S, SimGateway
from simulation.ports.numbers import number_of
from simulation.scenario.carrier import Carrier
from simulation.scenario.model import Customers

PERSON = Fate(True, False, None, 10.0, 2.0, 0.3, False, 0.0, False, float("inf"), 60.0)
NOBODY = PERSON._replace(is_person=False, delay_s=float("inf"))
BUSY = PERSON._replace(is_person=False, failure=CallCause.BUSY, delay_s=3.0)
MACHINE = PERSON._replace(is_person=False, is_machine=True, talk_s=8.0)


class Line:
    """A gateway with one fate for the first lead, and a record of what it said when."""

    def __init__(self, fate: Fate, carrier: Carrier | None = None, outages=(), bridge_delay_s: float = 0.0) -> None:
        self.env = simpy.Environment()
        self.heard: list[tuple[float, Event]] = []
        people = CustomerModel(Customers(), constant_timelines(Customers()), 1, 0, {(0, 1): fate})
        cps = None if carrier is None or carrier.cps_carried is None else Timeline(carrier.cps_carried)
        model = CarrierModel(Timeline(2000.0), cps, Timeline(0.0), outages, 1)
        self.gateway = SimGateway(
            self.env,
            lambda event: self.heard.append((float(self.env.now), event)),
            [people],
            model,
            Timeline(bridge_delay_s),
            {"ann": 1.0, "bob": 2.0},
        )

    def place(self, amd: AmdSettings | None = None) -> None:
        self.gateway.send(
            PlaceCall(call_id="7-1", number=number_of(0, 0), caller_id="", trunk="trunk", ring_timeout_s=28.0, amd=amd)
        )

    def run(self, until: float = 1000.0) -> list[tuple[float, Event]]:
        self.env.run(until=until)
        return self.heard


def ended(cause: CallCause, sip_status: int | None, reason: str = "") -> CallEnded:
    return CallEnded(call_id="7-1", cause=cause, sip_status=sip_status, reason=reason)


RINGS = (2.0, CallRinging(call_id="7-1"))
ANSWERS = (10.0, CallAnswered(call_id="7-1"))


def test_a_person_rings_answers_talks_and_hangs_up() -> None:
    line = Line(PERSON)
    line.place()
    line.run(until=11.0)
    line.gateway.send(BridgeCall(call_id="7-1", leg_id="bob#1"))

    assert line.run() == [
        RINGS,
        ANSWERS,
        (11.0, CallBridged(call_id="7-1", leg_id="bob#1")),
        (131.0, ended(CallCause.FAR_END, 200)),
    ]
    assert not line.gateway.calls


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (NOBODY, [RINGS, (28.0, ended(CallCause.NO_ANSWER, 487))]),
        (PERSON._replace(delay_s=28.1), [RINGS, (28.0, ended(CallCause.NO_ANSWER, 487))]),
        (BUSY, [(3.0, ended(CallCause.BUSY, 486))]),
        (
            PERSON._replace(patience_s=4.0),
            [RINGS, ANSWERS, (14.0, ended(CallCause.FAR_END, 200, "hung up while waiting"))],
        ),
        (
            MACHINE._replace(is_machine_known=True),
            [RINGS, (10.0, ended(CallCause.NO_ANSWER, 487, "the carrier's voicemail"))],
        ),
    ],
    ids=["nobody", "too slow", "busy", "impatient", "voicemail"],
)
def test_calls_that_reach_no_agent(fate: Fate, expected: list) -> None:
    line = Line(fate)
    line.place()

    assert line.run() == expected


@pytest.mark.parametrize("at", [1.0, 5.0, 11.0])
def test_a_call_given_up_ends_once_whenever_that_is(at: float) -> None:
    line = Line(PERSON)
    line.place()
    line.run(until=at)
    line.gateway.send(CancelCall(call_id="7-1") if at < 10.0 else HangUpCall(call_id="7-1"))
    line.gateway.send(HangUpCall(call_id="7-1"))
    ends = [event for _, event in line.run() if isinstance(event, CallEnded)]

    assert ends == [ended(CallCause.DIALER, None)]


def test_amd_speaks_after_its_delay_and_not_of_calls_that_are_gone() -> None:
    fate = MACHINE._replace(amd_delay_s=1.2, amd_says_machine=True)
    line, gone = Line(fate), Line(fate)
    line.place(amd=AmdSettings())
    gone.place(amd=AmdSettings())
    gone.run(until=10.5)
    gone.gateway.send(HangUpCall(call_id="7-1"))

    assert (11.2, AmdDecided(call_id="7-1", result=AmdResult.MACHINE)) in line.run()
    assert not any(isinstance(event, AmdDecided) for _, event in gone.run())


def test_a_message_is_played_to_its_end_whatever_the_patience() -> None:
    line = Line(PERSON._replace(patience_s=3.0))
    line.place()
    line.run(until=12.0)
    line.gateway.send(PlayMessage(call_id="7-1", message="safe-harbour"))

    assert line.run()[-1] == (12.0 + MESSAGE_S, MessagePlayed(call_id="7-1"))


def test_a_conversation_handed_over_goes_on_for_what_is_left() -> None:
    line = Line(PERSON, bridge_delay_s=0.5)
    line.place()
    line.run(until=11.0)
    line.gateway.send(BridgeCall(call_id="7-1", leg_id="ann#1"))
    line.run(until=31.0)
    line.gateway.send(BridgeCall(call_id="7-1", leg_id="bob#1"))

    assert line.run()[-2:] == [
        (31.5, CallBridged(call_id="7-1", leg_id="bob#1")),
        (71.5, ended(CallCause.FAR_END, 200)),
    ]


def test_full_trunks_and_outages_end_calls() -> None:
    full = Line(PERSON, Carrier(cps_carried=0.5))
    full.gateway._carrier.is_congested(99, 0.0, 0)
    full.place()
    out = Line(PERSON, outages=[OutageSpan(0.0, 10.0, True, 5.0)])
    out.place()

    assert full.run() == [(CONGESTION_S, ended(CallCause.CONGESTION, 503))]
    assert out.run() == [(5.0, ended(CallCause.TRUNK_FAILURE, 408))]


def test_legs_open_and_close_at_once() -> None:
    line = Line(PERSON)
    line.gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address="desk"))
    line.gateway.send(CloseLeg(leg_id="ann#1"))

    assert [event for _, event in line.heard] == [LegOpened(leg_id="ann#1"), LegClosed(leg_id="ann#1")]


def test_a_person_presses_their_key_once_while_something_plays() -> None:
    line = Line(PERSON._replace(key="1", key_delay_s=3.0))
    line.place()
    line.run(until=11.0)
    for _ in range(2):
        line.gateway.send(PlayMessage(call_id="7-1", message="offer"))
    line.run(until=30.0)
    assert line.heard[2:] == [
        (14.0, DigitHeard(call_id="7-1", digit="1")),
        (11.0 + MESSAGE_S, MessagePlayed(call_id="7-1")),
    ]


def test_what_is_stopped_does_not_come_to_its_end_and_patience_begins_anew() -> None:
    line = Line(PERSON._replace(patience_s=4.0))
    line.place()
    line.run(until=11.0)
    line.gateway.send(PlayMessage(call_id="7-1", message="offer"))
    line.run(until=12.0)
    line.gateway.send(StopMessage(call_id="7-1"))
    line.run(until=30.0)
    assert [at for at, event in line.heard[2:] if isinstance(event, CallEnded)] == [16.0]
    assert not any(isinstance(event, MessagePlayed) for _, event in line.heard)


def test_keys_for_a_person_are_taken_and_heard_by_nobody() -> None:
    line = Line(PERSON)
    line.place()
    line.run(until=11.0)
    line.gateway.send(SendDigits(call_id="7-1", digits="1", request_id=5))
    assert line.heard[-1] == (11.0, DigitsSent(request_id=5))
