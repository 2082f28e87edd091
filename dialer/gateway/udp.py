"""The UDP socket and the clock around a sans-IO user agent, for asyncio and uvloop."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol

from dialer.gateway.sip import Address, Datagram, UserAgent, UserAgentEvent

SOCKET_BUFFER_BYTES = 4 * 1024 * 1024
"""Asked for both ways, so that no burst of calls is lost while the loop is busy; the kernel may give less."""


class Shell(Protocol):
    """What is around a user agent: its network and its clock."""

    agent: UserAgent
    local_address: Address
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
        make_agent: Callable[[Address], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
        now: Callable[[], float],
        /,
    ) -> Shell:
        """Bind an address and build the agent for it."""
        ...


class UdpShell(asyncio.DatagramProtocol):
    """One socket, one agent, one timer.

    Whoever calls a method of `agent` calls `pump` afterwards: it sends what there is to send, hands over the events
    and sets the timer. Events are handed over one by one; their receiver may call the agent again.
    """

    def __init__(
        self,
        make_agent: Callable[[Address], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
        now: Callable[[], float],
    ) -> None:
        self._make_agent = make_agent
        self._on_event = on_event
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None
        self._wake: asyncio.TimerHandle | None = None
        self._wake_at = 0.0
        self._is_pumping = False
        self._sending: Datagram | None = None
        self._failed: list[Datagram] = []
        self._quiet: asyncio.Future[None] | None = None
        self.agent: UserAgent
        self.local_address: Address = ("", 0)
        self.send_errors = 0
        """Packets that the operating system refused."""

    @property
    def is_closed(self) -> bool:
        """Whether the socket is gone; nothing is sent or received any more."""
        return self._transport is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is bound."""
        # uvloop's transports are not registered as asyncio.DatagramTransport.
        self._transport = transport  # type: ignore[assignment]
        host, port = transport.get_extra_info("sockname")[:2]
        self.local_address = (host, port)
        self.agent = self._make_agent(self.local_address)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A packet came."""
        self.agent.receive_datagram(data, (addr[0], addr[1]), self._now())
        self.pump()

    def error_received(self, exc: Exception) -> None:  # noqa: ARG002 - asyncio names it
        """The operating system refused a packet; one that is being sent right now is reported to its transaction."""
        self.send_errors += 1
        if self._sending is not None:
            self._failed.append(self._sending)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """The socket is closed."""
        self._transport = None
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

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

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    def _is_quiet(self) -> bool:
        return not self.agent.session_ids and not self.agent.dialogs and not self.agent.requests_under_way

    def _send(self, datagram: Datagram) -> None:
        if self._transport is None:
            self._failed.append(datagram)
            return
        self._sending = datagram
        try:
            self._transport.sendto(datagram.data, datagram.destination)
        except (OSError, ValueError, TypeError):
            self.send_errors += 1
            self._failed.append(datagram)
        self._sending = None

    def _set_timer(self) -> None:
        at = self.agent.next_timer()
        if at is None or self._transport is None:
            return
        if self._wake is not None:
            # An earlier wake-up finds nothing to do and sets the next: cheaper than a new handle for every packet.
            if self._wake_at <= at:
                return
            self._wake.cancel()
        self._wake_at = at
        self._wake = self._loop.call_later(max(0.0, at - self._now()), self._on_timer)

    def _on_timer(self) -> None:
        self._wake = None
        self.agent.handle_timers(self._now())
        self.pump()


async def open_udp(
    host: str,
    port: int,
    make_agent: Callable[[Address], UserAgent],
    on_event: Callable[[UserAgentEvent], None],
    now: Callable[[], float],
) -> UdpShell:
    """Bind a socket and build the agent for its address; port 0 takes a free one.

    Raises:
        OSError: The address is in use, or not ours.
    """
    bound = _bind(host, port)
    # Bound beforehand: where a port is in use, uvloop would hide the reason and leak the socket.
    _, shell = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: UdpShell(make_agent, on_event, now), sock=bound
    )
    return shell


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound
