"""The media engine against real UDP peers on loopback."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import numpy as np
import pytest

from dialer.gateway.media.dtmf import TELEPHONE_EVENT, Events
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.g711 import PCMA, PCMU, encode, translate
from dialer.gateway.media.prompts import Prompt, make_prompt
from dialer.gateway.media.rtp import RtpPacket
from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.model import MonitorMode
from tests.dialer.gateway.media.peer import Peer

T = TypeVar("T")

WAIT_S = 120.0
BEEP = make_prompt("beep", (np.arange(480) * 50).astype(np.int16))
"""Three frames."""


class Room:
    """An engine on free ports, and peers that are closed with it."""

    def __init__(self, prompts: dict[str, Prompt], media_timeout_s: float) -> None:
        self.media = RtpEngine(
            asyncio.get_running_loop(), "127.0.0.1", 42000, 59999, prompts, media_timeout_s, lambda: 1_700_000_000.0
        )
        self.peers: list[Peer] = []

    def stream(self, stream_id: str, payload_type: int = PCMU) -> tuple[Peer, int]:
        """A peer and the port of the stream that is connected to it."""
        peer = Peer()
        self.peers.append(peer)
        port = self.media.open(stream_id).port
        self.media.connect(stream_id, *peer.address, payload_type)
        return peer, port


@asynccontextmanager
async def opened(media_timeout_s: float = 30.0) -> AsyncIterator[Room]:
    room = Room({"beep": BEEP}, media_timeout_s)
    try:
        yield room
    finally:
        room.media.close_all()
        for peer in room.peers:
            peer.socket.close()


def run(scenario: Callable[[], Awaitable[T]]) -> T:
    async def whole() -> T:
        return await asyncio.wait_for(scenario(), 4 * WAIT_S)

    return asyncio.run(whole())


def test_it_is_a_media_engine() -> None:
    async def scenario() -> None:
        async with opened() as room:
            media: MediaEngine = room.media
            assert media.open("call").host == "127.0.0.1"

    run(scenario)


def test_a_bridge_carries_audio_both_ways_to_the_bit() -> None:
    async def scenario() -> None:
        async with opened() as room:
            customer, customer_port = room.stream("call")
            agent, agent_port = room.stream("leg")
            room.media.bridge("call", "leg")
            rng = np.random.Generator(np.random.PCG64(1))
            for _ in range(50):
                said, answered = rng.bytes(160), rng.bytes(160)
                customer.send(said, customer_port)
                assert (await agent.hear_until(said)).payload == said
                agent.send(answered, agent_port)
                assert (await customer.hear_until(answered)).payload == answered
            assert room.media.statistics("call").packets_in == 50
            assert room.media.statistics("call").bytes_in == 8000
            assert room.media.statistics("call").last_packet_at == pytest.approx(1_700_000_000.0, abs=5.0)

    run(scenario)


def test_the_agent_hears_one_unbroken_talker_through_silence_and_two_customers() -> None:
    async def scenario() -> list[RtpPacket]:
        async with opened() as room:
            agent, _ = room.stream("leg")
            heard = [await agent.hear(), await agent.hear()]
            for call in ("call-1", "call-2"):
                customer, port = room.stream(call)
                room.media.bridge(call, "leg")
                for frame in range(3):
                    customer.send(bytes([frame]) * 160, port)
                while heard[-1].payload != bytes([2]) * 160:
                    heard.append(await agent.hear())
                room.media.close(call)
                heard.append(await agent.hear())
            return heard

    heard = run(scenario)
    assert len({packet.ssrc for packet in heard}) == 1
    assert {packet.payload_type for packet in heard} == {PCMU}
    for before, after in itertools.pairwise(heard):
        assert (after.sequence - before.sequence) % 2**16 == 1
        assert 160 <= (after.timestamp - before.timestamp) % 2**32 < 2**31
    assert heard[0].payload == b"\xff" * 160, "silence while the agent waits"
    assert heard[-1].payload == b"\xff" * 160, "and again after the calls"


def test_laws_are_translated_where_the_two_sides_differ() -> None:
    async def scenario() -> None:
        async with opened() as room:
            customer, customer_port = room.stream("call", PCMA)
            agent, agent_port = room.stream("leg", PCMU)
            room.media.bridge("call", "leg")
            sound = encode((np.arange(160) * 100).astype(np.int16), PCMA)
            customer.send(sound, customer_port, PCMA)
            heard = await agent.hear_until(translate(sound, PCMA, PCMU))
            assert heard.payload_type == PCMU
            agent.send(sound, agent_port, PCMU)
            answered = await customer.hear_until(translate(sound, PCMU, PCMA))
            assert answered.payload_type == PCMA

    run(scenario)


def test_a_prompt_is_played_in_order_and_reported_once_after_its_end() -> None:
    async def scenario() -> None:
        async with opened() as room:
            customer, _ = room.stream("call")
            done = asyncio.Event()
            room.media.play("call", "beep", done.set)
            assert not done.is_set()
            first = await customer.hear_until(BEEP.frames[PCMU][0])
            rest = [await customer.hear(), await customer.hear()]
            assert [packet.payload for packet in rest] == list(BEEP.frames[PCMU][1:])
            assert [(packet.timestamp - first.timestamp) % 2**32 for packet in rest] == [160, 320]
            await asyncio.wait_for(done.wait(), WAIT_S)
            assert (await customer.hear()).payload == b"\xff" * 160

    run(scenario)


def test_a_prompt_for_a_far_end_that_cannot_hear_still_ends() -> None:
    async def scenario() -> None:
        async with opened() as room:
            room.media.open("call")
            done = asyncio.Event()
            room.media.play("call", "beep", done.set)
            await asyncio.wait_for(done.wait(), WAIT_S)
            assert room.media.statistics("call").packets_out == 0

    run(scenario)


def test_what_is_stopped_bridged_replaced_or_closed_is_never_done() -> None:
    async def scenario() -> None:
        async with opened() as room:
            wrong: list[str] = []
            streams = ("stopped", "bridged", "replaced", "closed", "leg")
            for stream_id in streams:
                room.stream(stream_id)
                room.media.play(stream_id, "beep", lambda stream_id=stream_id: wrong.append(stream_id))  # type: ignore[misc]
            done = asyncio.Event()
            room.media.stop("stopped")
            room.media.bridge("bridged", "leg")
            room.media.play("replaced", "beep", done.set)
            room.media.close("closed")
            await asyncio.wait_for(done.wait(), WAIT_S)
            assert wrong == []

    run(scenario)


def test_a_prompt_may_end_its_own_stream() -> None:
    async def scenario() -> None:
        async with opened() as room:
            room.stream("call")
            closed = asyncio.Event()

            def hang_up() -> None:
                room.media.close("call")
                closed.set()

            room.media.play("call", "beep", hang_up)
            await asyncio.wait_for(closed.wait(), WAIT_S)
            with pytest.raises(MediaError, match="not open"):
                room.media.statistics("call")

    run(scenario)


def test_a_far_end_that_falls_silent_is_reported_once() -> None:
    async def scenario() -> None:
        async with opened(media_timeout_s=0.5) as room:
            silent, _ = room.stream("silent")
            speaking, port = room.stream("speaking")
            room.stream("held")
            room.media.connect("held", "0.0.0.0", 4000, PCMU)
            reported: list[str] = []
            room.media.set_on_timeout(reported.append)
            for _ in range(110):
                # The engine's own silence is the clock: one packet every 20 ms.
                await silent.hear()
                speaking.send(b"\x00" * 160, port)
            assert reported == ["silent"]

    run(scenario)


def test_rubbish_and_strangers_are_ignored() -> None:
    async def scenario() -> None:
        async with opened() as room:
            customer, port = room.stream("call")
            agent, _ = room.stream("leg")
            room.media.bridge("call", "leg")
            stranger = Peer()
            room.peers.append(stranger)
            customer.send(b"\x01" * 160, port)
            customer.socket.sendto(b"not RTP", ("127.0.0.1", port))
            customer.socket.sendto(b"", ("127.0.0.1", port))
            stranger.send(b"\x02" * 160, port)
            customer.send(b"\x03" * 160, port)
            heard = [await agent.hear_until(b"\x01" * 160), await agent.hear()]
            assert heard[1].payload == b"\x03" * 160
            assert room.media.statistics("call").packets_in == 2

    run(scenario)


def test_bridges_and_prompts_exclude_each_other_and_wrong_ids_are_said() -> None:
    async def scenario() -> None:
        async with opened() as room:
            for stream_id in ("call", "leg", "other"):
                room.stream(stream_id)
            with pytest.raises(MediaError, match="already open"):
                room.media.open("call")
            room.media.bridge("call", "leg")
            with pytest.raises(MediaError, match="leg is already bridged to call"):
                room.media.bridge("other", "leg")
            with pytest.raises(MediaError, match="call is bridged to leg"):
                room.media.play("call", "beep", lambda: None)
            room.media.unbridge("leg")
            room.media.unbridge("leg")
            with pytest.raises(MediaError, match=r"no prompt 'hello'; there are: beep\. Add hello\.wav"):
                room.media.play("call", "hello", lambda: None)
            with pytest.raises(MediaError, match="nobody is not open"):
                room.media.connect("nobody", "127.0.0.1", 4000, PCMU)
            room.media.close("nobody")

    run(scenario)


def test_keys_come_once_each_and_cross_a_bridge() -> None:
    async def scenario() -> None:
        async with opened() as room:
            keys: list[tuple[str, str]] = []
            room.media.set_on_digit(lambda stream_id, key: keys.append((stream_id, key)))
            customer, port = room.stream("call")
            agent, _ = room.stream("leg")
            room.media.bridge("call", "leg")
            pressed = [RtpPacket(TELEPHONE_EVENT, n == 0, n, 4000, 7, bytes([9, 0, 0, 160])) for n in range(3)]
            for packet in pressed:
                customer.socket.sendto(
                    customer.sender.relay(packet, packet.payload, TELEPHONE_EVENT, 0.0), ("127.0.0.1", port)
                )
            heard = await agent.hear_until(pressed[0].payload)
            assert heard.payload_type == TELEPHONE_EVENT
            customer.send(b"\x11" * 160, port)
            await agent.hear_until(b"\x11" * 160)
            assert keys == [("call", "9")]

    run(scenario)


async def pressed_to(peer: Peer, keys: str, payload_type: int) -> list[RtpPacket]:
    """Everything that a far end hears until it has heard these keys, and that they are all."""
    ear, packets, heard = Events(), [], ""
    while heard != keys:
        packets.append(await peer.hear())
        if packets[-1].payload_type == payload_type:
            heard += ear.hear(packets[-1])
        assert keys.startswith(heard)
    return packets


def test_keys_sent_into_a_conversation_are_heard_alone_and_the_conversation_goes_on() -> None:
    async def scenario() -> None:
        async with opened() as room:
            customer, customer_port = room.stream("call")
            agent, port = room.stream("leg")
            room.media.bridge("call", "leg")
            customer.send(b"\x22" * 160, customer_port)
            agent.send(b"\x11" * 160, port)
            before = await customer.hear_until(b"\x11" * 160)
            room.media.send_keys("call", "4", 96)
            room.media.send_keys("call", "2#", 96)
            agent.send(b"\x33" * 160, port)
            customer.send(b"\x44" * 160, customer_port)
            assert (await agent.hear_until(b"\x44" * 160)).payload_type == PCMU
            packets = await pressed_to(customer, "42#", 96)
            assert not any(packet.payload == b"\x33" * 160 for packet in packets), "they would talk into the keys"
            assert {packet.ssrc for packet in packets} == {before.ssrc}
            numbers = [before.sequence, *(packet.sequence for packet in packets)]
            steps = {(after - one) & 0xFFFF for one, after in itertools.pairwise(numbers)}
            assert steps == {1}
            async with asyncio.timeout(WAIT_S):
                while room.media._pressing:  # noqa: ASYNC110 - it is over when it is over
                    await asyncio.sleep(0.01)
            agent.send(b"\x55" * 160, port)
            after = await customer.hear_until(b"\x55" * 160)
            assert after.ssrc == before.ssrc
            assert 0 < (after.timestamp - packets[-1].timestamp) & 0xFFFFFFFF < 80_000

    run(scenario)


def test_keys_need_a_far_end_that_listens_and_end_with_their_stream() -> None:
    async def scenario() -> None:
        async with opened() as room:
            peer, _ = room.stream("call")
            room.media.connect("call", *peer.address[:1], 0, PCMU)
            with pytest.raises(MediaError, match="wants no audio now"):
                room.media.send_keys("call", "1", 101)
            room.media.connect("call", *peer.address, PCMU)
            room.media.send_keys("call", "1", 101)
            await pressed_to(peer, "1", 101)
            room.media.close("call")
            assert not room.media._pressing

    run(scenario)


def test_keys_are_told_while_a_supervisor_barges_in() -> None:
    async def scenario() -> None:
        async with opened() as room:
            customer, _ = room.stream("call")
            for stream_id in ("leg", "boss"):
                room.stream(stream_id)
            room.media.bridge("call", "leg")
            room.media.join("boss", "call", "leg", MonitorMode.BARGE)
            room.media.send_keys("call", "9", 101)
            await pressed_to(customer, "9", 101)
            room.media.part("boss")
            async with asyncio.timeout(WAIT_S):
                while room.media._pressing:  # noqa: ASYNC110 - it is over when it is over
                    await asyncio.sleep(0.01)

    run(scenario)
