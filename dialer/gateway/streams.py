"""SIP over connections, TCP, TLS, WebSocket: opened when something is to be sent, taken when somebody calls, kept.

A connection is known by the address of its far end, whoever opened it: a response, and a request to a phone that has
connected to us, go back on the connection that is there (RFC 3261 section 18, RFC 5923). What is to be sent while a
connection is being opened waits, within bounds.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Protocol

import msgspec

from dialer.gateway.sip import Address, Datagram, MalformedMessage
from dialer.gateway.sip.addresses import TLS, WEBSOCKETS, at, transport_of
from dialer.gateway.sip.framing import PING, PONG, StreamFramer
from dialer.gateway.websocket import WebSocketFramer

log = logging.getLogger(__name__)


class StreamSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of connections."""

    connections_max: int = 2_000
    connect_s_max: float = 4.0
    """A connection that takes longer to open is given up."""
    idle_s_max: float = 900.0
    """One that has carried nothing for so long is closed."""
    first_message_s_max: float = 32.0
    """One on which no whole message has come by then is closed, if it was opened to us."""
    keep_alive_s: float = 95.0
    """A line end is sent on a quiet connection that we opened (RFC 5626 section 4.4.1: 95 to 120 s)."""
    waiting_bytes_max: int = 1_000_000
    """What may wait for one connection."""


class StreamUser(Protocol):
    """Whoever is told what connections bring."""

    def take(self, message: bytes, source: Address) -> None:
        """One whole message."""

    def fail(self, datagrams: list[Datagram], lost: Address | None = None) -> None:
        """These could not be sent; `lost` was open, and is no more."""


class Connection(asyncio.Protocol):
    """One connection: cuts what comes into messages, keeps what waits to be sent."""

    def __init__(self, streams: "Streams", address: Address | None, transport_name: str, now: float) -> None:
        self._streams = streams
        self._framer: StreamFramer | WebSocketFramer = (
            WebSocketFramer() if transport_name in WEBSOCKETS else StreamFramer()
        )
        self.transport_name = transport_name
        self.address = address
        """Of the far end; None until a connection that was opened to us is made."""
        self.is_ours = address is not None
        self.is_kept = transport_name in WEBSOCKETS
        """Whether we keep it alive though we have not opened it: browsers cannot, and proxies close what is quiet."""
        self.has_asked = False
        """Whether a request of ours went out here, which has to be told when the connection goes."""
        self.has_spoken = False
        self.moved_at = now
        self.waiting: list[Datagram] = []
        self.waiting_bytes = 0
        self.stream: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self.stream = transport
        if self.address is None:
            host, port = transport.get_extra_info("peername")[:2]
            self.address = at(host, port, self.transport_name)
        if not self._streams.made(self):
            transport.abort()
            return
        waiting, self.waiting, self.waiting_bytes = self.waiting, [], 0
        for datagram in waiting:
            transport.write(datagram.data)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        assert self.stream is not None
        assert self.address is not None
        self.moved_at = self._streams.now()
        try:
            frames = self._framer.feed(data)
        except MalformedMessage as error:
            # Where the next message begins is not known any more.
            self._streams.counters["connections_garbled"] += 1
            log.info("connection of %s:%d is closed: %s", self.address[0], self.address[1], error)
            self.stream.abort()
            return
        for frame in frames:
            if frame is PING:
                self.write(PONG)
            else:
                self.has_spoken = True
                self._streams.user.take(frame, self.address)
        if isinstance(self._framer, WebSocketFramer):
            self._reply(self._framer)

    def write(self, message: bytes) -> None:
        """Send a message, in a frame of its own where the transport has frames."""
        assert self.stream is not None
        self.stream.write(message if isinstance(self._framer, StreamFramer) else self._framer.pack(message))

    def keep_alive(self) -> None:
        """Send a sign of life."""
        assert self.stream is not None
        self.stream.write(PING if isinstance(self._framer, StreamFramer) else self._framer.ping())

    def _reply(self, framer: WebSocketFramer) -> None:
        assert self.stream is not None
        replies = framer.take_replies()
        if replies and not self.stream.is_closing():
            self.stream.write(replies)
        if framer.is_closing:
            self.stream.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """See `asyncio.Protocol`."""
        self._streams.lost(self)


