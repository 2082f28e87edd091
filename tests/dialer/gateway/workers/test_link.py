"""The line between the gateway and a worker: whole messages, in order, whatever the other end does."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from dialer.gateway.workers.link import WAITING_BYTES_MAX, Link, make_pair

WAIT_S = 20.0


class Ends:
    """Both ends of a line in one process."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.heard: list[tuple[bytes, list[int]]] = []
        self.lost = 0
        one, other = make_pair()
        self.near = Link(loop, one, lambda message, sockets: self.heard.append((message, sockets)), self.lose)
        self.other = other

    def lose(self) -> None:
        self.lost += 1

    def far(self, take: Callable[[bytes, list[int]], None]) -> Link:
        return Link(asyncio.get_running_loop(), self.other, take, self.lose)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():  # noqa: ASYNC110 - the loop has to turn
                await asyncio.sleep(0)


def run(scenario: Callable[[Ends], Awaitable[None]]) -> None:
    async def whole() -> None:
        ends = Ends()
        await scenario(ends)
        ends.near.close()
        ends.other.close()

    asyncio.run(whole())


def test_messages_arrive_whole_in_order_with_their_sockets() -> None:
    async def scenario(ends: Ends) -> None:
        far = ends.far(lambda message, sockets: None)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carried:
            carried.bind(("127.0.0.1", 0))
            far.send(b"first")
            far.send(b"second", (carried.fileno(),))
            far.send(b"third" * 1000)
            await ends.until(lambda: len(ends.heard) == 3)
            assert [message for message, _ in ends.heard] == [b"first", b"second", b"third" * 1000]
            with socket.socket(fileno=ends.heard[1][1][0]) as arrived:
                assert arrived.getsockname() == carried.getsockname()
        far.close()
        await ends.until(lambda: ends.lost == 1)

    run(scenario)


def test_what_the_other_end_does_not_take_waits_and_stale_sound_is_dropped() -> None:
    async def scenario(ends: Ends) -> None:
        block = bytes(30_000)
        for _ in range(300):
            ends.near.send_sound(block)
        assert ends.near._waiting_bytes < WAITING_BYTES_MAX + len(block)
        ends.near.send(b"an order is never dropped")
        taken: list[bytes] = []
        far = ends.far(lambda message, _: taken.append(message))
        await ends.until(lambda: bool(taken) and taken[-1] == b"an order is never dropped")
        assert len(taken) < 300
        ends.near.send(b"and on it goes")
        await ends.until(lambda: taken[-1] == b"and on it goes")
        far.close()

    run(scenario)


def test_a_line_that_is_lost_is_told_once_and_takes_what_is_sent_for_nothing() -> None:
    async def scenario(ends: Ends) -> None:
        ends.other.close()
        ends.near.send(b"nobody hears this")
        await ends.until(lambda: ends.lost == 1)
        ends.near.send(b"nor this")
        ends.near.close()
        assert (ends.lost, ends.near.is_open) == (1, False)

    run(scenario)
