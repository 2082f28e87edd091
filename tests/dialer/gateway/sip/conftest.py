"""A link between two user agents in virtual time, which may lose, repeat and delay packets."""

import heapq
import itertools
from collections.abc import Callable

import pytest

from dialer.gateway.sip import Datagram, Invitation, UserAgent, UserAgentEvent, UserAgentSettings, make_offer

CALLER = ("192.0.2.1", 5060)
CALLEE = ("192.0.2.2", 5070)


def tokens(prefix: str) -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{prefix}{next(numbers)}"


class Link:
    """Two agents, the packets between them, and a clock that jumps to the next thing to happen.

    `fate(datagram)` says after which delays a packet arrives: none is a loss, two a repetition.
    """

    def __init__(self, settings: UserAgentSettings | None = None) -> None:
        settings = settings or UserAgentSettings()
        self.caller = UserAgent(CALLER, tokens("a"), settings)
        self.callee = UserAgent(CALLEE, tokens("b"), settings)
        self.agents = {CALLER: self.caller, CALLEE: self.callee}
        self.now = 1000.0
        self.fate: Callable[[Datagram], tuple[float, ...]] = lambda datagram: (0.01,)
        self.packets: list[tuple[float, int, Datagram, tuple[str, int]]] = []
        self.sent: list[tuple[str, str]] = []
        """Who sent what: ("caller", "INVITE"), ("callee", "200 INVITE")..."""
        self.events: dict[str, list[UserAgentEvent]] = {"caller": [], "callee": []}
        self.on_event: Callable[[str, UserAgentEvent], None] = lambda side, event: None
        self._order = itertools.count()

    def pump(self) -> None:
        busy = True
        while busy:
            busy = False
            for side, address in (("caller", CALLER), ("callee", CALLEE)):
                agent = self.agents[address]
                for datagram in agent.datagrams_to_send():
                    self.sent.append((side, name_of(datagram.data)))
                    for delay_s in self.fate(datagram):
                        heapq.heappush(self.packets, (self.now + delay_s, next(self._order), datagram, address))
                for event in agent.next_events():
                    busy = True
                    self.events[side].append(event)
                    self.on_event(side, event)

    def run(self, until_s: float = 200.0, steps_max: int = 20_000) -> None:
        """Let everything happen that happens within `until_s`, or before both agents have nothing more to do."""
        end = self.now + until_s
        for _ in range(steps_max):
            self.pump()
            due = [at for at in (self.caller.next_timer(), self.callee.next_timer()) if at is not None]
            if self.packets:
                due.append(self.packets[0][0])
            if not due or min(due) > end:
                self.now = end
                return
            self.now = max(self.now, min(due))
            while self.packets and self.packets[0][0] <= self.now:
                _, _, datagram, source = heapq.heappop(self.packets)
                if datagram.destination in self.agents:
                    self.agents[datagram.destination].receive_datagram(datagram.data, source, self.now)
            self.caller.handle_timers(self.now)
            self.callee.handle_timers(self.now)
        raise AssertionError("the agents never come to rest")

    def call(self, session_id: str = "1-1", **changes: object) -> None:
        invitation = {
            "session_id": session_id,
            "uri": "sip:+12025550199@192.0.2.2:5070",
            "destination": CALLEE,
            "caller": '"Dialer" <sip:+12025550100@192.0.2.1>',
            "body": make_offer("192.0.2.1", 40000, origin_id=7),
            "ring_timeout_s": 20.0,
        }
        self.caller.invite(Invitation(**{**invitation, **changes}), self.now)  # type: ignore[arg-type]

    def kinds(self, side: str) -> list[str]:
        return [type(event).__name__ for event in self.events[side]]

    def is_empty(self) -> bool:
        return all(
            agent.transactions == 0 and agent.dialogs == 0 and agent.session_ids == () and agent.next_timer() is None
            for agent in (self.caller, self.callee)
        )


def name_of(data: bytes) -> str:
    """`INVITE` of a request, `180 INVITE` of a response to one."""
    text = data.decode()
    first, second, *_ = text.split(" ")
    if first != "SIP/2.0":
        return first
    method = next(line for line in text.split("\r\n") if line.startswith("CSeq:")).split()[-1]
    return f"{second} {method}"


@pytest.fixture
def link() -> Link:
    return Link()


@pytest.fixture
def make_link() -> type[Link]:
    return Link
