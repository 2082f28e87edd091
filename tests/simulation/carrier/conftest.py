"""A town on loopback: the real gateway and media engine, the carrier and the agents' telephones, in one event loop."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import pytest

from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import CallEnded, Event, OpenLeg, PlaceCall
from simulation.carrier.network import Carrier
from simulation.carrier.phones import Phones
from simulation.carrier.scenario import CarrierScenario
from simulation.carrier.sound import tone_samples

T = TypeVar("T")

WAIT_S = 120.0
SORRY = make_prompt("sorry", tone_samples(440)[:4000])
"""Half a second, 25 packets."""


class Town:
    """Everything between a `PlaceCall` and a telephone."""

    def __init__(self, scenario: CarrierScenario, phones: int) -> None:
        self.carrier = Carrier(scenario, "127.0.0.1")
        self.phones = Phones(phones, "127.0.0.1")
        self.events: list[Event] = []
        self.phones_port = 0
        self._happened = asyncio.Event()
        self.gateway: SipGateway
        self.media: RtpEngine

    async def start(self) -> None:
        host, port = await self.carrier.start(0)
        _, self.phones_port = await self.phones.start(0)
        self.media = RtpEngine(asyncio.get_running_loop(), host, 42000, 59999, {"sorry": SORRY})
        settings = GatewaySettings(port=0, trunks=(TrunkAddress(name="carrier", host=host, port=port),))
        self.gateway = SipGateway(settings, self.media, self._post, time.time)
        await self.gateway.start()

    async def close(self) -> None:
        await self.gateway.close()
        self.media.close_all()
        self.carrier.close()
        self.phones.close()

    def place(self, number: str, call_id: str = "1-1", ring_timeout_s: float = 20.0) -> None:
        self.gateway.send(
            PlaceCall(
                call_id=call_id,
                number=number,
                caller_id="+12025550100",
                trunk="carrier",
                ring_timeout_s=ring_timeout_s,
            )
        )

    def open_leg(self, user: str = "agent-1", leg_id: str = "agent-1#1") -> None:
        address = f"sip:{user}@127.0.0.1:{self.phones_port}"
        self.gateway.send(OpenLeg(leg_id=leg_id, agent_id=user, address=address))

    async def event(self, kind: type[T], line_id: str = "1-1") -> T:
        """The event of this kind about this line; waits for it."""
        return await self.until(lambda: next(iter(self.seen(kind, line_id)), None))

    async def ended(self, call_id: str = "1-1") -> CallEnded:
        ended = await self.event(CallEnded, call_id)
        assert len(self.seen(CallEnded, call_id)) == 1
        return ended

    def seen(self, kind: type[T], line_id: str = "1-1") -> list[T]:
        return [
            event
            for event in self.events
            if isinstance(event, kind) and line_id in (getattr(event, "call_id", None), getattr(event, "leg_id", None))
        ]

    async def until(self, what: Callable[[], T | None]) -> T:
        """The first answer that is not None; asked again at every event and every 20 ms."""
        return await until(what, self._happened)

    def _post(self, event: Event) -> None:
        self.events.append(event)
        self._happened.set()


async def until(what: Callable[[], T | None], happened: asyncio.Event | None = None) -> T:
    """The first answer that is not None; asked again every 20 ms, and at once when something has `happened`."""
    happened = happened or asyncio.Event()
    deadline = time.monotonic() + WAIT_S
    while (found := what()) is None:
        assert time.monotonic() < deadline, "waited in vain"
        happened.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(happened.wait(), 0.02)
    return found


OpenTown = Callable[..., AbstractAsyncContextManager[Town]]


@pytest.fixture
def open_town() -> OpenTown:
    @asynccontextmanager
    async def opened(scenario: CarrierScenario | None = None, phones: int = 1) -> AsyncIterator[Town]:
        town = Town(scenario or CarrierScenario(), phones)
        await town.start()
        try:
            yield town
        finally:
            await town.close()

    return opened


@pytest.fixture
def run() -> Callable[[Callable[[], Awaitable[None]]], None]:
    """Run a scenario of a test in a fresh loop, within bounds."""

    def running(scenario: Callable[[], Awaitable[None]]) -> None:
        async def whole() -> None:
            await asyncio.wait_for(scenario(), 4 * WAIT_S)

        asyncio.run(whole())

    return running


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., Awaitable[Any]]:
    """See `until`."""
    return until