class Streams:
    """All connections of one shell.

    Args:
        user: Told of messages and failures.
        now: The shell's clock.
        settings: Limits.
        tls: How far ends that we connect to are checked; None allows no TLS.
    """

    def __init__(
        self,
        user: StreamUser,
        now: Callable[[], float],
        settings: StreamSettings | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.user = user
        self.now = now
        self.counters = {"connections_opened": 0, "connections_taken": 0, "connections_refused": 0,
                         "connections_garbled": 0, "connections_failed": 0}  # fmt: skip
        self.names: dict[Address, str] = {}
        """The host name that a TLS far end must prove; its IP address where none is named."""
        self._settings = settings or StreamSettings()
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._connections: dict[Address, Connection] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._is_closed = False
        self._sweep_handle = self._loop.call_later(self._sweep_every_s(), self._sweep)

    def __len__(self) -> int:
        return len(self._connections)

    async def listen(self, transport_name: str, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Take connections on an address; the port that was bound.

        Raises:
            OSError: The address is in use, or not ours.
        """
        server = await self._loop.create_server(
            lambda: Connection(self, None, transport_name, self.now()), host, port, ssl=tls, backlog=1024
        )
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def send(self, datagram: Datagram) -> bool:
        """Send a message over its connection, opened if there is none; False where that cannot be."""
        connection = self._connections.get(datagram.destination)
        if connection is None:
            connection = self._open(datagram.destination)
            if connection is None:
                return False
        connection.moved_at = self.now()
        connection.has_asked = connection.has_asked or (datagram.key is not None and datagram.key[0] == "client")
        room = self._settings.waiting_bytes_max
        if connection.stream is None:
            connection.waiting_bytes += len(datagram.data)
            if connection.waiting_bytes > room:
                return False
            connection.waiting.append(datagram)
            return True
        if connection.stream.is_closing() or connection.stream.get_write_buffer_size() > room:
            return False
        connection.write(datagram.data)
        return True

    def close(self) -> None:
        """Close every connection and listen no more."""
        self._is_closed = True
        self._sweep_handle.cancel()
        for server in self._servers:
            server.close()
        for task in self._opening:
            task.cancel()
        for connection in self._connections.values():
            if connection.stream is not None:
                connection.stream.close()
        self._connections.clear()

    def made(self, connection: Connection) -> bool:
        """A connection is open; False if it is one too many."""
        assert connection.address is not None
        if connection.is_ours:
            self.counters["connections_opened"] += 1
            return not self._is_closed
        if len(self._connections) >= self._settings.connections_max or self._is_closed:
            self.counters["connections_refused"] += 1
            return False
        self.counters["connections_taken"] += 1
        self._connections[connection.address] = connection
        return True

    def lost(self, connection: Connection) -> None:
        """A connection is closed, by whichever side."""
        address = connection.address
        if address is None or self._connections.get(address) is not connection:
            return
        del self._connections[address]
        if not self._is_closed and (connection.has_asked or connection.waiting):
            self.user.fail(connection.waiting, address)

    def _open(self, address: Address) -> Connection | None:
        if self._is_closed or len(self._connections) >= self._settings.connections_max:
            return None
        if transport_of(address) in WEBSOCKETS or (transport_of(address) == TLS and self._tls is None):
            return None
        connection = Connection(self, address, transport_of(address), self.now())
        self._connections[address] = connection
        task = self._loop.create_task(self._connect(connection, address))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)
        return connection

    async def _connect(self, connection: Connection, address: Address) -> None:
        is_tls = transport_of(address) == TLS
        try:
            async with asyncio.timeout(self._settings.connect_s_max):
                await self._loop.create_connection(
                    lambda: connection,
                    address[0],
                    address[1],
                    ssl=self._tls if is_tls else None,
                    server_hostname=self.names.get(address, address[0]) if is_tls else None,
                )
        except (OSError, ssl.SSLError, TimeoutError) as error:
            self.counters["connections_failed"] += 1
            problem = str(error) or type(error).__name__
            log.warning("no %s connection to %s:%d: %s", transport_of(address), address[0], address[1], problem)
            if self._connections.get(address) is connection:
                del self._connections[address]
            if not self._is_closed:
                self.user.fail(connection.waiting)

    def _sweep_every_s(self) -> float:
        settings = self._settings
        return min(settings.keep_alive_s, settings.first_message_s_max, settings.idle_s_max) / 3

    def _sweep(self) -> None:
        """Close what is idle, keep alive what we opened."""
        settings, now = self._settings, self.now()
        for connection in tuple(self._connections.values()):
            if connection.stream is None or connection.stream.is_closing():
                continue
            idle_s = now - connection.moved_at
            is_mute = not (connection.is_ours or connection.has_spoken) and idle_s > settings.first_message_s_max
            if idle_s > settings.idle_s_max or is_mute:
                connection.stream.close()
            elif (connection.is_ours or connection.is_kept) and idle_s > settings.keep_alive_s:
                connection.keep_alive()
        self._sweep_handle = self._loop.call_later(self._sweep_every_s(), self._sweep)
