"""Media by the real rtpengine, in userspace: two far ends with a tone each, messages, hold, and a daemon that dies."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ports import free_port
from dialer.gateway.media.g711 import PCMA, PCMU
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media_port import MediaAddress, MediaError
from dialer.gateway.rtpengine.gateway import RtpengineGateway
from dialer.gateway.rtpengine.media import RtpengineMedia
from dialer.gateway.rtpengine.ng import NgClient
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.messages import CallEnded, Event, PlaceCall
from dialer.model import CallCause
from simulation.carrier.scenario import Sound
from simulation.carrier.voice import Voice, Voices
from tests.interop.rtpengine_process import running_rtpengine

pytestmark = pytest.mark.peers

WAIT_S = 120.0
TONES_HZ = {"call": 500, "leg": 900}
MESSAGE_HZ = 1500
MESSAGE = make_prompt("message", (6000 * np.sin(2 * np.pi * MESSAGE_HZ * np.arange(16000) / 8000)).astype(np.int16))


async def until(happened: Callable[[], object]) -> None:
    while not happened():  # noqa: ASYNC110 - packets come when they come
        await asyncio.sleep(0.02)


class Room:
    """Two streams, each with a far end that goes where it is told."""

    def __init__(self, port: int, folder: Path, laws: dict[str, int]) -> None:
        loop = asyncio.get_running_loop()
        self.media = RtpengineMedia(NgClient("127.0.0.1", port), {"message": MESSAGE}, folder, 4.0)
        self.media.set_on_moved(self._moved)
        self.voices = Voices(loop, "127.0.0.1")
        self.ends: dict[str, Voice] = {}
        self.laws = laws
        self.moved: list[str] = []

    async def connect(self) -> None:
        await until(lambda: not self.media.problem)
        for name, tone_hz in TONES_HZ.items():
            law = self.laws.get(name, PCMU)
            voice = self.ends[name] = self.voices.open(Sound.TONE, tone_hz)
            voice.connect(*self.media.open(name), law)
            self.media.connect(name, "127.0.0.1", voice.port, law)

    def _moved(self, name: str, address: MediaAddress) -> None:
        """As a telephone does that gets a re-INVITE."""
        self.moved.append(name)
        self.ends[name].connect(*address, self.laws.get(name, PCMU))

    async def hears(self, name: str, tone_hz: int | None) -> None:
        """Wait until a far end hears a tone, or nothing more."""
        voice = self.ends[name]

        def does() -> bool:
            heard = voice.heard().frequency_hz
            return heard is not None and tone_hz is not None and abs(heard - tone_hz) < 15

        if tone_hz is not None:
            await until(does)
            return
        before = -1
        while voice.audio.packets_in != before:
            before = voice.audio.packets_in
            await asyncio.sleep(0.3)


def run(folder: Path, scenario: Callable[[Room], Awaitable[None]], **laws: int) -> None:
    async def whole(port: int) -> None:
        room = Room(port, folder, laws)
        try:
            await asyncio.wait_for(_begin(room), WAIT_S)
            await asyncio.wait_for(scenario(room), WAIT_S)
        finally:
            room.voices.close_all()
            await room.media.close_all()

    async def _begin(room: Room) -> None:
        await room.connect()

    with running_rtpengine() as (port, _):
        asyncio.run(whole(port))


@pytest.mark.parametrize("laws", [{}, {"leg": PCMA}], ids=str)
def test_both_sides_hear_each_other_and_the_next_agent_too(tmp_path: Path, laws: dict[str, int]) -> None:
    async def scenario(room: Room) -> None:
        room.media.bridge("call", "leg")
        await room.hears("leg", TONES_HZ["call"])
        await room.hears("call", TONES_HZ["leg"])
        assert set(room.moved) == {"call", "leg"}
        room.media.unbridge("leg")
        await room.hears("leg", None)
        await room.hears("call", None)
        room.media.bridge("call", "leg")
        await room.hears("leg", TONES_HZ["call"])
        await room.hears("call", TONES_HZ["leg"])

    run(tmp_path, scenario, **laws)


def test_a_message_is_played_to_its_end_and_stopped_by_a_bridge(tmp_path: Path) -> None:
    async def scenario(room: Room) -> None:
        over = asyncio.Event()
        room.media.play("call", "message", over.set)
        await room.hears("call", MESSAGE_HZ)
        await over.wait()
        room.media.play("call", "message", lambda: pytest.fail("the bridge has stopped it"))
        await room.hears("call", MESSAGE_HZ)
        room.media.bridge("call", "leg")
        await room.hears("call", TONES_HZ["leg"])

    run(tmp_path, scenario)


def test_a_held_customer_hears_the_message_and_the_agent_nothing(tmp_path: Path) -> None:
    async def scenario(room: Room) -> None:
        room.media.bridge("call", "leg")
        await room.hears("leg", TONES_HZ["call"])
        room.media.unbridge("call")
        room.media.play("call", "message", lambda: None)
        await room.hears("call", MESSAGE_HZ)
        await room.hears("leg", None)

    run(tmp_path, scenario)


def test_a_far_end_that_says_nothing_is_reported(tmp_path: Path) -> None:
    async def scenario(room: Room) -> None:
        lost: list[str] = []
        room.media.set_on_timeout(lost.append)
        await until(lambda: (room.media.statistics("call").packets_in or 0) > 0)
        assert room.media.statistics("call").last_packet_at is not None
        room.ends["call"].connect("127.0.0.1", 0, PCMU)
        await until(lambda: lost)
        assert lost[0] == "call"

    run(tmp_path, scenario)


def test_a_dead_daemon_refuses_calls_with_its_name_and_serves_again_when_it_is_back(tmp_path: Path) -> None:
    events: list[Event] = []

    def place(gateway: RtpengineGateway, call_id: str) -> None:
        gateway.send(
            PlaceCall(call_id=call_id, number="+12025550199", caller_id="+12025550100", trunk="t", ring_timeout_s=20.0)
        )

    def ending(call_id: str) -> CallEnded | None:
        return next((one for one in events if isinstance(one, CallEnded) and one.call_id == call_id), None)

    async def scenario(port: int, kill: Callable[[], None]) -> None:
        media = RtpengineMedia(NgClient("127.0.0.1", port), {}, tmp_path)
        trunk = TrunkAddress(name="t", host="127.0.0.1", port=free_port())
        gateway = RtpengineGateway(
            GatewaySettings(port=0, trunks=(trunk,)), media, events.append, asyncio.get_running_loop().time
        )
        await gateway.start()
        await until(lambda: not media.problem)
        kill()
        await until(lambda: media.problem)
        place(gateway, "1-1")
        ended = ending("1-1")
        assert ended is not None, "refused at once"
        assert ended.cause is CallCause.CONGESTION, "tried again later: the lead is not lost"
        assert ended.reason == f"rtpengine at 127.0.0.1:{port} does not answer"
        with pytest.raises(MediaError):
            media.open("2-1")
        with running_rtpengine(port):
            await until(lambda: not media.problem)
            place(gateway, "3-1")
            assert ending("3-1") is None, "it goes out"
            await gateway.close(0.1)

    with running_rtpengine() as (port, daemon):

        def kill() -> None:
            daemon.kill()
            daemon.wait()

        asyncio.run(asyncio.wait_for(scenario(port, kill), 2 * WAIT_S))
