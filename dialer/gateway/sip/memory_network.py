"""A network in memory and virtual time, for tests: packets arrive late, twice or never, as `fate` says.

It stands where sockets and the event loop stand, so that two user agents, or a whole gateway and its carrier, can be
run through hours of timers and any pattern of loss in a moment, and the same way every time.
"""

import heapq
import itertools
from collections.abc import Callable

from dialer.gateway.sip.addresses import Address, HostPort
from dialer.gateway.sip.events import UserAgentEvent
from dialer.gateway.sip.transaction_layer import Datagram
from dialer.gateway.sip.user_agent import UserAgent

STEPS_MAX = 200_000
FIRST_PORT = 10_000


class MemoryShell:
    """One agent on the network; what `dialer.gateway.udp.UdpShell` is on a real one."""

    def __init__(
        self,
        network: "MemoryNetwork",
        address: HostPort,
        make_agent: Callable[[HostPort], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
    ) -> None:
        self.local_address = address
        self.agent = make_agent(address)
        self.send_errors = 0
        self.is_closed = False
        self._network = network
        self._on_event = on_event

    def pump(self) -> None:
        """Nothing: the network looks at every agent after every step."""

    def close(self) -> None:
        """Leave the network."""
        self.is_closed = True
        self._network.detach(self.local_address)

    async def wait_until_quiet(self, timeout_s: float) -> None:
        """Let virtual time pass until nothing of this agent is open, for `timeout_s` at the longest."""
        self._network.run(timeout_s, until=self._is_quiet)

    def _is_quiet(self) -> bool:
        return not self.agent.session_ids and not self.agent.dialogs and not self.agent.requests_under_way

    def hand_over(self) -> bool:
        """Hand what has happened to the agent's owner; whether there was anything."""
        events = self.agent.next_events()
        for event in events:
            self._on_event(event)
        return bool(events)


class MemoryNetwork:
    """Agents by address, packets on their way, timers of one's own, and a clock that jumps to the next thing to happen.

    `fate(datagram, source)` says after which delays, in seconds, a packet arrives: none is a loss, two a repetition.
    """

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now
        self.fate: Callable[[Datagram, Address], tuple[float, ...]] = lambda _datagram, _source: (0.01,)
        self.on_send: Callable[[Datagram, Address], None] = lambda _datagram, _source: None
        """Told of every packet that an agent sends, lost or not."""
        self._shells: dict[Address, MemoryShell] = {}
        self._packets: list[tuple[float, int, Datagram, Address]] = []
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def time(self) -> float:
        """The network's clock."""
        return self.now

    def attach(
        self,
        host: str,
        port: int,
        make_agent: Callable[[HostPort], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
    ) -> MemoryShell:
        """Put an agent on the network; port 0 takes a free one.

        Raises:
            OSError: The address is taken.
        """
        if port == 0:
            port = next(p for p in itertools.count(FIRST_PORT) if (host, p) not in self._shells)
        if (host, port) in self._shells:
            raise OSError(f"{host}:{port} is taken")
        shell = MemoryShell(self, (host, port), make_agent, on_event)
        self._shells[host, port] = shell
        return shell

    async def open(
        self,
        host: str,
        port: int,
        make_agent: Callable[[HostPort], UserAgent],
        on_event: Callable[[UserAgentEvent], None],
        _now: Callable[[], float],
    ) -> MemoryShell:
        """`attach` in the shape of `dialer.gateway.udp.open_udp`."""
        return self.attach(host, port, make_agent, on_event)

    def detach(self, address: Address) -> None:
        """Take an agent off the network; packets to it are lost from now on."""
        self._shells.pop(address, None)

    def call_later(self, delay_s: float, call: Callable[[], None]) -> None:
        """Call something after a while of virtual time."""
        heapq.heappush(self._calls, (self.now + delay_s, next(self._order), call))

    def run(self, for_s: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let everything happen that happens in the next `for_s` seconds; stop early once `until` is true.

        Raises:
            AssertionError: The agents keep each other busy for ever.
        """
        end = self.now + for_s
        for _ in range(STEPS_MAX):
            self._settle()
            due = self._next_at()
            if until():
                return
            if due is None or due > end:
                self.now = end
                return
            self.now = max(self.now, due)
            self._step()
        raise AssertionError(f"no rest after {STEPS_MAX} steps")

    def _next_at(self) -> float | None:
        due = [at for shell in self._shells.values() if (at := shell.agent.next_timer()) is not None]
        if self._packets:
            due.append(self._packets[0][0])
        if self._calls:
            due.append(self._calls[0][0])
        return min(due, default=None)

    def _step(self) -> None:
        while self._packets and self._packets[0][0] <= self.now:
            _, _, datagram, source = heapq.heappop(self._packets)
            shell = self._shells.get(datagram.destination)
            if shell is not None:
                shell.agent.receive_datagram(datagram.data, source, self.now)
        while self._calls and self._calls[0][0] <= self.now:
            heapq.heappop(self._calls)[2]()
        for shell in tuple(self._shells.values()):
            shell.agent.handle_timers(self.now)

    def _settle(self) -> None:
        busy = True
        while busy:
            busy = False
            for address, shell in tuple(self._shells.items()):
                busy = shell.hand_over() or busy
                for datagram in shell.agent.datagrams_to_send():
                    self.on_send(datagram, address)
                    for delay_s in self.fate(datagram, address):
                        heapq.heappush(self._packets, (self.now + delay_s, next(self._order), datagram, address))
