"""A trunk watched over a network in memory: asked, lost, found again, and rested."""

import asyncio
import itertools

from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import Ending, SessionEnded, SessionOffered, UserAgent, UserAgentEvent, make_offer
from dialer.gateway.sip.memory_network import MemoryNetwork
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import CallEnded, CancelCall, Event, PlaceCall, TrunkStateChanged
from dialer.model import CallCause

CARRIER = ("192.0.2.20", 5060)


class Way:
    """A gateway and its one carrier, which can be cut off."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.sent: list[str] = []
        self.far_events: list[UserAgentEvent] = []
        self.network = MemoryNetwork()
        self.is_cut = False
        self.refusal = 0
        self.progress = 180
        self.network.fate = lambda _datagram, source: () if self.is_cut else (0.01,)
        self.network.on_send = lambda datagram, _: self.sent.append(datagram.data[:8].decode())
        numbers = itertools.count()
        self.gateway = SipGateway(
            GatewaySettings(trunks=(TrunkAddress(name="t", host=CARRIER[0]),)),
            SilentMedia(),
            self.events.append,
            self.network.time,
            lambda: f"t{next(numbers)}",
            self.network.open,
        )
        self.far = self.network.attach(*CARRIER, lambda own: UserAgent(own, lambda: f"f{next(numbers)}"), self._heard)
        asyncio.run(self.gateway.start())

    def _heard(self, event: UserAgentEvent) -> None:
        self.far_events.append(event)
        if isinstance(event, SessionOffered):
            if self.refusal:
                after = (("Retry-After", "7"),)
                self.far.agent.refuse(event.session_id, self.refusal, self.network.now, headers=after)
            else:
                self.far.agent.ring(event.session_id, self.network.now, status=self.progress)

    def place(self, call_id: str) -> None:
        self.gateway.send(PlaceCall(call_id=call_id, number="1", caller_id="2", trunk="t", ring_timeout_s=60.0))

    def changes(self) -> list[bool]:
        return [event.is_up for event in self.events if isinstance(event, TrunkStateChanged)]

    def ended(self) -> dict[str, CallCause]:
        return {event.call_id: event.cause for event in self.events if isinstance(event, CallEnded)}


def test_a_quiet_trunk_is_asked_and_stays_up() -> None:
    way = Way()
    way.network.run(100)
    assert way.sent.count("OPTIONS ") == 3
    assert way.changes() == []
    assert way.gateway.counters()["probes_sent"] == 3


def test_a_trunk_that_dies_is_down_within_a_second_of_its_first_silence_and_lets_its_calls_go() -> None:
    way = Way()
    way.place("1-1")
    way.network.run(5)
    way.is_cut = True
    way.place("2-1")
    way.network.run(0.3)
    way.place("3-1")
    way.network.run(0.65)
    assert way.changes() == [False]
    assert way.ended() == {"2-1": CallCause.TRUNK_FAILURE, "3-1": CallCause.TRUNK_FAILURE}, "1-1 rings on"
    way.is_cut = False
    way.network.run(1.2)
    assert way.changes() == [False, True]


def test_what_was_given_up_and_rings_after_all_is_cancelled() -> None:
    way = Way()
    way.network.fate = lambda datagram, source: (1.5,) if datagram.data.startswith(b"INVITE") else (0.01,)
    way.place("1-1")
    way.network.run(10)
    assert way.ended() == {"1-1": CallCause.TRUNK_FAILURE}
    assert "CANCEL s" in way.sent
    assert isinstance(way.far_events[-1], SessionEnded)
    way.network.run(100)
    assert way.gateway.agent.transactions == 0
    assert way.gateway.agent.dialogs == 0


def test_a_trunk_that_says_for_how_long_it_is_overloaded_is_left_alone_for_so_long() -> None:
    way = Way()
    way.refusal = 503
    way.place("1-1")
    way.network.run(1)
    assert way.changes() == [False]
    assert way.ended() == {"1-1": CallCause.CONGESTION}
    way.network.run(5.5)
    assert way.changes() == [False]
    way.network.run(1)
    assert way.changes() == [False, True]


def test_what_rings_on_a_trunk_that_has_died_is_lost_some_seconds_later() -> None:
    way = Way()
    way.place("1-1")
    way.network.run(5)
    way.is_cut = True
    way.place("2-1")
    way.network.run(9)
    assert way.ended() == {"2-1": CallCause.TRUNK_FAILURE}, "it has never answered OPTIONS: it is given until its trial"
    way.network.run(2)
    assert way.ended()["1-1"] is CallCause.TRUNK_LOST
    (lost,) = [event for event in way.events if isinstance(event, CallEnded) and event.call_id == "1-1"]
    assert (lost.sip_status, lost.reason) == (None, "the trunk fell silent before an answer")
    way.network.run(200)
    way.is_cut = False
    way.network.run(115)
    assert way.gateway.agent.transactions == 0


def test_one_that_answers_options_is_found_dead_by_them_and_waited_for_less_long() -> None:
    way = Way()
    way.network.run(40)
    way.place("1-1")
    way.network.run(1)
    way.is_cut = True
    # 5 s of silence while it rings, 2 s for the OPTIONS, 4 s in which it may come back.
    way.network.run(9)
    assert way.changes() == [False]
    assert way.ended() == {}
    way.network.run(2.5)
    assert way.ended() == {"1-1": CallCause.TRUNK_LOST}


def test_a_trunk_that_is_back_in_time_keeps_its_calls() -> None:
    way = Way()
    way.network.run(40)
    way.place("1-1")
    way.network.run(1)
    way.is_cut = True
    way.network.run(8.5)
    assert way.changes() == [False]
    way.is_cut = False
    way.network.run(30)
    assert way.changes() == [False, True]
    assert way.ended() == {}


def test_a_call_that_talks_outlives_its_trunk() -> None:
    way = Way()
    way.place("1-1")
    way.place("2-1")
    way.network.run(1)
    names = list(way.far.agent.session_ids)
    way.far.agent.answer(names[0], make_offer(CARRIER[0], 30000, origin_id=1), way.network.now)
    way.network.run(5)
    way.is_cut = True
    way.place("3-1")
    way.network.run(20)
    assert way.ended() == {"3-1": CallCause.TRUNK_FAILURE, "2-1": CallCause.TRUNK_LOST}
    assert way.gateway.agent.session_ids == ("1-1",)


def test_one_that_had_only_been_taken_on_is_lost_too_and_not_called_a_failure() -> None:
    way = Way()
    way.progress = 100
    way.place("1-1")
    way.network.run(2)
    way.is_cut = True
    way.place("2-1")
    way.network.run(12)
    assert way.ended() == {"2-1": CallCause.TRUNK_FAILURE, "1-1": CallCause.TRUNK_LOST}


def test_one_that_we_had_given_up_ends_as_such() -> None:
    way = Way()
    way.place("1-1")
    way.network.run(1)
    way.is_cut = True
    way.gateway.send(CancelCall(call_id="1-1"))
    way.place("2-1")
    way.network.run(12)
    assert way.ended() == {"2-1": CallCause.TRUNK_FAILURE, "1-1": CallCause.DIALER}


def test_what_was_lost_and_is_answered_after_all_is_hung_up() -> None:
    way = Way()
    way.place("1-1")
    way.network.run(1)
    (name,) = way.far.agent.session_ids
    way.is_cut = True
    way.place("2-1")
    way.network.run(12)
    assert way.ended()["1-1"] is CallCause.TRUNK_LOST
    way.network.run(60)
    way.is_cut = False
    way.far.agent.answer(name, make_offer(CARRIER[0], 30000, origin_id=1), way.network.now)
    way.network.run(5)
    ends = [event for event in way.far_events if isinstance(event, SessionEnded) and event.session_id == name]
    assert [event.ending for event in ends] == [Ending.FAR_END]
    assert way.gateway.counters()["answers_late"] == 1
    way.network.run(300)
    assert (way.gateway.agent.transactions, way.gateway.agent.dialogs) == (0, 0)


def test_a_lively_trunk_gets_no_more_options_than_before() -> None:
    way = Way()
    way.network.run(40)
    for n in range(30):
        way.place(f"{n}-1")
        way.network.run(2)
    assert way.sent.count("OPTIONS ") == 3
