"""Media workers in real processes, with real far ends on loopback."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import numpy as np
import pytest

from dialer.gateway.media.dtmf import TELEPHONE_EVENT, Events
from dialer.gateway.media.g711 import PCMA, PCMU, translate
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.gateway.workers.media import WorkerMedia
from dialer.model import MonitorMode
from tests.dialer.gateway.media.peer import Peer

WAIT_S = 30.0
BEEP = make_prompt("beep", (np.arange(480) * 50).astype(np.int16))
SAID, ANSWERED = b"\x11" * 160, b"\x22" * 160


class Room:
    """Workers, and peers that are closed with them."""

    def __init__(self, workers: int) -> None:
        loop = asyncio.get_running_loop()
        self.media = WorkerMedia(loop, "127.0.0.1", (42000, 59999), {"beep": BEEP}, workers)
        self.peers: list[Peer] = []

    def stream(self, stream_id: str, payload_type: int = PCMU) -> tuple[Peer, int]:
        peer = Peer()
        self.peers.append(peer)
        port = self.media.open(stream_id).port
        self.media.connect(stream_id, *peer.address, payload_type)
        return peer, port

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():  # noqa: ASYNC110 - what comes from elsewhere comes when it comes
                await asyncio.sleep(0.005)

    def kill(self, place: int) -> None:
        os.kill(self.media._crew.up[place].process.pid, signal.SIGKILL)

    def places(self, *stream_ids: str) -> list[str]:
        """Which worker each stream is with."""
        return [hand.name for name in stream_ids if (hand := self.media._streams[name].hand) is not None]


@asynccontextmanager
async def opened(workers: int) -> AsyncIterator[Room]:
    room = Room(workers)
    try:
        yield room
    finally:
        room.media.close_all()
        for peer in room.peers:
            peer.socket.close()


@contextmanager
def speaking(peer: Peer, payload: bytes, port: int, payload_type: int = PCMU) -> Iterator[None]:
    """A packet every few milliseconds: the first may come before a bridge is made in another process."""

    async def speak() -> None:
        while True:
            peer.send(payload, port, payload_type)
            await asyncio.sleep(0.005)

    task = asyncio.get_running_loop().create_task(speak())
    try:
        yield
    finally:
        task.cancel()


def run(scenario: Callable[[Room], Awaitable[None]], workers: int = 1) -> None:
    async def whole() -> None:
        async with opened(workers) as room:
            await scenario(room)

    asyncio.run(whole())


def test_a_bridge_across_two_workers_brings_both_to_one_and_the_customer_hears_one_unbroken_talker() -> None:
    async def scenario(room: Room) -> None:
        media: MediaEngine = room.media
        agent, agent_port = room.stream("leg", PCMA)
        customer, customer_port = room.stream("call")
        assert len(set(room.places("call", "leg"))) == 2
        before = await customer.hear()
        heard: list[bytes] = []
        media.listen("call", lambda payload, _: heard.append(payload))
        media.bridge("call", "leg")
        assert len(set(room.places("call", "leg"))) == 1
        with speaking(customer, SAID, customer_port):
            assert (await agent.hear_until(translate(SAID, PCMU, PCMA))).payload_type == PCMA
        with speaking(agent, ANSWERED, agent_port, PCMA):
            after = await customer.hear_until(translate(ANSWERED, PCMA, PCMU))
        assert after.ssrc == before.ssrc
        assert 0 < (after.sequence - before.sequence) & 0xFFFF < 2000
        await room.until(lambda: set(heard) == {SAID})
        await room.until(lambda: media.statistics("leg").packets_in == agent.sent)
        await room.until(lambda: media.statistics("call").packets_out > 1)
        assert media.counters()["streams_moved"] == 1

    run(scenario, workers=2)


def test_prompts_keys_and_ears_report_from_another_process() -> None:
    async def scenario(room: Room) -> None:
        customer, port = room.stream("call")
        keys: list[tuple[str, str]] = []
        heard: list[tuple[bytes, int]] = []
        done = asyncio.Event()
        room.media.set_on_digit(lambda *key: keys.append(key))
        room.media.play("call", "beep", lambda: pytest.fail("it is replaced"))
        room.media.play("call", "beep", done.set)
        with pytest.raises(MediaError, match="there is no prompt 'none'; there are: beep"):
            room.media.play("call", "none", done.set)

        def ear(payload: bytes, payload_type: int) -> None:
            heard.append((payload, payload_type))
            room.media.stop_listening("call", ear)

        room.media.listen("call", ear)
        await customer.hear_until(BEEP.frames[PCMU][2])
        await asyncio.wait_for(done.wait(), WAIT_S)
        with speaking(customer, SAID, port):
            await room.until(lambda: heard)
        customer.send(b"\x05\x0a\x00\xa0", port, TELEPHONE_EVENT)
        await room.until(lambda: keys == [("call", "5")])
        assert heard == [(SAID, PCMU)]

    run(scenario)


def test_a_guest_follows_the_conversation_to_its_worker() -> None:
    async def scenario(room: Room) -> None:
        room.stream("leg")
        customer, customer_port = room.stream("call")
        supervisor, _ = room.stream("guest")
        room.media.bridge("call", "leg")
        room.media.join("guest", "call", "leg", MonitorMode.LISTEN)
        assert len(set(room.places("call", "leg", "guest"))) == 1
        with speaking(customer, SAID, customer_port):
            await supervisor.hear_until(SAID)
        room.media.part("guest")
        room.media.unbridge("leg")
        room.media.bridge("guest", "leg")

    run(scenario, workers=2)


def test_conversations_are_spread_over_the_workers_whatever_was_opened_where() -> None:
    async def scenario(room: Room) -> None:
        for pair in "abcd":
            for name in (f"call-{pair}", f"leg-{pair}"):
                room.stream(name)
        assert len(set(room.places(*(f"call-{pair}" for pair in "abcd")))) == 1
        for pair in "abcd":
            room.media.bridge(f"call-{pair}", f"leg-{pair}")
            await room.until(lambda pair=pair: len(set(room.places(f"call-{pair}", f"leg-{pair}"))) == 1)
        places = room.places(*(f"leg-{pair}" for pair in "abcd"))
        assert sorted(places.count(place) for place in set(places)) == [2, 2]
        await room.until(lambda: room.media.counters()["streams_moved"] == 4)

    run(scenario, workers=2)


def test_a_worker_that_is_killed_fails_its_streams_leaks_no_port_and_is_followed_by_another() -> None:
    async def scenario(room: Room) -> None:
        room.stream("leg")
        room.stream("call")
        failed: dict[str, str] = {}

        def fail(stream_id: str, reason: str) -> None:
            failed[stream_id] = reason
            # As the gateway does: the call ends at once.
            room.media.close(stream_id)

        room.media.set_on_failed(fail)
        ports = len(room.media._ports._free)
        hand = room.media._crew.up[0]
        room.kill(0)
        await room.until(lambda: failed)
        assert failed == {"leg": "media worker 1 was killed by signal 9"}
        assert len(room.media._ports._free) == ports + 1
        assert room.places("call") == ["media worker 2"]
        await room.until(lambda: len(room.media._crew.up) == 2)
        assert room.media._crew.up[0] is not hand
        counters = room.media.counters()
        assert (counters["media_workers"], counters["media_workers_lost"], counters["streams_lost"]) == (2, 1, 1)
        agent, _ = room.stream("leg")
        assert room.places("leg") == ["media worker 1"]
        await agent.hear()

    run(scenario, workers=2)


def test_a_stream_on_its_way_from_a_worker_that_dies_fails_too_and_nothing_waits_for_ever() -> None:
    async def scenario(room: Room) -> None:
        room.stream("leg")
        room.stream("call")
        failed: list[str] = []
        room.media.set_on_failed(lambda stream_id, _: failed.append(stream_id))
        # Before it has come so far as to read its first order.
        room.kill(1)
        room.media.bridge("call", "leg")
        await room.until(lambda: failed)
        assert failed == ["call"]
        room.media.close("call")
        done = asyncio.Event()
        room.media.play("leg", "beep", done.set)
        await asyncio.wait_for(done.wait(), WAIT_S)

    run(scenario, workers=2)


def test_without_a_worker_no_stream_is_opened_and_closing_still_works() -> None:
    async def scenario(room: Room) -> None:
        room.stream("call")
        failed: list[str] = []
        room.media.set_on_failed(lambda stream_id, _: failed.append(stream_id))
        # One that dies soon after its start is not followed at once for ever.
        for lost in (0, 1):
            await room.until(lambda: room.media._crew.up)
            room.kill(0)
            await room.until(lambda lost=lost: room.media._crew.lost > lost)
        assert failed == ["call"]
        with pytest.raises(MediaError, match="no media worker is running"):
            room.media.open("new")
        room.media.close("call")

    run(scenario)


def test_keys_are_sent_from_another_process() -> None:
    async def scenario(room: Room) -> None:
        customer, _ = room.stream("call")
        room.media.send_keys("call", "7*", 96)
        ear, heard = Events(), ""
        while heard != "7*":
            packet = await customer.hear()
            if packet.payload_type == 96:
                heard += ear.hear(packet)
        room.media.connect("call", customer.address[0], 0, PCMU)
        with pytest.raises(MediaError, match="wants no audio now"):
            room.media.send_keys("call", "1", 96)

    run(scenario)
