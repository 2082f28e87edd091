"""A flood from strangers beside running calls changes no call's outcome, and packets lost on the way lose no call."""

import asyncio
import itertools
import random

import pytest

from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import RegistrarSettings, SessionOffered, UserAgent, UserAgentEvent, make_offer
from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.memory_network import MemoryNetwork
from dialer.gateway.sip.transaction_layer import Datagram
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import CallAnswered, CallEnded, Event, HangUpCall, PlaceCall

CARRIER = ("192.0.2.20", 5060)
STRANGER = ("203.0.113.9", 5060)
CALLS = 100
ANSWER = make_offer("192.0.2.20", 30000, origin_id=1)
FATES = (0, 0, 486, 404, 503)
"""Status of the refusal of each call in turn; 0 is answered."""


class Campaign:
    """A hundred calls, four a second, to a carrier that answers some and refuses others by their number."""

    def __init__(self, network: MemoryNetwork) -> None:
        self.network = network
        self.events: list[Event] = []
        self.carrier_answers = 0
        numbers = itertools.count()
        self.gateway = SipGateway(
            GatewaySettings(
                trunks=(TrunkAddress(name="t", host=CARRIER[0]),),
                phones=RegistrarSettings(passwords={"1001": "a long secret"}),
            ),
            SilentMedia(),
            self._take,
            network.time,
            lambda: f"t{next(numbers)}",
            network.open,
        )
        self.far = network.attach(*CARRIER, lambda own: UserAgent(own, lambda: f"f{next(numbers)}"), self._offered)
        asyncio.run(self.gateway.start())
        for n in range(CALLS):
            network.call_later(n * 0.25, lambda n=n: self._place(n))

    def _place(self, n: int) -> None:
        self.gateway.send(PlaceCall(call_id=f"{n}-1", number=str(n), caller_id="1", trunk="t", ring_timeout_s=30.0))

    def _take(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, CallAnswered):
            hang_up = HangUpCall(call_id=event.call_id)
            self.network.call_later(3.0, lambda: self.gateway.send(hang_up))

    def _offered(self, event: UserAgentEvent) -> None:
        if not isinstance(event, SessionOffered):
            return
        fate = FATES[int(event.request.uri.partition(":")[2].partition("@")[0]) % len(FATES)]
        agent, name = self.far.agent, event.session_id

        def decide() -> None:
            if name not in agent.session_ids:
                return
            if fate:
                agent.refuse(name, fate, self.network.now)
            else:
                self.carrier_answers += 1
                agent.answer(name, ANSWER, self.network.now)

        agent.ring(name, self.network.now)
        self.network.call_later(1.0, decide)

    def run(self) -> "Campaign":
        self.network.run(CALLS * 0.25 + 200)
        return self

    def outcomes(self) -> dict[str, tuple[str, int | None]]:
        ended = [event for event in self.events if isinstance(event, CallEnded)]
        assert len(ended) == CALLS, "each ends once"
        return {event.call_id: (str(event.cause), event.sip_status) for event in ended}

    def is_empty(self) -> bool:
        agent = self.gateway.agent
        return (agent.transactions, agent.dialogs, agent.session_ids) == (0, 0, ())


def nonsense(chance: random.Random, n: int) -> bytes:
    """A packet of a flood: noise, a broken message, or a whole one from nobody."""
    kind = n % 4
    if kind == 0:
        return chance.randbytes(200)
    method = chance.choice(["INVITE", "REGISTER", "OPTIONS", "BYE", "CANCEL", "ACK", "DANCE"])
    head = (
        f"{method} sip:1@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKx{n}\r\n"
        f"From: <sip:a@h>;tag={n}\r\nTo: <sip:b@h>{';tag=x' if kind == 1 else ''}\r\n"
        f"Call-ID: {n}\r\nCSeq: 1 {method}\r\n"
    )
    if kind == 2:
        return head.encode()[: chance.randrange(10, len(head))]
    return f"{head}Content-Length: 0\r\n\r\n".encode()


def forged(chance: random.Random, n: int, live: bytes) -> bytes:
    """A packet about a call that is up, its Call-ID overheard, by somebody who knows neither branch nor tags."""
    call_id = live.partition(b"Call-ID: ")[2].partition(b"\r\n")[0].decode()
    method = chance.choice(["BYE", "CANCEL", "INVITE", "UPDATE", "INFO", "REFER", "NOTIFY"])
    start_line = chance.choice([f"{method} sip:1@192.0.2.1 SIP/2.0", "SIP/2.0 200 OK", "SIP/2.0 486 Busy Here"])
    if start_line.startswith("SIP/2.0"):
        method = "INVITE"
    return (
        f"{start_line}\r\nVia: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKf{n}\r\nFrom: <sip:a@h>;tag=f{n}\r\n"
        f"To: <sip:b@h>;tag=g{n}\r\nCall-ID: {call_id}\r\nCSeq: 2 {method}\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def test_a_flood_changes_no_calls_outcome() -> None:
    quiet = Campaign(MemoryNetwork()).run()
    network = MemoryNetwork()
    flooded = Campaign(network)
    chance = random.Random(7)
    packets = itertools.count()
    invites = [b""]

    def overhear(datagram: Datagram, _source: Address) -> None:
        if datagram.data.startswith(b"INVITE"):
            invites.append(datagram.data)

    network.on_send = overhear

    def flood() -> None:
        agent = flooded.gateway.agent
        for _ in range(30):
            n = next(packets)
            agent.receive_datagram(nonsense(chance, n), STRANGER, network.now)
            # UDP proves nothing: some of it says that it comes from the carrier itself.
            agent.receive_datagram(forged(chance, n, invites[-1]), chance.choice([STRANGER, CARRIER]), network.now)
            if not n % 4:
                agent.receive_datagram(nonsense(chance, n), CARRIER, network.now)
        if next(packets) < 6_000:
            network.call_later(0.1, flood)

    network.call_later(0.0, flood)
    flooded.run()
    assert flooded.outcomes() == quiet.outcomes()
    assert flooded.is_empty()
    counters = flooded.gateway.counters()
    assert len(invites) > CALLS, "calls went on being placed"
    assert counters["unmatched_responses"] > 1000
    assert counters["registrations"] == 0
    assert counters["malformed"] > 1000
    assert counters["strangers_dropped"] > counters["strangers_refused"] > 0
    assert counters["calls_refused"] == 0, "nobody of them was offered to the gateway"


@pytest.mark.parametrize("seed", [1, 2])
def test_two_per_cent_of_loss_each_way_loses_no_call_and_answers_none_twice(seed: int) -> None:
    network = MemoryNetwork()
    chance = random.Random(seed)
    network.fate = lambda _datagram, _source: () if chance.random() < 0.02 else (0.02,)
    lossy = Campaign(network).run()
    answered = [event.call_id for event in lossy.events if isinstance(event, CallAnswered)]
    assert len(answered) == len(set(answered)) == lossy.carrier_answers == CALLS * 2 // 5
    assert {cause for cause, _ in lossy.outcomes().values()} == {"dialer", "busy", "invalid_number", "congestion"}
    assert lossy.is_empty()
