"""RTCP between two media engines on loopback: what one sends, the other reads."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from benchmarks.ports import free_ports
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.reporter import INTERVAL_S
from dialer.gateway.media.rtcp import Goodbye, Report, parse_rtcp
from dialer.gateway.media_port import StreamStatistics

WAIT_S = 120.0
PORTS = 10


class Pair:
    """Two engines whose streams `here` and `there` talk to each other; their reports are due at once when asked."""

    def __init__(self, *, shared: bool) -> None:
        loop = asyncio.get_running_loop()
        self.near, self.far = (
            RtpEngine(loop, "127.0.0.1", first, first + PORTS - 1, {})
            for first in (free_ports(PORTS), free_ports(PORTS))
        )
        near, far = self.near.open("here"), self.far.open("there")
        beside = 0 if shared else 1
        self.near.connect("here", far.host, far.port, 0, far.port + beside)
        self.far.connect("there", near.host, near.port, 0, near.port + beside)

    async def until(
        self, engine: RtpEngine, name: str, holds: Callable[[StreamStatistics], object]
    ) -> StreamStatistics:
        while not holds(engine.statistics(name)):  # noqa: ASYNC110 - the packets come when they come
            await asyncio.sleep(0.02)
        return engine.statistics(name)


def run(scenario: Callable[[Pair], Awaitable[None]], *, shared: bool) -> None:
    async def whole() -> None:
        pair = Pair(shared=shared)
        try:
            await asyncio.wait_for(scenario(pair), WAIT_S)
        finally:
            pair.near.close_all()
            pair.far.close_all()

    asyncio.run(whole())


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports a hundred times as often as on a real line."""
    monkeypatch.setattr("dialer.gateway.media.reporter.INTERVAL_S", INTERVAL_S / 100)


@pytest.mark.parametrize("shared", [False, True], ids=["beside", "shared"])
def test_round_trip_and_loss_are_known_on_both_sides(shared: bool) -> None:
    async def scenario(pair: Pair) -> None:
        for engine, name in ((pair.near, "here"), (pair.far, "there")):
            known = await pair.until(engine, name, lambda one: one.round_trip_s is not None)
            assert known.round_trip_s is not None
            assert 0.0 <= known.round_trip_s < 2.0
            assert known.far_loss_rate == pytest.approx(0.0, abs=0.2)
            assert known.packets_expected >= known.packets_in > 0
            assert not known.has_sound, "only silence is sent"
        assert pair.near.counters()["rtcp_sent"] > 0
        assert pair.near.counters()["rtcp_malformed"] == 0

    run(scenario, shared=shared)


def test_strangers_reports_and_rubbish_are_not_believed() -> None:
    async def scenario(pair: Pair) -> None:
        await pair.until(pair.near, "here", lambda one: one.round_trip_s is not None)
        port = pair.near._streams["here"].rtcp_socket.getsockname()[1]  # type: ignore[union-attr]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.2", 0))
            stranger.sendto(b"\x80\xc9\0\1\0\0\0\1", ("127.0.0.1", port))
            before = pair.near.counters()["rtcp_malformed"]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as broken:
                broken.bind(("127.0.0.1", 0))
                broken.sendto(b"\x80\xc9\0\x09\0\0\0\1", ("127.0.0.1", port))
                await pair.until(pair.near, "here", lambda _: pair.near.counters()["rtcp_malformed"] > before)
        assert pair.near.counters()["rtcp_malformed"] == before + 1

    run(scenario, shared=False)


def test_a_stream_says_goodbye_and_gives_both_ports_back() -> None:
    async def scenario(pair: Pair) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            peer.setblocking(False)
            port = peer.getsockname()[1]
            own = pair.near.open("call")
            pair.near.connect("call", "127.0.0.1", 4000, 0, port)
            heard: list[Report | Goodbye] = []
            loop = asyncio.get_running_loop()
            heard += parse_rtcp(await loop.sock_recv(peer, 2048))
            pair.near.close("call")
            while not any(isinstance(one, Goodbye) for one in heard):
                heard += parse_rtcp(await loop.sock_recv(peer, 2048))
            assert isinstance(heard[0], Report)
            for taken in (own.port, own.port + 1):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
                    again.bind(("127.0.0.1", taken))

    run(scenario, shared=False)


def test_a_far_end_that_moves_to_a_shared_port_frees_ours() -> None:
    async def scenario(pair: Pair) -> None:
        own = pair.near.open("call")
        pair.near.connect("call", "127.0.0.1", 4000, 0, 4001)
        pair.near.connect("call", "127.0.0.1", 4000, 0, 4000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(("127.0.0.1", own.port + 1))

    run(scenario, shared=False)


def test_where_the_odd_port_is_taken_there_is_audio_and_no_rtcp() -> None:
    async def scenario(pair: Pair) -> None:
        own = pair.near.open("call")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", own.port + 1))
            pair.near.connect("call", "127.0.0.1", 4000, 0, 4001)
            assert pair.near._streams["call"].rtcp_target is None

    run(scenario, shared=False)
