"""Sockets that have something to read are found, on loops of either kind and without epoll."""

import asyncio
import socket
import sys
from collections.abc import Callable

import pytest
import uvloop

from dialer.gateway.media.readiness import Readiness

WAIT_S = 120.0


class Sockets:
    """Pairs of sockets that are watched, and what was read from them."""

    def __init__(self, count: int) -> None:
        self.pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(count)]
        self.heard: list[tuple[int, bytes]] = []
        self.readiness = Readiness(asyncio.get_running_loop(), self.read)
        for n, (near, _) in enumerate(self.pairs):
            near.setblocking(False)
            self.readiness.add(near.fileno(), n)
        self.watched = {near.fileno() for near, _ in self.pairs}
        self.also: Callable[[int], None] = lambda _: None

    def remove(self, near: socket.socket) -> None:
        self.watched.remove(near.fileno())
        self.readiness.remove(near.fileno())

    def read(self, n: int, now: float) -> None:
        assert now <= asyncio.get_running_loop().time()
        self.heard.append((n, self.pairs[n][0].recv(100)))
        self.also(n)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():  # noqa: ASYNC110 - packets come when they come
                await asyncio.sleep(0.001)

    def close(self) -> None:
        for near, far in self.pairs:
            if near.fileno() in self.watched:
                self.remove(near)
            near.close()
            far.close()


async def scenario() -> None:
    sockets = Sockets(3)
    for n in (0, 2, 2, 0):
        sockets.pairs[n][1].send(b"%d" % n)
    await sockets.until(lambda: len(sockets.heard) == 4)
    assert sorted(sockets.heard) == [(0, b"0"), (0, b"0"), (2, b"2"), (2, b"2")]
    sockets.remove(sockets.pairs[0][0])
    sockets.pairs[0][1].send(b"unheard")
    sockets.pairs[1][1].send(b"heard")
    await sockets.until(lambda: len(sockets.heard) == 5)
    assert sockets.heard[-1] == (1, b"heard")
    sockets.close()


@pytest.mark.parametrize("make_loop", [asyncio.SelectorEventLoop, uvloop.new_event_loop])
@pytest.mark.parametrize("platform", [sys.platform, "darwin"])
def test_who_has_something_to_read_is_found(
    make_loop: Callable[[], asyncio.AbstractEventLoop], platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(scenario())


def test_a_socket_that_is_closed_while_others_are_read_is_passed_over() -> None:
    async def whole() -> None:
        sockets = Sockets(2)
        sockets.also = lambda n: sockets.remove(sockets.pairs[1 - n][0])
        for _, far in sockets.pairs:
            far.send(b"sound")
        await sockets.until(lambda: len(sockets.heard) == 1)
        await asyncio.sleep(0)
        assert len(sockets.heard) == 1
        sockets.close()

    asyncio.run(whole())


def test_the_set_lives_as_long_as_there_is_somebody_to_watch() -> None:
    async def whole() -> None:
        sockets = Sockets(1)
        near, far = sockets.pairs[0]
        sockets.readiness.remove(near.fileno())
        sockets.readiness.add(near.fileno(), 0)
        far.send(b"again")
        await sockets.until(lambda: sockets.heard == [(0, b"again")])
        sockets.close()

    asyncio.run(whole())
