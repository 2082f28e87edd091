"""Listen, whisper, barge and hold with three phones that nobody here wrote: each speaks a tone, and who hears what."""

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ports import free_port
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.hold_music import NAME as MUSIC
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import (
    BridgeCall,
    CallAnswered,
    CallEnded,
    Event,
    HangUpCall,
    HoldCall,
    JoinCall,
    LeaveCall,
    LegOpened,
    OpenLeg,
    PlaceCall,
)
from dialer.model import MonitorMode
from tests.interop.baresip_process import Baresip

pytestmark = pytest.mark.peers

TONES_HZ = {"customer": 620, "agent": 440, "supervisor": 880, "music": 1240}
PHONES = ("customer", "agent", "supervisor")
CALL, ANN, BOSS = "4711-1", "ann#1", "boss#2"
WAIT_S = 120.0
SETTLED_BYTES, LOOKED_AT_BYTES = 8000, 8000
"""Half a second each: what was on its way when something changed, and what is looked at."""


class Room:
    """The gateway, and a customer, an agent and a supervisor with a baresip each."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self.events: list[Event] = []
        sine = np.sin(2 * np.pi * TONES_HZ["music"] / 8000 * np.arange(80_000))
        music = {MUSIC: make_prompt(MUSIC, (8000 * sine).astype(np.int16))}
        self.media = RtpEngine(asyncio.get_running_loop(), "127.0.0.1", 42000, 59999, music)
        self.carrier = ("127.0.0.1", free_port())
        self.gateway = SipGateway(
            GatewaySettings(
                port=0,
                trunks=(TrunkAddress(name="carrier", host=self.carrier[0], port=self.carrier[1]),),
                phones=RegistrarSettings(passwords={"agent": "secret", "supervisor": "geheim"}, algorithms=("MD5",)),
            ),
            self.media,
            self.events.append,
            time.monotonic,
        )
        self.folder = folder
        self.running = running
        self.phones: dict[str, Baresip] = {}

    async def start(self) -> None:
        await self.gateway.start()
        for name, password in (("customer", ""), ("agent", "secret"), ("supervisor", "geheim")):
            folder = self.folder / name
            folder.mkdir()
            at, port = (self.carrier, self.carrier[1]) if name == "customer" else (self.gateway.address, 0)
            phone = Baresip(folder, name, password, at, port=port, spoken_hz=TONES_HZ[name])
            self.phones[name] = self.running.enter_context(phone)
        registrar = self.gateway.agent.registrar
        assert registrar is not None
        for name in ("agent", "supervisor"):
            await self.until(lambda name=name: registrar.phones_of(name, time.monotonic()))  # type: ignore[misc]
        self.gateway.send(OpenLeg(leg_id=ANN, agent_id="ann", address="agent"))
        self.gateway.send(OpenLeg(leg_id=BOSS, agent_id="boss", address="supervisor"))
        self.gateway.send(
            PlaceCall(call_id=CALL, number="customer", caller_id="2", trunk="carrier", ring_timeout_s=60.0)
        )
        up = (LegOpened(leg_id=ANN), LegOpened(leg_id=BOSS), CallAnswered(call_id=CALL))
        await self.until(lambda: all(event in self.events for event in up))
        self.gateway.send(BridgeCall(call_id=CALL, leg_id=ANN))

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():  # noqa: ASYNC110 - baresip says nothing
                await asyncio.sleep(0.05)

    async def hear(self, *phones: str) -> dict[str, set[str]]:
        """Whose tones each hears, once what was changed has reached everybody."""
        before = {name: len(self.phones[name].heard()) for name in phones}
        enough = SETTLED_BYTES + LOOKED_AT_BYTES
        await self.until(lambda: all(len(self.phones[name].heard()) >= before[name] + enough for name in phones))
        return {name: tones(self.phones[name].heard()[-LOOKED_AT_BYTES:]) for name in phones}


def tones(heard: bytes) -> set[str]:
    """Whose tones are in it, by the spectrum."""
    spectrum = np.abs(np.fft.rfft(np.frombuffer(heard, "<i2").astype(float)))
    hz_per_bin = 8000 / (len(heard) // 2)
    levels = {name: spectrum[round(hz / hz_per_bin)] for name, hz in TONES_HZ.items()}
    assert max(levels.values()) > 0.3 * spectrum[1:].max(), "something else than a tone is louder"
    return {name for name, level in levels.items() if level > 0.2 * spectrum[1:].max()}


async def conversation(room: Room) -> None:
    everybody = PHONES
    alone = {"customer": {"agent"}, "agent": {"customer"}}
    assert await room.hear("customer", "agent") == alone

    listening = {**alone, "supervisor": {"customer", "agent"}}
    whispering = listening | {"agent": {"customer", "supervisor"}}
    barging = whispering | {"customer": {"agent", "supervisor"}}
    for mode, expected in (
        (MonitorMode.LISTEN, listening),
        (MonitorMode.WHISPER, whispering),
        (MonitorMode.BARGE, barging),
    ):
        room.gateway.send(JoinCall(leg_id=BOSS, call_id=CALL, agent_leg_id=ANN, mode=mode))
        assert await room.hear(*everybody) == expected, mode

    room.gateway.send(LeaveCall(leg_id=BOSS))
    room.gateway.send(HoldCall(call_id=CALL, leg_id=ANN, is_held=True))
    assert await room.hear("customer") == {"customer": {"music"}}
    room.gateway.send(HoldCall(call_id=CALL, leg_id=ANN, is_held=False))
    assert await room.hear("customer", "agent") == alone

    room.gateway.send(HangUpCall(call_id=CALL))
    await room.until(lambda: any(isinstance(event, CallEnded) for event in room.events))
    assert room.gateway.counters()["commands_out_of_place"] == 0


def test_baresips_hear_whom_they_are_to_hear_and_nobody_else(tmp_path: Path) -> None:
    async def main() -> None:
        with ExitStack() as running:
            room = Room(tmp_path, running)
            try:
                await room.start()
                await conversation(room)
            finally:
                agent = room.gateway.agent
                await room.gateway.close()
                room.media.close_all()
            agent.handle_timers(time.monotonic() + 100)
            assert (agent.session_ids, agent.dialogs, agent.transactions) == ((), 0, 0)

    asyncio.run(main())
