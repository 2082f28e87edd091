"""Connections: opened when needed, reused, kept alive, and told when they are gone."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from benchmarks.ports import free_port
from dialer.gateway.sip import Address, Datagram
from dialer.gateway.streams import Streams, StreamSettings

HELLO = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"


class User:
    """Notes what connections bring; `until` waits for as much."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, Address]] = []
        self.failed: list[Datagram] = []
        self.lost: list[Address] = []
        self._moved = asyncio.Event()

    def take(self, message: bytes, source: Address) -> None:
        self.messages.append((message, source))
        self._moved.set()

    def fail(self, datagrams: list[Datagram], lost: Address | None = None) -> None:
        self.failed += datagrams
        if lost is not None:
            self.lost.append(lost)
        self._moved.set()

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(120):
            while not is_so():
                self._moved.clear()
                await self._moved.wait()


def run(test: Callable[[User, Streams], Awaitable[None]], settings: StreamSettings | None = None) -> None:
    async def main() -> None:
        user = User()
        streams = Streams(user, asyncio.get_running_loop().time, settings)
        try:
            await test(user, streams)
        finally:
            streams.close()
            await asyncio.sleep(0)

    asyncio.run(main())


def hello_to(port: int) -> Datagram:
    return Datagram(HELLO, ("127.0.0.1", port, "tcp"), ("client", "b", "OPTIONS"))


def test_two_of_them_talk_over_one_connection() -> None:
    async def test(user: User, streams: Streams) -> None:
        port = await streams.listen("tcp", "127.0.0.1", 0)
        far_user = User()
        far = Streams(far_user, asyncio.get_running_loop().time)
        assert far.send(hello_to(port))
        assert far.send(hello_to(port)), "waits for the same connection"
        await user.until(lambda: len(user.messages) == 2)
        message, source = user.messages[0]
        assert message == HELLO
        assert streams.send(Datagram(HELLO, source, None))
        await far_user.until(lambda: far_user.messages)
        assert far_user.messages == [(HELLO, ("127.0.0.1", port, "tcp"))]
        assert (len(far), len(streams)) == (1, 1)
        far.close()

    run(test)


def test_what_cannot_be_connected_is_handed_back() -> None:
    async def test(user: User, streams: Streams) -> None:
        port = free_port()
        assert streams.send(hello_to(port))
        await user.until(lambda: user.failed)
        assert user.failed == [hello_to(port)]
        assert len(streams) == 0
        assert streams.counters["connections_failed"] == 1

    run(test)


def test_nobody_waits_for_a_connection_that_is_lost() -> None:
    async def test(user: User, streams: Streams) -> None:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        streams.send(hello_to(port))
        await user.until(lambda: user.lost)
        assert user.lost == [("127.0.0.1", port, "tcp")]
        server.close()

    run(test)


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


def test_a_ping_is_answered_and_garbage_is_cut_off() -> None:
    async def test(user: User, streams: Streams) -> None:
        port = await streams.listen("tcp", "127.0.0.1", 0)
        reader, writer = await connect(port)
        writer.write(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\r\n"
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        assert streams.counters["connections_garbled"] == 1
        assert user.messages == []
        writer.close()

    run(test)


def test_one_too_many_is_refused() -> None:
    async def test(user: User, streams: Streams) -> None:
        port = await streams.listen("tcp", "127.0.0.1", 0)
        _, first = await connect(port)
        first.write(HELLO)
        await user.until(lambda: user.messages)
        reader, second = await connect(port)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        assert streams.counters["connections_refused"] == 1
        assert not streams.send(hello_to(1)), "nor is one opened"
        first.close()
        second.close()

    run(test, StreamSettings(connections_max=1))


def test_a_connection_that_says_nothing_is_closed_and_our_own_is_kept_alive() -> None:
    async def test(user: User, streams: Streams) -> None:
        port = await streams.listen("tcp", "127.0.0.1", 0)
        reader, writer = await connect(port)
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 120) == b""
        writer.close()

        heard: asyncio.Queue[bytes] = asyncio.Queue()

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(len(HELLO))
            heard.put_nowait(await reader.readexactly(4))
            writer.close()

        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        streams.send(hello_to(server.sockets[0].getsockname()[1]))
        assert await asyncio.wait_for(heard.get(), 120) == b"\r\n\r\n"
        server.close()

    run(test, StreamSettings(first_message_s_max=0.05, keep_alive_s=0.05))


def test_without_a_context_there_is_no_tls() -> None:
    async def test(_user: User, streams: Streams) -> None:
        assert not streams.send(Datagram(HELLO, ("127.0.0.1", 5061, "tls"), None))

    run(test)


def test_a_closed_one_sends_nothing() -> None:
    async def test(_user: User, streams: Streams) -> None:
        streams.close()
        assert not streams.send(hello_to(5060))

    run(test)
