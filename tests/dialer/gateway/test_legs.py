"""Which phone an agent's address means, and how it is called."""

import asyncio
import hashlib
import itertools
import re

import pytest

from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip.memory_network import MemoryNetwork
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import CloseLeg, Event, LegClosed, OpenLeg

PHONE = ("203.0.113.9", 40000)
TRUNK = ("192.0.2.20", 5060)


class Floor:
    """A gateway with a registrar; every packet it sends is kept and goes nowhere."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.sent: list[tuple[str, object]] = []
        self.network = MemoryNetwork()
        self.network.on_send = lambda datagram, _: self.sent.append((datagram.data.decode(), datagram.destination))
        numbers = itertools.count()
        self.gateway = SipGateway(
            GatewaySettings(
                trunks=(TrunkAddress(name="t", host=TRUNK[0]),), phones=RegistrarSettings(passwords={"1001": "secret"})
            ),
            SilentMedia(),
            self.events.append,
            self.network.time,
            lambda: f"t{next(numbers)}",
            self.network.open,
        )
        asyncio.run(self.gateway.start())

    def register(self, contact: str, source: tuple[object, ...] = PHONE) -> None:
        self._send(contact, source)
        self.network.run(0)
        nonce = re.search(r'nonce="([^"]*)", algorithm=MD5', self.sent[-1][0])
        assert nonce is not None
        secret, subject = (hashlib.md5(text).hexdigest() for text in (b"1001:dialer:secret", b"REGISTER:sip:h"))
        proof = hashlib.md5(f"{secret}:{nonce[1]}:00000001:c:auth:{subject}".encode()).hexdigest()
        self._send(
            contact, source, f'Authorization: Digest username="1001", realm="dialer", nonce="{nonce[1]}", uri="sip:h", '
            f'response="{proof}", cnonce="c", qop=auth, nc=00000001\r\n'
        )  # fmt: skip
        self.network.run(0)
        assert self.sent[-1][0].startswith("SIP/2.0 200 ")

    def _send(self, contact: str, source: tuple[object, ...], authorization: str = "") -> None:
        cseq = 2 if authorization else 1
        text = (
            f"REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bK{cseq}\r\nFrom: <sip:1001@h>;tag=a\r\n"
            f"To: <sip:1001@h>\r\nCall-ID: c\r\nCSeq: {cseq} REGISTER\r\nContact: {contact}\r\n{authorization}\r\n"
        )
        self.gateway.agent.receive_datagram(text.encode(), source, self.network.now)  # type: ignore[arg-type]

    def open(self, address: str, **more: str) -> tuple[str, object]:
        """What is sent for a leg, and where."""
        self.sent.clear()
        self.gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address=address, **more))
        self.network.run(0)
        return self.sent[0] if self.sent else ("", None)


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.mark.parametrize("address", ["1001", "sip:1001", "1001@127.0.0.1:5060", "sip:1001@127.0.0.1"])
def test_a_registered_phone_is_called_where_it_came_from(floor: Floor, address: str) -> None:
    floor.register("<sip:1001@10.0.0.7:5060;ob>")
    text, to = floor.open(address)
    assert text.startswith("INVITE sip:1001@10.0.0.7:5060;ob SIP/2.0\r\n")
    assert to == PHONE
    floor.gateway.send(CloseLeg(leg_id="ann#1"))


def test_over_the_connection_that_it_has_opened(floor: Floor) -> None:
    flow = ("203.0.113.9", 40000, "tcp")
    floor.register("<sip:1001@203.0.113.9:5060;transport=tcp>", flow)
    text, to = floor.open("1001")
    assert to == flow
    assert "Via: SIP/2.0/TCP " in text


def test_a_phone_that_is_not_registered_is_said_to_be_so(floor: Floor) -> None:
    floor.open("1001")
    assert isinstance(floor.events[-1], LegClosed)
    assert "phone '1001' is not registered" in floor.events[-1].reason


def test_any_other_address_is_called_as_it_stands(floor: Floor) -> None:
    text, to = floor.open("sip:bob@192.0.2.7:5070")
    assert text.startswith("INVITE sip:bob@192.0.2.7:5070 SIP/2.0\r\n")
    assert to == ("192.0.2.7", 5070)


def test_an_outside_number_goes_over_its_trunk(floor: Floor) -> None:
    text, to = floor.open("+12025550123", trunk="t", caller_id="+12025550100")
    assert text.startswith("INVITE sip:+12025550123@192.0.2.20 SIP/2.0\r\n")
    assert to == TRUNK
    assert "X-Attempt-Id" not in text, "a leg is no attempt"
