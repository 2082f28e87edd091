"""Transfers with sipp as the agent's telephone, the customer's carrier and whoever the call is handed on to."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import (
    AnswerRefer,
    BridgeCall,
    CallAnswered,
    CallBridged,
    CallEnded,
    CloseLeg,
    Event,
    HangUpCall,
    LegClosed,
    LegOpened,
    LegReferred,
    OpenLeg,
    PlaceCall,
)
from tests.interop.conftest import StartSipp

pytestmark = pytest.mark.sipp

LEG, CALL, PARTY = "ann#1", "4711-2", "4711-2>1"
PHONES = RegistrarSettings(passwords={"1001": "secret", "1002": "geheim"}, algorithms=("MD5",))
BOB = "<sip:bob@192.0.2.1>"


class Floor:
    """A gateway with a customer and an agent in conversation; the test plays the engine."""

    def __init__(self, start_sipp: StartSipp, phone: str, **keys: str) -> None:
        self.start_sipp = start_sipp
        self.carrier = start_sipp("answer")
        self.phone = start_sipp(phone, keys={"more": "", **keys})
        host, port = self.carrier.address
        self.events: list[Event] = []
        self._moved = asyncio.Event()
        self.media = SilentMedia()
        settings = GatewaySettings(port=0, trunks=(TrunkAddress(name="carrier", host=host, port=port),), phones=PHONES)
        self.gateway = SipGateway(settings, self.media, self._post, time.monotonic)

    def _post(self, event: Event) -> None:
        self.events.append(event)
        self._moved.set()

    async def until(self, *events: Event) -> None:
        """Wait until all of these have come."""
        async with asyncio.timeout(120):
            while not all(event in self.events for event in events):
                self._moved.clear()
                await self._moved.wait()

    async def until_kind(self, kind: type[Event]) -> None:
        """Wait for any event of a kind."""
        async with asyncio.timeout(120):
            while not any(isinstance(event, kind) for event in self.events):
                self._moved.clear()
                await self._moved.wait()

    async def talk(self) -> None:
        """Bring customer and agent together."""
        host, port = self.phone.address
        self.gateway.send(OpenLeg(leg_id=LEG, agent_id="ann", address=f"sip:phone@{host}:{port}"))
        self.gateway.send(
            PlaceCall(call_id=CALL, number="1", caller_id="+12025550100", trunk="carrier", ring_timeout_s=20)
        )
        await self.until(LegOpened(leg_id=LEG), CallAnswered(call_id=CALL))
        self.gateway.send(BridgeCall(call_id=CALL, leg_id=LEG))
        await self.until(CallBridged(call_id=CALL, leg_id=LEG))

    def answer_refer(self, status: int) -> None:
        self.gateway.send(AnswerRefer(leg_id=LEG, status=status))

    async def hang_up(self) -> None:
        """End everything; each sipp must have come to the end of its scenario."""
        self.gateway.send(CloseLeg(leg_id=LEG))
        self.gateway.send(HangUpCall(call_id=CALL))
        await self.until_kind(CallEnded)
        for sipp in (self.phone, self.carrier):
            await asyncio.to_thread(sipp.finish)


def run(floor: Floor, test: Callable[[Floor], Awaitable[None]]) -> None:
    async def main() -> None:
        await floor.gateway.start()
        try:
            await floor.talk()
            await test(floor)
        finally:
            agent = floor.gateway.agent
            await floor.gateway.close()
            agent.handle_timers(time.monotonic() + 100)
        assert (agent.session_ids, agent.dialogs, agent.transactions) == ((), 0, 0)
        assert floor.media.open_streams == ()

    asyncio.run(main())


def referred(target: str = "bob", replaces: str = "") -> LegReferred:
    return LegReferred(leg_id=LEG, target=target, replaces=replaces)


def test_blind_to_a_number_that_answers(start_sipp: StartSipp) -> None:
    floor = Floor(start_sipp, "phone_refers", refer_to="<sip:+12025550177@192.0.2.1>", outcome="200")

    async def test(floor: Floor) -> None:
        await floor.until(referred("+12025550177"))
        floor.answer_refer(202)
        party = floor.start_sipp("answer")
        host, port = party.address
        floor.gateway.send(OpenLeg(leg_id=PARTY, agent_id="ann", address=f"sip:177@{host}:{port}"))
        await floor.until(LegOpened(leg_id=PARTY))
        floor.gateway.send(BridgeCall(call_id=CALL, leg_id=PARTY))
        await floor.until(CallBridged(call_id=CALL, leg_id=PARTY))
        floor.answer_refer(200)
        assert floor.media.bridges[CALL] == PARTY
        floor.gateway.send(CloseLeg(leg_id=PARTY))
        await asyncio.to_thread(party.finish)
        await floor.hang_up()

    run(floor, test)


def test_blind_to_somebody_who_is_busy_is_said(start_sipp: StartSipp) -> None:
    floor = Floor(start_sipp, "phone_refers", refer_to=BOB, outcome="480")

    async def test(floor: Floor) -> None:
        await floor.until(referred())
        floor.answer_refer(202)
        floor.answer_refer(480)
        await floor.hang_up()

    run(floor, test)


@pytest.mark.parametrize(("refer_to", "status"), [(BOB, 404), ("<sip:+19005550177@h>", 403), ("<tel:+12>", 484)])
def test_blind_refused_the_agent_talks_on(start_sipp: StartSipp, refer_to: str, status: int) -> None:
    floor = Floor(start_sipp, "phone_refers_in_vain", refer_to=refer_to, expected=str(status))

    async def test(floor: Floor) -> None:
        await floor.until_kind(LegReferred)
        floor.answer_refer(status)
        assert floor.media.bridges[CALL] == LEG
        await floor.hang_up()

    run(floor, test)


def test_what_nobody_can_be_called_at_is_refused_by_itself(start_sipp: StartSipp) -> None:
    floor = Floor(start_sipp, "phone_refers_in_vain", refer_to="<mailto:bob@example.com>", expected="400")

    async def test(floor: Floor) -> None:
        await asyncio.sleep(0.5)
        await floor.hang_up()
        assert not any(isinstance(event, LegReferred) for event in floor.events)

    run(floor, test)


def test_a_notify_answered_503_changes_nothing(start_sipp: StartSipp) -> None:
    floor = Floor(start_sipp, "phone_refers_and_is_deaf", refer_to=BOB)

    async def test(floor: Floor) -> None:
        await floor.until(referred())
        floor.answer_refer(202)
        async with asyncio.timeout(120):
            while "503 Service Unavailable" not in floor.phone.messages():  # noqa: ASYNC110 - sipp says nothing
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        floor.answer_refer(200)
        await floor.hang_up()

    run(floor, test)


def test_a_phone_that_wants_no_notify(start_sipp: StartSipp) -> None:
    more = "Refer-Sub: false\n      Require: norefersub\n      "
    floor = Floor(start_sipp, "phone_refers_without_word", refer_to=BOB, more=more)

    async def test(floor: Floor) -> None:
        await floor.until(referred())
        floor.answer_refer(202)
        floor.answer_refer(200)
        await floor.hang_up()

    run(floor, test)


def test_attended_the_phones_own_call_is_replaced(start_sipp: StartSipp) -> None:
    refer_to = "<sip:1002@10.0.0.8?Replaces=abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>"
    floor = Floor(start_sipp, "phone_refers", refer_to=refer_to, outcome="200")

    async def test(floor: Floor) -> None:
        await floor.until(referred("1002", "abc@h;to-tag=1;from-tag=2"))
        floor.answer_refer(202)
        host, port = floor.gateway.address
        keys = {"user": "1002", "password": "geheim", "expires": "300", "expected": "200", "contact": "10.0.0.8:5060"}
        registered = floor.start_sipp("register", target=f"{host}:{port}", keys=keys)
        await asyncio.to_thread(registered.finish)
        other = floor.start_sipp("answer", port=registered.port)
        floor.gateway.send(OpenLeg(leg_id=PARTY, agent_id="ann", address="1002", replaces="abc@h;to-tag=1;from-tag=2"))
        await floor.until(LegOpened(leg_id=PARTY))
        floor.gateway.send(BridgeCall(call_id=CALL, leg_id=PARTY))
        floor.answer_refer(200)
        floor.gateway.send(CloseLeg(leg_id=PARTY))
        await asyncio.to_thread(other.finish)
        assert "Replaces: abc@h;to-tag=1;from-tag=2" in other.messages()
        assert "Require: replaces" in other.messages()
        await floor.hang_up()

    run(floor, test)


def test_a_stranger_who_refers_is_refused(start_sipp: StartSipp) -> None:
    floor = Floor(start_sipp, "answer")

    async def test(floor: Floor) -> None:
        host, port = floor.gateway.address
        stranger = floor.start_sipp("refers_from_outside", target=f"{host}:{port}")
        await asyncio.to_thread(stranger.finish)
        assert not any(isinstance(event, LegReferred) for event in floor.events)
        await floor.hang_up()

    run(floor, test)


def replaces_of(floor: Floor, session_id: str = LEG) -> str:
    session = floor.gateway.agent._table.get(session_id)
    assert session.dialog is not None
    dialog = session.dialog
    return f"{dialog.call_id};to-tag={dialog.local_tag};from-tag={dialog.remote_tag}"


def test_another_phone_takes_the_legs_place(start_sipp: StartSipp) -> None:
    floor = Floor(start_sipp, "answer")

    async def test(floor: Floor) -> None:
        host, port = floor.gateway.address
        keys = {"user": "1002", "password": "geheim", "replaces": replaces_of(floor)}
        other = floor.start_sipp("replaces_a_leg", target=f"{host}:{port}", keys=keys)
        await asyncio.to_thread(floor.phone.finish)
        assert not any(isinstance(event, LegClosed) for event in floor.events), "the leg is where it was"
        assert floor.media.bridges[CALL] == LEG
        assert floor.media.far_ends[LEG][2] == 8, "its audio goes to the new phone"
        assert floor.gateway.counters()["legs_moved"] == 1
        floor.gateway.send(CloseLeg(leg_id=LEG))
        await asyncio.to_thread(other.finish)
        await floor.hang_up()
        assert [event for event in floor.events if isinstance(event, LegClosed)] == [
            LegClosed(leg_id=LEG, reason="hung up by the dialer")
        ]

    run(floor, test)


@pytest.mark.parametrize(
    ("password", "replaces", "expected"),
    [
        ("guess", LEG, "403"),
        ("geheim", CALL, "481"),
        ("geheim", "nothing@h;to-tag=1;from-tag=2", "481"),
        ("geheim", f"{LEG};early-only", "486"),
        ("geheim", "nothing@h;to-tag=1", "400"),
    ],
)
def test_a_place_that_is_not_to_be_had(start_sipp: StartSipp, password: str, replaces: str, expected: str) -> None:
    floor = Floor(start_sipp, "answer")

    async def test(floor: Floor) -> None:
        host, port = floor.gateway.address
        session_id, mark, rest = replaces.partition(";")
        value = replaces if "@" in replaces else f"{replaces_of(floor, session_id)}{mark}{rest}"
        keys = {"user": "1002", "password": password, "replaces": value, "expected": expected}
        scenario = "replaces_in_vain"
        if expected == "400":
            # What cannot be read is refused before anybody is asked who they are.
            assert replaces.endswith("to-tag=1")
            scenario = "replaces_malformed"
        other = floor.start_sipp(scenario, target=f"{host}:{port}", keys=keys)
        await asyncio.to_thread(other.finish)
        await floor.hang_up()

    run(floor, test)
