"""A worker's side, in this process: what it does with orders, and what it reports."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from dialer.gateway.media.g711 import PCMU
from dialer.gateway.media.prompts import make_prompt
from dialer.gateway.media_port import MediaError
from dialer.gateway.workers import orders
from dialer.gateway.workers.link import Link, make_pair
from dialer.gateway.workers.worker import HandedPorts, Worker, WorkerSettings, read_settings, write_settings
from simulation.carrier.sound import tone_samples
from tests.dialer.gateway.media.peer import WAIT_S, Peer

HELLO = make_prompt("hello", tone_samples(440)[:160])
SETTINGS = WorkerSettings("127.0.0.1", 30.0, {"hello": HELLO})


class Desk:
    """The gateway's end of a worker that runs here too."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = make_pair()
        self.reports: list[orders.Report] = []
        self.sounds: list[orders.Sound] = []
        self.is_over = asyncio.Event()
        self.link = Link(loop, ours, self.take, lambda: None)
        self.worker = Worker(loop, theirs, SETTINGS, self.is_over.set)
        self.peer = Peer()
        self.sockets: list[socket.socket] = []

    def take(self, message: bytes, _: list[int]) -> None:
        if message[0] == orders.SOUND:
            self.sounds += orders.unpack_sound(message)
        else:
            self.reports.append(orders.decode_report(message))

    def open(self, serial: int, carried: orders.Carried | None = None) -> int:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind(("127.0.0.1", 0))
        self.sockets.append(opened)
        self.link.send(orders.encode(orders.Open(serial, carried)), (opened.fileno(),))
        self.order(orders.Connect(serial, *self.peer.address, PCMU, 0))
        return int(opened.getsockname()[1])

    def order(self, order: orders.Order) -> None:
        self.link.send(orders.encode(order))

    async def report(self, kind: type[orders.Report]) -> orders.Report:
        async with asyncio.timeout(WAIT_S):
            while True:
                for report in self.reports:
                    if isinstance(report, kind):
                        self.reports.remove(report)
                        return report
                await asyncio.sleep(0.001)


def run(scenario: Callable[[Desk], Awaitable[None]]) -> None:
    async def whole() -> None:
        desk = Desk()
        try:
            await scenario(desk)
        finally:
            desk.worker.close()
            desk.link.close()
            for opened in (*desk.sockets, desk.peer.socket):
                opened.close()

    asyncio.run(whole())


def test_what_it_hears_goes_to_the_gateway_and_shows_in_the_figures() -> None:
    async def scenario(desk: Desk) -> None:
        port = desk.open(1)
        desk.order(orders.Listen(1, True))
        desk.order(orders.Play(1, "hello", 5))
        assert await desk.report(orders.Played) == orders.Played(1, 5)
        desk.peer.send(b"\x01" * 160, port)
        figures = await desk.report(orders.Figures)
        assert isinstance(figures, orders.Figures)
        assert figures.streams[1].packets_in == 1
        assert desk.sounds == [(1, PCMU, b"\x01" * 160)]
        desk.order(orders.Listen(1, False))
        desk.order(orders.Close(1))
        assert await desk.report(orders.Closed) == orders.Closed(1)

    run(scenario)


def test_a_stream_that_is_let_go_can_be_gone_on_with() -> None:
    async def scenario(desk: Desk) -> None:
        desk.open(1)
        first = await desk.peer.hear()
        desk.order(orders.Release(1))
        released = await desk.report(orders.Released)
        assert isinstance(released, orders.Released)
        assert released.carried.ssrc == first.ssrc
        desk.open(2, released.carried)
        second = await desk.peer.hear()
        assert second.ssrc == first.ssrc
        assert (second.sequence - first.sequence) & 0xFFFF > 0

    run(scenario)


def test_an_order_that_cannot_be_carried_out_is_logged_and_the_next_one_is(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(desk: Desk) -> None:
        desk.order(orders.Bridge(1, 2))
        desk.open(3)
        await desk.peer.hear()
        assert "cannot be carried out" in caplog.text

    run(scenario)


def test_it_ends_when_the_gateway_hangs_up() -> None:
    async def scenario(desk: Desk) -> None:
        desk.link.close()
        await asyncio.wait_for(desk.is_over.wait(), WAIT_S)

    run(scenario)


def test_its_settings_survive_the_way() -> None:
    assert read_settings(write_settings(SETTINGS)) == SETTINGS


def test_no_socket_is_taken_that_was_not_handed_over() -> None:
    with pytest.raises(MediaError, match="no socket was handed over"):
        HandedPorts("127.0.0.1").take()
