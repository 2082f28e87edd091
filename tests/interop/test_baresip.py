"""A real telephone, which nobody here wrote: registers, is called as the agent's leg, and is heard."""

import asyncio
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.g711 import decode
from dialer.gateway.settings import GatewaySettings
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip.sdp import PCMU
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import AnswerRefer, CloseLeg, Event, LegClosed, LegOpened, LegReferred, OpenLeg
from tests.interop.baresip_process import SPOKEN_HZ, Baresip

pytestmark = pytest.mark.peers


class Heard:
    """Events as they come; `until` waits for one of a kind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._moved = asyncio.Event()

    def post(self, event: Event) -> None:
        self.events.append(event)
        self._moved.set()

    async def until(self, kind: type[Event]) -> None:
        async with asyncio.timeout(120):
            while not any(isinstance(event, kind) for event in self.events):
                self._moved.clear()
                await self._moved.wait()


async def listen(media: RtpEngine, leg_id: str, packets: int) -> bytes:
    """What the phone says, as a customer bridged to it hears it: PCMU."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as customer:
        customer.bind(("127.0.0.1", 0))
        customer.setblocking(False)
        media.open("customer")
        media.connect("customer", *customer.getsockname(), PCMU)
        media.bridge("customer", leg_id)
        audio = b""
        async with asyncio.timeout(120):
            for _ in range(packets):
                audio += (await loop.sock_recv(customer, 2048))[12:]
        media.close("customer")
    return audio


def loudest_hz(audio: bytes) -> float:
    spectrum = np.abs(np.fft.rfft(decode(audio, PCMU)))
    return float(np.argmax(spectrum) * 8000 / len(audio))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_baresip_registers_is_called_and_talks(tmp_path: Path, transport: str) -> None:
    async def main() -> None:
        heard = Heard()
        media = RtpEngine(asyncio.get_running_loop(), "127.0.0.1", 32000, 32999, {}, 30)
        # baresip 1.0 gives up on a challenge with SHA-256 beside MD5.
        phones = RegistrarSettings(passwords={"1001": "secret"}, algorithms=("MD5",))
        gateway = SipGateway(GatewaySettings(port=0, phones=phones), media, heard.post, time.monotonic)
        await gateway.start()
        registrar = gateway.agent.registrar
        assert registrar is not None
        with Baresip(tmp_path, "1001", "secret", gateway.address, transport) as phone:
            async with asyncio.timeout(120):
                while not registrar.phones_of("1001", time.monotonic()):  # noqa: ASYNC110 - baresip says nothing
                    await asyncio.sleep(0.05)
            gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address="1001"))
            await heard.until(LegOpened)
            audio = await listen(media, "ann#1", 60)
            gateway.send(CloseLeg(leg_id="ann#1"))
            await heard.until(LegClosed)
            assert abs(loudest_hz(audio[1600:]) - SPOKEN_HZ) < 5, phone.report()
        assert heard.events == [LegOpened(leg_id="ann#1"), LegClosed(leg_id="ann#1", reason="hung up by the dialer")]
        agent = gateway.agent
        await gateway.close()
        agent.handle_timers(time.monotonic() + 100)
        assert (agent.session_ids, agent.dialogs, agent.transactions) == ((), 0, 0)

    asyncio.run(main())


def test_baresips_transfer_key_hands_a_call_on(tmp_path: Path) -> None:
    async def main() -> None:
        heard = Heard()
        phones = RegistrarSettings(passwords={"1001": "secret"}, algorithms=("MD5",))
        gateway = SipGateway(GatewaySettings(port=0, phones=phones), SilentMedia(), heard.post, time.monotonic)
        await gateway.start()
        registrar = gateway.agent.registrar
        assert registrar is not None
        with Baresip(tmp_path, "1001", "secret", gateway.address) as phone:
            async with asyncio.timeout(30):
                while not registrar.phones_of("1001", time.monotonic()):  # noqa: ASYNC110 - baresip says nothing
                    await asyncio.sleep(0.05)
            gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address="1001"))
            await heard.until(LegOpened)
            await asyncio.to_thread(phone.press, "transfer", "sip:+12025550177@{}:{}".format(*gateway.address))
            await heard.until(LegReferred)
            gateway.send(AnswerRefer(leg_id="ann#1", status=202))
            gateway.send(AnswerRefer(leg_id="ann#1", status=200))
            await heard.until(LegClosed)
        # It hears by NOTIFY that the transfer is done, and hangs up by itself.
        assert heard.events == [
            LegOpened(leg_id="ann#1"),
            LegReferred(leg_id="ann#1", target="+12025550177", replaces=""),
            LegClosed(leg_id="ann#1", reason="the far end hung up"),
        ]
        agent = gateway.agent
        await gateway.close()
        agent.handle_timers(time.monotonic() + 100)
        assert (agent.session_ids, agent.dialogs, agent.transactions) == ((), 0, 0)

    asyncio.run(main())
