"""Two user agents on a network in memory."""

import itertools
from collections.abc import Callable

import pytest

from dialer.gateway.sip import (
    Address,
    Datagram,
    Invitation,
    SessionEnded,
    UserAgent,
    UserAgentEvent,
    UserAgentSettings,
    make_answer,
    make_offer,
    parse_sdp,
)
from dialer.gateway.sip.memory_network import MemoryNetwork

CALLER = ("192.0.2.1", 5060)
CALLEE = ("192.0.2.2", 5070)


def tokens(prefix: str) -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{prefix}{next(numbers)}"


class Link(MemoryNetwork):
    """A caller, a callee, what each sent and what each was told."""

    def __init__(self, settings: UserAgentSettings | None = None) -> None:
        super().__init__()
        settings = settings or UserAgentSettings()
        self.sent: list[tuple[str, str]] = []
        """Who sent what: ("caller", "INVITE"), ("callee", "200 INVITE")..."""
        self.texts: list[str] = []
        """The same packets whole."""
        self.events: dict[str, list[UserAgentEvent]] = {"caller": [], "callee": []}
        self.react: Callable[[str, UserAgentEvent], None] = lambda side, event: None
        self.on_send = self._note
        self.caller = self._attach("caller", CALLER, settings)
        self.callee = self._attach("callee", CALLEE, settings)

    def _attach(self, side: str, address: Address, settings: UserAgentSettings) -> UserAgent:
        def on_event(event: UserAgentEvent) -> None:
            self.events[side].append(event)
            self.react(side, event)

        shell = self.attach(*address, lambda own: UserAgent(own, tokens(side[:5]), settings), on_event)
        return shell.agent

    def _note(self, datagram: Datagram, source: Address) -> None:
        self.sent.append(("caller" if source == CALLER else "callee", name_of(datagram.data)))
        self.texts.append(datagram.data.decode())

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

    def answer(self, session_id: str = "in-1") -> None:
        offered = self.events["callee"][0]
        answer = make_answer(parse_sdp(offered.request.body), "192.0.2.2", 30000, origin_id=9)  # type: ignore[union-attr]
        self.callee.answer(session_id, answer, self.now)

    def kinds(self, side: str) -> list[str]:
        return [type(event).__name__ for event in self.events[side]]

    def ending(self, side: str = "caller") -> SessionEnded:
        """How it ended; fails unless it ended exactly once, and last."""
        ended = [event for event in self.events[side] if isinstance(event, SessionEnded)]
        assert len(ended) == 1, self.kinds(side)
        assert self.events[side][-1] is ended[0]
        return ended[0]

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
