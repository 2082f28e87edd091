"""What the contract (tests/contracts/test_gateway.py) does not say: media, names, refusals and the end."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from dialer.gateway.media_port import MediaError
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import (
    Invitation,
    SessionEnded,
    SessionOffered,
    UserAgent,
    UserAgentEvent,
    make_answer,
    make_offer,
    parse_sdp,
)
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
    DigitHeard,
    Event,
    HangUpCall,
    LegClosed,
    LegOpened,
    MessagePlayed,
    OpenLeg,
    PlaceCall,
    PlayMessage,
)
from dialer.model import CallCause

CARRIER = ("192.0.2.20", 5060)
ANSWER = make_offer("192.0.2.20", 30000, origin_id=1, codecs=(8,))


class Floor:
    """A gateway, and one far end that answers every call with `self.body` unless told otherwise."""

    def __init__(self, **settings: Any) -> None:
        self.events: list[Event] = []
        self.network = MemoryNetwork()
        self.media = SilentMedia(streams_max=settings.pop("streams_max", 10))
        self.body: bytes | None = ANSWER
        self.far_events: list[UserAgentEvent] = []
        numbers = itertools.count()
        self.gateway = SipGateway(
            GatewaySettings(
                trunks=(TrunkAddress(name="t", host=CARRIER[0]), TrunkAddress(name="lost", host="no-such.invalid")),
                **settings,
            ),
            self.media,
            self.events.append,
            self.network.time,
            lambda: f"t{next(numbers)}",
            self.network.open,
        )
        self.far = self.network.attach(*CARRIER, lambda own: UserAgent(own, lambda: f"t{next(numbers)}"), self._heard)

    def _heard(self, event: UserAgentEvent) -> None:
        self.far_events.append(event)
        if isinstance(event, SessionOffered) and self.body is not None:
            self.far.agent.answer(event.session_id, self.body, self.network.now)

    def start(self) -> "Floor":
        asyncio.run(self.gateway.start())
        return self

    def place(self, call_id: str = "1-1", trunk: str = "t") -> None:
        self.gateway.send(
            PlaceCall(call_id=call_id, number="+12025550199", caller_id="+12025550100", trunk=trunk, ring_timeout_s=20)
        )

    def up(self, call_id: str = "1-1") -> "Floor":
        """With a call that is up, and an agent's leg."""
        self.start()
        self.gateway.send(OpenLeg(leg_id="anna#1", agent_id="anna", address="sip:anna@192.0.2.20"))
        self.place(call_id)
        self.network.run(1)
        assert LegOpened(leg_id="anna#1") in self.events
        assert CallAnswered(call_id=call_id) in self.events
        return self

    def ended(self, call_id: str = "1-1") -> CallEnded:
        (event,) = [e for e in self.events if isinstance(e, CallEnded) and e.call_id == call_id]
        return event


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_the_answer_connects_the_audio(floor: Floor) -> None:
    floor.up()
    assert floor.media.far_ends["1-1"] == ("192.0.2.20", 30000, 8)
    assert floor.media.far_ends["anna#1"] == ("192.0.2.20", 30000, 8)


def test_the_offer_names_our_stream(floor: Floor) -> None:
    floor.up()
    offered = [event for event in floor.far_events if isinstance(event, SessionOffered)]
    offers = [parse_sdp(event.request.body) for event in offered]
    assert {offer.port for offer in offers} == set(floor.media._ports.values())
    assert len({offer.origin for offer in offers}) == 2


def test_behind_nat_far_ends_see_the_advertised_address() -> None:
    floor = Floor(host="10.0.0.1", advertised_host="203.0.113.9").start()
    floor.place()
    floor.network.run(0.05)
    offered = floor.far_events[0]
    assert isinstance(offered, SessionOffered)
    assert parse_sdp(offered.request.body).host == "203.0.113.9"
    assert offered.request.get("Contact") == "<sip:203.0.113.9:5060>"
    assert floor.gateway.address == ("10.0.0.1", 5060)


