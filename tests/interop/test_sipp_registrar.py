"""The registrar against sipp as a telephone: registers, is called, unregisters, is refused."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from dialer.gateway.settings import GatewaySettings
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import Event, LegClosed, LegOpened, OpenLeg
from tests.interop.conftest import StartSipp
from tests.interop.sipp_process import Sipp

pytestmark = pytest.mark.sipp

# sipp 3.6 reads the last challenge alone and has no SHA-256.
PHONES = RegistrarSettings(passwords={"1001": "secret"}, algorithms=("MD5",), contacts_max=2)


class Desk:
    """A gateway with a registrar, and sipp as its phones."""

    def __init__(self, start_sipp: StartSipp) -> None:
        self.start_sipp = start_sipp
        self.events: list[Event] = []
        self.closed = asyncio.Event()
        self.gateway = SipGateway(GatewaySettings(port=0, phones=PHONES), SilentMedia(), self._post, time.monotonic)

    def _post(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, LegClosed):
            self.closed.set()

    async def register(self, transport: str = "udp", **changes: str) -> Sipp:
        host, port = self.gateway.address
        keys = {"user": "1001", "password": "secret", "expires": "300", "expected": "200", "contact": "10.0.0.7:5060"}
        sipp = self.start_sipp("register", target=f"{host}:{port}", keys={**keys, **changes}, transport=transport)
        await asyncio.to_thread(sipp.finish)
        return sipp

    def contacts(self) -> list[str]:
        assert self.gateway.agent.registrar is not None
        return [phone.uri for phone in self.gateway.agent.registrar.phones_of("1001", time.monotonic())]


def run(start_sipp: StartSipp, test: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        desk = Desk(start_sipp)
        await desk.gateway.start()
        try:
            await test(desk)
        finally:
            agent = desk.gateway.agent
            await desk.gateway.close()
            agent.handle_timers(time.monotonic() + 100)
            assert (agent.session_ids, agent.dialogs, agent.transactions) == ((), 0, 0)

    asyncio.run(main())


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_phone_registers_and_goes(start_sipp: StartSipp, transport: str) -> None:
    async def test(desk: Desk) -> None:
        await desk.register(transport)
        assert desk.contacts() == ["sip:1001@10.0.0.7:5060"]
        await desk.register(transport, expires="0")
        assert desk.contacts() == []

    run(start_sipp, test)


def test_a_wrong_password_is_refused(start_sipp: StartSipp) -> None:
    async def test(desk: Desk) -> None:
        await desk.register(password="guess", expected="403")
        assert desk.contacts() == []
        assert desk.gateway.counters()["registrations_refused"] == 1

    run(start_sipp, test)


def test_a_time_too_short_is_refused(start_sipp: StartSipp) -> None:
    async def test(desk: Desk) -> None:
        sipp = await desk.register(expires="5", expected="423")
        assert "Min-Expires: 60" in sipp.messages()

    run(start_sipp, test)


def test_two_phones_of_one_user_and_a_third_too_many(start_sipp: StartSipp) -> None:
    async def test(desk: Desk) -> None:
        for n in (7, 8):
            await desk.register(contact=f"10.0.0.{n}")
        await desk.register(contact="10.0.0.9", expected="403")
        assert desk.contacts() == ["sip:1001@10.0.0.8", "sip:1001@10.0.0.7"]

    run(start_sipp, test)


def test_a_phone_behind_nat_is_the_agents_leg(start_sipp: StartSipp) -> None:
    async def test(desk: Desk) -> None:
        registered = await desk.register(contact="10.0.0.7:5060")
        phone = desk.start_sipp("far_end_hangs_up", port=registered.port)
        desk.gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address="1001"))
        await asyncio.wait_for(desk.closed.wait(), 120)
        assert desk.events == [
            LegOpened(leg_id="ann#1"),
            LegClosed(leg_id="ann#1", reason="the far end hung up (Q.850 16)"),
        ]
        await asyncio.to_thread(phone.finish)
        assert "INVITE sip:1001@10.0.0.7:5060 SIP/2.0" in phone.messages()

    run(start_sipp, test)
