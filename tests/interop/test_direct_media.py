"""Direct media with far ends in other processes: sipp and baresip send to each other and to phones, past the relay."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.prompts import load_prompts
from dialer.gateway.recording.recorder import Recorder
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import (
    BridgeCall,
    CallAnswered,
    CallEnded,
    ControlRecording,
    Event,
    HangUpCall,
    HoldCall,
    LegOpened,
    OpenLeg,
    PlaceCall,
)
from dialer.model import RecordingAction
from simulation.carrier.phones import Phones
from tests.interop.baresip_process import Baresip
from tests.interop.conftest import StartSipp

WAIT_S = 30.0
CALL, LEG = "4711-2", "ann#1"
FLOWING = 25
"""Packets: half a second."""


class Talk:
    """A gateway whose trunk lets audio pass, and one conversation over it."""

    def __init__(self, folder: Path, trunk: tuple[str, int]) -> None:
        self.events: list[Event] = []
        self.media = RtpEngine(asyncio.get_running_loop(), "127.0.0.1", 42000, 59999, load_prompts(), 30)
        trunks = (TrunkAddress(name="carrier", host=trunk[0], port=trunk[1], direct_media=True),)
        phones = RegistrarSettings(passwords={"1001": "secret"}, algorithms=("MD5",))
        self.gateway = SipGateway(
            GatewaySettings(port=0, trunks=trunks, phones=phones),
            self.media,
            self.events.append,
            time.monotonic,
            recorder=Recorder(self.media, folder / "recordings", time.time),
        )

    async def begin(self, address: str, number: str = "+12025550199") -> None:
        """The agent's phone is up, the customer answers, both are bridged."""
        self.gateway.send(OpenLeg(leg_id=LEG, agent_id="ann", address=address))
        await self.until(lambda: self.has(LegOpened))
        self.gateway.send(
            PlaceCall(call_id=CALL, number=number, caller_id="+12025550100", trunk="carrier", ring_timeout_s=20.0)
        )
        await self.until(lambda: self.has(CallAnswered))
        self.gateway.send(BridgeCall(call_id=CALL, leg_id=LEG))

    def has(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    def relayed(self) -> int:
        """Packets of both far ends that came here."""
        return sum(self.media.statistics(name).packets_in for name in (CALL, LEG))

    def counter(self, name: str) -> int:
        return self.gateway.counters()[name]

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():  # noqa: ASYNC110 - far ends in other processes say nothing
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        self.gateway.send(HangUpCall(call_id=CALL))
        await self.until(lambda: self.has(CallEnded))


@asynccontextmanager
async def talking(folder: Path, trunk: tuple[str, int]) -> AsyncIterator[Talk]:
    talk = Talk(folder, trunk)
    await talk.gateway.start()
    try:
        yield talk
    finally:
        await talk.gateway.close()
        talk.media.close_all()


@asynccontextmanager
async def telephone() -> AsyncIterator[tuple[Phones, str]]:
    """A phone that speaks a tone, and knows its own voice when it comes back."""
    phones = Phones(1, "127.0.0.1")
    _, port = await phones.start(0)
    try:
        yield phones, f"sip:agent-1@127.0.0.1:{port}"
    finally:
        phones.close()


@pytest.mark.sipp
def test_sipp_and_a_phone_send_to_each_other_until_a_recording_begins(tmp_path: Path, start_sipp: StartSipp) -> None:
    sipp = start_sipp("moves_twice", options=("-rtp_echo",))

    async def main() -> None:
        async with telephone() as (phones, address), talking(tmp_path, sipp.address) as talk:
            await talk.begin(address)
            await talk.until(lambda: talk.counter("direct_begun"))
            came_back, relayed = phones.phones["agent-1"].status().audio.own, talk.relayed()
            await talk.until(lambda: phones.phones["agent-1"].status().audio.own >= came_back + FLOWING)
            assert talk.relayed() == relayed, "the phone heard sipp's echo, and nothing of it passed here"

            talk.gateway.send(ControlRecording(call_id=CALL, leg_id=LEG, action=RecordingAction.START))
            await talk.until(lambda: talk.counter("direct_ended"))
            await talk.until(lambda: talk.media.statistics(CALL).packets_in >= FLOWING)
            came_back = phones.phones["agent-1"].status().audio.own
            await talk.until(lambda: phones.phones["agent-1"].status().audio.own >= came_back + FLOWING)
            assert talk.relayed() > relayed + FLOWING
            await talk.end()
            ended = [event for event in talk.events if isinstance(event, CallEnded)]
            assert [event.quality for event in ended] == [None], "what passed elsewhere is not judged"

    asyncio.run(main())
    sipp.finish()


@pytest.mark.sipp
@pytest.mark.parametrize(("scenario", "is_direct"), [("refuses_to_move", False), ("glares_then_moves", True)])
def test_a_refusal_leaves_the_relay_and_a_glare_is_tried_again(
    tmp_path: Path, start_sipp: StartSipp, scenario: str, is_direct: bool
) -> None:
    sipp = start_sipp(scenario, options=("-rtp_echo",))

    async def main() -> None:
        async with telephone() as (phones, address), talking(tmp_path, sipp.address) as talk:
            await talk.begin(address)
            await talk.until(lambda: talk.counter("direct_begun" if is_direct else "direct_refused"))
            came_back, relayed = phones.phones["agent-1"].status().audio.own, talk.relayed()
            await talk.until(lambda: phones.phones["agent-1"].status().audio.own >= came_back + FLOWING)
            if is_direct:
                assert talk.relayed() == relayed
            else:
                # The phone, which had taken it, is told otherwise first.
                await talk.until(lambda: talk.relayed() > relayed + FLOWING)
            await talk.end()

    asyncio.run(main())
    sipp.finish()


@pytest.mark.peers
def test_two_baresips_send_to_each_other_and_come_back_for_hold_music(tmp_path: Path) -> None:
    customer_folder, agent_folder = tmp_path / "customer", tmp_path / "agent"
    for folder in (customer_folder, agent_folder):
        folder.mkdir()
    port = free_port()

    async def main() -> None:
        async with talking(tmp_path, ("127.0.0.1", port)) as talk:
            registrar = talk.gateway.agent.registrar
            assert registrar is not None
            with (
                Baresip(agent_folder, "1001", "secret", talk.gateway.address),
                Baresip(customer_folder, "1002", "", talk.gateway.address, port=port) as customer,
            ):
                await talk.until(lambda: registrar.phones_of("1001", time.monotonic()))
                await talk.begin("1001", number="1002")
                await talk.until(lambda: talk.counter("direct_begun"))
                relayed = talk.relayed()
                await asyncio.sleep(FLOWING * 0.02)
                assert talk.relayed() == relayed, customer.report()
                talk.gateway.send(HoldCall(call_id=CALL, leg_id=LEG, is_held=True))
                await talk.until(lambda: talk.relayed() > relayed + FLOWING)
                talk.gateway.send(HoldCall(call_id=CALL, leg_id=LEG, is_held=False))
                await talk.until(lambda: talk.counter("direct_begun") == 2)
                await talk.end()

    asyncio.run(main())