@pytest.mark.parametrize("body", [b"", b"rubbish", ANSWER.replace(b"RTP/AVP 8", b"RTP/AVP 18")])
def test_an_answer_without_audio_is_hung_up(floor: Floor, body: bytes) -> None:
    floor.body = body
    floor.start().place()
    floor.network.run(1)
    assert [type(event) for event in floor.events] == [CallAnswered, CallEnded]
    assert floor.ended().cause is CallCause.TRUNK_FAILURE
    assert "no audio" in floor.ended().reason
    assert floor.media.open_streams == ()


def test_a_leg_without_audio_is_never_open(floor: Floor) -> None:
    floor.body = b""
    floor.start().gateway.send(OpenLeg(leg_id="anna#1", agent_id="anna", address="anna@192.0.2.20"))
    floor.network.run(1)
    assert [type(event) for event in floor.events] == [LegClosed]


def test_a_reinvite_moves_the_audio_and_hold_stops_it(floor: Floor) -> None:
    floor.up()
    line = floor.media.far_ends
    for body, expected in (
        (make_offer("192.0.2.21", 31000, origin_id=1, version=2), ("192.0.2.21", 31000, 0)),
        (
            make_offer("192.0.2.21", 31000, origin_id=1, version=3).replace(b"sendrecv", b"sendonly"),
            ("192.0.2.21", 0, 0),
        ),
        (make_offer("0.0.0.0", 31000, origin_id=1, version=4), ("0.0.0.0", 0, 0)),
    ):
        from dialer.gateway.sip import SessionModified

        floor.gateway._on_event(SessionModified(session_id="1-1", body=body))
        assert line["1-1"] == expected
    floor.gateway._on_event(SessionModified(session_id="1-1", body=b"rubbish"))
    assert line["1-1"] == expected


def test_a_bridge_joins_the_streams_and_moves_with_the_call(floor: Floor) -> None:
    floor.up()
    floor.gateway.send(OpenLeg(leg_id="bert#1", agent_id="bert", address="sip:bert@192.0.2.20"))
    floor.network.run(1)
    floor.gateway.send(BridgeCall(call_id="1-1", leg_id="anna#1"))
    assert floor.media.bridges == {"1-1": "anna#1", "anna#1": "1-1"}
    floor.gateway.send(BridgeCall(call_id="1-1", leg_id="bert#1"))
    assert floor.media.bridges == {"1-1": "bert#1", "bert#1": "1-1"}
    assert floor.events[-1] == CallBridged(call_id="1-1", leg_id="bert#1")


def test_a_leg_in_another_call_is_not_bridged_twice(floor: Floor) -> None:
    floor.up()
    floor.place("2-1")
    floor.network.run(1)
    floor.gateway.send(BridgeCall(call_id="1-1", leg_id="anna#1"))
    floor.gateway.send(BridgeCall(call_id="2-1", leg_id="anna#1"))
    assert [event for event in floor.events if isinstance(event, CallBridged)] == [
        CallBridged(call_id="1-1", leg_id="anna#1")
    ]
    assert floor.gateway.counters()["bridges_failed"] == 1


@pytest.mark.parametrize(
    "command",
    [
        BridgeCall(call_id="1-1", leg_id="nobody#1"),
        BridgeCall(call_id="9-9", leg_id="anna#1"),
        BridgeCall(call_id="anna#1", leg_id="1-1"),
        PlayMessage(call_id="9-9", message="x"),
        OpenLeg(leg_id="anna#1", agent_id="anna", address="sip:anna@192.0.2.20"),
        PlaceCall(call_id="1-1", number="1", caller_id="", trunk="t", ring_timeout_s=20.0),
    ],
)
def test_commands_out_of_place_are_counted_and_do_nothing(floor: Floor, command: Any) -> None:
    floor.up()
    before = list(floor.events)
    floor.gateway.send(command)
    floor.network.run(1)
    assert floor.events == before
    assert floor.gateway.counters()["commands_out_of_place"] == 1


def test_ending_what_has_ended_is_no_fault(floor: Floor) -> None:
    floor.start()
    for command in (HangUpCall(call_id="9-9"), CancelCall(call_id="9-9"), CloseLeg(leg_id="x#1")):
        floor.gateway.send(command)
    assert floor.gateway.counters()["commands_out_of_place"] == 0


