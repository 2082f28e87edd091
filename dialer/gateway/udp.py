"""The UDP socket and the clock around a sans-IO user agent, for asyncio and uvloop; connections are in `streams`.

The bare socket is read and written rather than through a datagram transport of the loop: it costs the same, a packet
that the system refuses is known for the one it is, and a closed socket is closed at once.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol

from dialer.gateway.sip import Address, Datagram, UserAgent, UserAgentEvent
from dialer.gateway.sip.addresses import HostPort, is_reliable

DATAGRAM_BYTES_MAX = 65535
READS_MAX = 32
"""Packets read before they are answered and the loop gets its turn: some 2 ms of work at the most."""
WAKE_S_MIN = 0.01
"""Timers are looked at no more often than so."""
SOCKET_BUFFER_BYTES = 4 * 1024 * 1024
"""Asked for both ways, so that no burst of calls is lost while the loop is busy; the kernel may give less."""


class Shell(Protocol):
    """What is around a user agent: its network and its clock."""

    agent: UserAgent
    local_address: HostPort
    send_errors: int

    def pump(self) -> None:
        """Send, hand over events and set the timer; called after every method of the agent that takes `now`."""
        ...

    def close(self) -> None:
        """Leave the network."""
        ...

    async def wait_until_quiet(self, timeout_s: float) -> None:
        """Wait until no session is open and no request of ours is unanswered, for `timeout_s` at the longest."""
        ...


class OpenShell(Protocol):
    """`open_udp`, or something that does as much on another network."""

    async def __call__(
        self,
        host: str,
        port: int,
        make_agent: Callable[[HostPort], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
        now: Callable[[], float],
        /,
    ) -> Shell:
        """Bind an address and build the agent for it."""
        ...


class Connections(Protocol):
    """What sends over TCP and TLS."""

    def send(self, datagram: Datagram) -> bool:
        """Send a message over its connection, opened if there is none; False where that cannot be."""
        ...

    def close(self) -> None:
        """Close every connection and listen no more."""
        ...


class UdpShell:
    """One socket, one agent, one timer, and perhaps connections beside them.

    Whoever calls a method of `agent` calls `pump` afterwards: it sends what there is to send, hands over the events
    and sets the timer. Events are handed over one by one; their receiver may call the agent again.
    """

    def __init__(
        self,
        sock: socket.socket,
        make_agent: Callable[[HostPort], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
        now: Callable[[], float],
    ) -> None:
        self._on_event = on_event
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = sock
        self._wake: asyncio.TimerHandle | None = None
        self._wake_at = 0.0
        self._is_pumping = False
        self._failed: list[Datagram] = []
        self._quiet: asyncio.Future[None] | None = None
        self.connections: Connections | None = None
        """TCP and TLS; None where there is UDP alone."""
        self.local_address: HostPort = sock.getsockname()[:2]
        self.agent = make_agent(self.local_address)
        self.send_errors = 0
        """Packets that the operating system refused."""
        self._loop.add_reader(sock.fileno(), self._read)

    @property
    def is_closed(self) -> bool:
        """Whether the socket is gone; nothing is sent or received any more."""
        return self._socket is None

    def pump(self) -> None:
        """Send, hand over events and set the timer, until nothing is left to do."""
        if self._is_pumping:
            return
        self._is_pumping = True
        try:
            while True:
                for datagram in self.agent.datagrams_to_send():
                    self._send(datagram)
                events = self.agent.next_events()
                for event in events:
                    self._on_event(event)
                if not events and not self._failed:
                    break
                failed, self._failed = self._failed, []
                for datagram in failed:
                    self.agent.datagram_failed(datagram, self._now())
        finally:
            self._is_pumping = False
        self._set_timer()
        if self._quiet is not None and not self._quiet.done() and self._is_quiet():
            self._quiet.set_result(None)

    async def wait_until_quiet(self, timeout_s: float) -> None:
        """Wait until no session is open and no request of ours is unanswered, for `timeout_s` at the longest."""
        if self._is_quiet():
            return
        self._quiet = self._loop.create_future()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet, timeout_s)
        self._quiet = None

    def take(self, message: bytes, source: Address) -> None:
        """A message has come over a connection."""
        self.agent.receive_datagram(message, source, self._now())
        self.pump()

    def fail(self, datagrams: list[Datagram], lost: Address | None = None) -> None:
        """Messages could not be sent over their connection; `lost` is one that had been open."""
        for datagram in datagrams:
            self.agent.datagram_failed(datagram, self._now())
        if lost is not None:
            self.agent.connection_lost(lost, self._now())
        self.pump()

    def close(self) -> None:
        """Close the socket and the connections."""
        if self.connections is not None:
            self.connections.close()
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    def _is_quiet(self) -> bool:
        return not self.agent.session_ids and not self.agent.dialogs and not self.agent.requests_under_way

    def _read(self) -> None:
        self._take_packets()
        # Once for all that had come: under load answers leave in bursts, which wakes their receivers less often.
        self.pump()

    def _take_packets(self) -> None:
        now = self._now()
        for _ in range(READS_MAX):
            if self._socket is None:
                return
            try:
                data, source = self._socket.recvfrom(DATAGRAM_BYTES_MAX)
            except BlockingIOError:
                break
            except OSError:
                # What the network says of an earlier packet: its transaction's own timers say the same.
                continue
            self.agent.receive_datagram(data, (source[0], source[1]), now)

    def _send(self, datagram: Datagram) -> None:
        if self._socket is None:
            self._failed.append(datagram)
            return
        if is_reliable(datagram.destination):
            if self.connections is None or not self.connections.send(datagram):
                self.send_errors += 1
                self._failed.append(datagram)
            return
        try:
            self._socket.sendto(datagram.data, datagram.destination)
        except BlockingIOError:
            # The socket's buffer is full: lost like any other packet, and sent again like any other.
            self.send_errors += 1
        except OSError:
            self.send_errors += 1
            self._failed.append(datagram)

    def _set_timer(self) -> None:
        at = self.agent.next_timer()
        if at is None or self._socket is None:
            return
        if self._wake is not None:
            # An earlier wake-up finds nothing to do and sets the next: cheaper than a new handle for every packet.
            if self._wake_at <= at:
                return
            self._wake.cancel()
        self._wake_at = at
        # Under load something is due all the time: looked at in batches, which none of SIP's timers minds.
        self._wake = self._loop.call_later(max(WAKE_S_MIN, at - self._now()), self._on_timer)

    def _on_timer(self) -> None:
        self._wake = None
        # After a pause of this process an answer may be waiting, and must not be taken for silence.
        self._take_packets()
        self.agent.handle_timers(self._now())
        self.pump()


async def open_udp(
    host: str,
    port: int,
    make_agent: Callable[[HostPort], UserAgent],
    on_event: Callable[[UserAgentEvent], None],
    now: Callable[[], float],
) -> UdpShell:
    """Bind a socket and build the agent for its address; port 0 takes a free one.

    Args:
        host: An IP address of this machine.
        port: Its UDP port.
        make_agent: Given the address that was bound.
        on_event: Told what happens.
        now: Seconds on a clock that is never set, such as the loop's.

    Raises:
        OSError: The address is in use, or not ours.
    """
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    return UdpShell(sock, make_agent, on_event, now)
