"""What the fuzzer feeds: one user agent with a call up and a registrar, and every reader of what may come from outside.

Bytes that are no SIP raise `MalformedMessage` where they are read, and nothing else; the user agent raises nothing.
"""

import itertools
from collections.abc import Callable
from contextlib import suppress
from time import thread_time_ns

from dialer.gateway.sip import (
    Datagram,
    Invitation,
    MalformedMessage,
    NothingInCommon,
    RegistrarSettings,
    SessionOffered,
    UserAgent,
    make_answer,
    make_offer,
    parse_message,
    parse_sdp,
)
from dialer.gateway.sip.addresses import TCP, Address
from dialer.gateway.sip.framing import StreamFramer
from dialer.gateway.sip.headers import parse_name_address
from dialer.gateway.sip.uri import parse_uri

OURS = ("192.0.2.1", 5060)
THEIRS: Address = ("192.0.2.2", 5060)
OVER_TCP: Address = ("192.0.2.2", 5060, TCP)
AGENT_INPUTS_MAX = 500
"""After so many inputs the user agent is built anew: its tables fill otherwise, and a full one refuses everything."""
LONG_BYTES = 256
"""Inputs of this length and more count for the time per byte; what a short one costs is the machine's doing."""


def tokens(prefix: str) -> Callable[[], str]:
    """Ids that are the same in every run."""
    numbers = itertools.count(1)
    return lambda: f"{prefix}{next(numbers)}"


class Pair:
    """Our user agent in a call with another, and all that either has sent."""

    def __init__(self) -> None:
        self.agent = UserAgent(OURS, tokens("a"))
        self.agent.serve_phones(RegistrarSettings(passwords={"1001": "secret"}))
        self.sent: list[bytes] = []
        other = UserAgent((THEIRS[0], THEIRS[1]), tokens("b"))
        offer = make_offer("192.0.2.1", 40000, origin_id=1)
        call = Invitation(session_id="1-1", uri="sip:+12025550199@192.0.2.2", destination=THEIRS,
                          caller="<sip:+12025550100@192.0.2.1>", body=offer)  # fmt: skip
        self.agent.invite(call, 0.0)
        self.agent.ask("trunk", "OPTIONS", "sip:192.0.2.2", THEIRS, 2.0, 0.0)
        self._exchange(other)
        for event in other.next_events():
            if isinstance(event, SessionOffered):
                other.ring(event.session_id, 0.0)
                answer = make_answer(parse_sdp(event.request.body), "192.0.2.2", 30000, origin_id=1)
                other.answer(event.session_id, answer, 0.0)
        self._exchange(other)
        other.hang_up("in-1", 0.0)
        self.sent += [datagram.data for datagram in other.datagrams_to_send()]

    def _exchange(self, other: UserAgent) -> None:
        busy = True
        while busy:
            to_other, to_agent = self.agent.datagrams_to_send(), other.datagrams_to_send()
            self._carry(to_other, other, OURS)
            self._carry(to_agent, self.agent, THEIRS)
            busy = bool(to_other or to_agent)

    def _carry(self, datagrams: list[Datagram], receiver: UserAgent, source: Address) -> None:
        for datagram in datagrams:
            self.sent.append(datagram.data)
            receiver.receive_datagram(datagram.data, source, 0.0)


class Target:
    """Takes one input after another and notes what they cost."""

    def __init__(self) -> None:
        self.executions = 0
        self.malformed = 0
        self.slowest_ns_per_byte = 0.0
        self.slowest_input = b""
        self._pair = Pair()

    def renew(self) -> None:
        """Begin again with a user agent that has seen nothing."""
        self._pair = Pair()

    def take(self, data: bytes) -> None:
        """One input; anything that is raised from here is a defect."""
        if self.executions % AGENT_INPUTS_MAX == AGENT_INPUTS_MAX - 1:
            self.renew()
        self.executions += 1
        begun = thread_time_ns()
        self._take(data)
        cost = (thread_time_ns() - begun) / max(1, len(data))
        if len(data) >= LONG_BYTES and cost > self.slowest_ns_per_byte:
            self.slowest_ns_per_byte, self.slowest_input = cost, data

    def _take(self, data: bytes) -> None:
        try:
            message = parse_message(data)
        except MalformedMessage:
            self.malformed += 1
        else:
            read_all(message.headers.get("Contact", ()), parse_address)
            with suppress(MalformedMessage, NothingInCommon):
                make_answer(parse_sdp(message.body), "192.0.2.1", 40000, origin_id=1)
        agent = self._pair.agent
        agent.receive_datagram(data, THEIRS, 1.0)
        agent.handle_timers(1.0)
        agent.datagrams_to_send()
        agent.next_events()
        half = len(data) // 2
        framer = StreamFramer()
        with suppress(MalformedMessage):
            for frame in (*framer.feed(data[:half]), *framer.feed(data[half:])):
                agent.receive_datagram(frame, OVER_TCP, 1.0)
        agent.datagrams_to_send()
        agent.next_events()


def parse_address(value: str) -> None:
    """An address and the URI in it."""
    parse_uri(parse_name_address(value).uri)


def read_all(values: list[str] | tuple[str, ...], read: Callable[[str], None]) -> None:
    """Read header values; those that are malformed say so."""
    for value in values:
        with suppress(MalformedMessage):
            read(value)