def test_a_message_is_played_and_takes_the_call_off_its_agent(floor: Floor) -> None:
    floor.up()
    floor.gateway.send(BridgeCall(call_id="1-1", leg_id="anna#1"))
    floor.gateway.send(PlayMessage(call_id="1-1", message="safe-harbour"))
    assert floor.media.bridges == {}
    floor.media.finish("1-1")
    assert floor.events[-1] == MessagePlayed(call_id="1-1")


def test_a_message_that_cannot_be_played_ends_the_call(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.up()

    def no_prompt(*_: object) -> None:
        raise MediaError("there is no prompt 'x'")

    monkeypatch.setattr(floor.media, "play", no_prompt)
    floor.gateway.send(PlayMessage(call_id="1-1", message="x"))
    floor.network.run(1)
    assert floor.ended().cause is CallCause.DIALER
    assert "there is no prompt 'x'" in floor.ended().reason
    assert not any(isinstance(event, MessagePlayed) for event in floor.events)
    assert floor.gateway.counters()["messages_failed"] == 1


def test_a_call_or_leg_without_audio_is_ended(floor: Floor) -> None:
    floor.up()
    floor.media.time_out("1-1")
    floor.media.time_out("anna#1")
    floor.media.time_out("9-9")
    floor.network.run(1)
    assert floor.ended().cause is CallCause.MEDIA_TIMEOUT
    assert LegClosed(leg_id="anna#1", reason="no audio came from the far end") in floor.events


def test_a_call_and_a_leg_whose_audio_is_lost_on_our_side_end_with_that_cause(floor: Floor) -> None:
    floor.up()
    for line_id in ("1-1", "anna#1", "9-9"):
        floor.media.fail(line_id, "media worker 1 was killed by signal 9")
    floor.network.run(1)
    assert (floor.ended().cause, floor.ended().reason) == (
        CallCause.MEDIA_FAILURE,
        "media worker 1 was killed by signal 9",
    )
    assert LegClosed(leg_id="anna#1", reason="media worker 1 was killed by signal 9") in floor.events
    assert not floor.media.open_streams


def test_an_unknown_trunk_ends_the_call_at_once(floor: Floor) -> None:
    floor.start().place(trunk="nowhere")
    assert floor.ended().cause is CallCause.TRUNK_FAILURE
    assert "'nowhere'" in floor.ended().reason


def test_a_trunk_whose_name_is_not_found_ends_the_call_at_once(floor: Floor) -> None:
    async def main() -> None:
        await floor.gateway.start()
        floor.place(trunk="lost")
        floor.gateway._hosts.close()

    asyncio.run(main())
    assert floor.ended().cause is CallCause.TRUNK_FAILURE
    assert "no-such.invalid" in floor.ended().reason


def test_no_free_port_is_congestion() -> None:
    floor = Floor(streams_max=1).start()
    floor.place("1-1")
    floor.place("2-1")
    assert floor.ended("2-1").cause is CallCause.CONGESTION
    assert "ports are in use" in floor.ended("2-1").reason


def test_a_full_table_is_congestion() -> None:
    floor = Floor(calls_max=1).start()
    floor.place("1-1")
    floor.place("2-1")
    assert floor.ended("2-1").cause is CallCause.CONGESTION
    assert floor.media.open_streams == ("1-1",)


def test_a_call_id_that_cannot_be_written_ends_the_call(floor: Floor) -> None:
    floor.start().place("1-1\r\nX-Evil: 1")
    assert floor.ended("1-1\r\nX-Evil: 1").cause is CallCause.TRUNK_FAILURE
    assert floor.media.open_streams == ()


@pytest.mark.parametrize("address", ["", "tel:+1202", "a b@192.0.2.20"])
def test_a_phone_without_an_address_is_told(floor: Floor, address: str) -> None:
    floor.start().gateway.send(OpenLeg(leg_id="anna#1", agent_id="anna", address=address))
    (closed,) = floor.events
    assert isinstance(closed, LegClosed)
    assert closed.reason


def test_a_phone_by_name_is_looked_up_and_may_be_given_up_meanwhile(floor: Floor) -> None:
    async def main() -> None:
        await floor.gateway.start()
        for n in (1, 2):
            floor.gateway.send(OpenLeg(leg_id=f"anna#{n}", agent_id="anna", address="sip:anna@localhost"))
        floor.gateway.send(CloseLeg(leg_id="anna#2"))
        await asyncio.gather(*floor.gateway._hosts._tasks)

    asyncio.run(main())
    assert floor.events == [LegClosed(leg_id="anna#2", reason="given up by the dialer")]
    assert floor.gateway.agent.session_ids == ("anna#1",)


def test_nobody_can_call_us(floor: Floor) -> None:
    floor.start()
    host, port = floor.gateway.address
    floor.far.agent.invite(
        Invitation(session_id="x", uri=f"sip:dialer@{host}", destination=(host, port), caller="<sip:a@h>"),
        floor.network.now,
    )
    floor.network.run(1)
    ended = floor.far_events[-1]
    assert isinstance(ended, SessionEnded)
    assert ended.status == 404
    assert floor.events == []
    assert floor.gateway.counters()["calls_refused"] == 1


def test_before_the_start_and_after_the_end_calls_fail_at_once(floor: Floor) -> None:
    floor.place("1-1")
    assert floor.ended("1-1").cause is CallCause.TRUNK_FAILURE
    floor.start()
    asyncio.run(floor.gateway.close())
    floor.place("2-1")
    assert floor.ended("2-1").cause is CallCause.TRUNK_FAILURE
    assert "calls" in Floor().gateway.counters()


def test_the_end_hangs_up_everything_and_waits_for_the_answers(floor: Floor) -> None:
    floor.up()
    asyncio.run(floor.gateway.close())
    assert floor.ended().cause is CallCause.DIALER
    assert sum(isinstance(event, LegClosed) for event in floor.events) == 1
    assert floor.media.open_streams == ()
    assert [event.ending for event in floor.far_events if isinstance(event, SessionEnded)] == ["far_end"] * 2


def test_the_end_does_not_wait_for_ever(floor: Floor) -> None:
    floor.body = None
    floor.network.fate = lambda datagram, source: ()
    floor.start().place()
    begun = floor.network.now
    asyncio.run(floor.gateway.close(3.0))
    assert floor.network.now == begun + 3.0
    assert floor.ended().reason == "the gateway closed before the far end confirmed"
    assert floor.media.open_streams == ()


def test_the_counters_are_numbers_by_name(floor: Floor) -> None:
    floor.up()
    counters = floor.gateway.counters()
    assert (counters["calls"], counters["legs"], counters["invites_sent"]) == (1, 1, 2)
    assert all(isinstance(value, int) for value in counters.values())


def test_ringing_is_told_once_and_early_media_is_ringing(floor: Floor) -> None:
    floor.body = None
    floor.start().place()
    floor.network.run(0.1)
    for status in (181, 183, 180):
        floor.far.agent.ring("in-1", floor.network.now, status=status)
        floor.network.run(0.1)
    assert floor.events == [CallRinging(call_id="1-1", sip_status=183)]


def test_events_may_be_answered_with_commands_at_once() -> None:
    floor = Floor()
    seen: list[Event] = []
    react: dict[type, Callable[[Any], None]] = {
        CallAnswered: lambda event: floor.gateway.send(PlayMessage(call_id=event.call_id, message="m")),
        CallEnded: lambda event: floor.place("2-1") if event.call_id == "1-1" else None,
    }

    def post(event: Event) -> None:
        seen.append(event)
        react.get(type(event), lambda _: None)(event)

    floor.gateway._post = post
    floor.start().place()
    floor.network.run(1)
    floor.gateway.send(HangUpCall(call_id="1-1"))
    floor.network.run(1)
    assert [type(event) for event in seen] == [CallAnswered, CallEnded, CallAnswered]
    assert floor.media.prompts == [("1-1", "m"), ("2-1", "m")]


def test_offers_are_answered_by_our_own_answering_side() -> None:
    offer = parse_sdp(make_offer("192.0.2.1", 4000, origin_id=1))
    assert parse_sdp(make_answer(offer, "192.0.2.2", 4002, origin_id=2)).codecs == (0, 8)


def test_a_key_by_info_is_a_key(floor: Floor) -> None:
    floor.up()
    floor.gateway._conversations.key_sent("1-1", "7")
    assert DigitHeard(call_id="1-1", digit="7") in floor.events
