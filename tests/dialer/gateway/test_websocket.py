"""SIP over WebSocket: frames without a socket, and a phone that registers and is called over a real one."""

import asyncio
import ssl
import time
from pathlib import Path

import pytest
import trustme
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Pong, RejectConnection, Request, TextMessage

from dialer.gateway.network import NetworkSettings
from dialer.gateway.settings import GatewaySettings
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import (
    Credentials,
    MalformedMessage,
    RegistrarSettings,
    SessionOffered,
    UserAgent,
    make_answer,
    parse_message,
    parse_sdp,
)
from dialer.gateway.sip.digest import DigestAnswers, choose_challenge
from dialer.gateway.sip.framing import PING
from dialer.gateway.sip.message import MESSAGE_BYTES_MAX
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.websocket import HEAD_BYTES_MAX, WebSocketFramer
from dialer.messages import CloseLeg, Event, LegClosed, LegOpened, OpenLeg

MESSAGE = b"OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\n\r\n"


class Wire:
    """A browser's end and ours, with nothing between them."""

    def __init__(self, *subprotocols: str) -> None:
        self.browser = WSConnection(ConnectionType.CLIENT)
        self.framer = WebSocketFramer()
        request = Request(host="h", target="/", subprotocols=list(subprotocols))
        assert self.framer.feed(self.browser.send(request)) == []
        self.browser.receive_data(self.framer.take_replies())
        self.first = next(self.browser.events())

    def say(self, data: bytes) -> list[bytes]:
        return self.framer.feed(data)

    def heard(self) -> list[object]:
        self.browser.receive_data(self.framer.take_replies())
        return list(self.browser.events())


def test_a_phone_that_speaks_sip_is_let_in() -> None:
    wire = Wire("chat", "sip")
    assert isinstance(wire.first, AcceptConnection)
    assert wire.first.subprotocol == "sip"
    assert not wire.framer.is_closing


def test_who_speaks_something_else_is_turned_away() -> None:
    wire = Wire("chat")
    assert isinstance(wire.first, RejectConnection)
    assert wire.first.status_code == 400
    assert wire.framer.is_closing


def test_a_message_in_pieces_is_one() -> None:
    wire = Wire("sip")
    first = wire.browser.send(TextMessage(data=MESSAGE[:20].decode(), message_finished=False))
    assert wire.say(first) == []
    assert not wire.framer.is_between_messages
    rest = wire.browser.send(TextMessage(data=MESSAGE[20:].decode()))
    assert wire.say(rest[:3]) == []
    assert wire.say(rest[3:]) == [MESSAGE]
    assert wire.framer.is_between_messages


def test_what_we_send_arrives_whatever_its_bytes() -> None:
    wire = Wire("sip")
    for message in (MESSAGE, b"SIP/2.0 200 \xff\r\n\r\n"):
        wire.browser.receive_data(wire.framer.pack(message))
        (event,) = wire.browser.events()
        assert (event.data.encode() if isinstance(event.data, str) else bytes(event.data)) == message  # type: ignore[union-attr]


def test_signs_of_life_both_ways() -> None:
    wire = Wire("sip")
    assert wire.say(wire.browser.send(Ping(payload=b"x"))) == []
    (pong,) = wire.heard()
    assert isinstance(pong, Pong)
    assert wire.say(wire.browser.send(TextMessage(data=PING.decode()))) == [PING]
    wire.browser.receive_data(wire.framer.ping())
    assert [type(event) for event in wire.browser.events()] == [Ping]
    assert WebSocketFramer().ping() == b""


def test_a_goodbye_is_answered() -> None:
    wire = Wire("sip")
    wire.say(wire.browser.send(CloseConnection(code=1000)))
    assert wire.framer.is_closing
    assert [type(event) for event in wire.heard()] == [CloseConnection]


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01\x02\x00garbage\r\n\r\n", MESSAGE]
)
def test_what_is_no_websocket_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        WebSocketFramer().feed(data)


def test_neither_the_upgrade_nor_a_message_goes_on_for_ever() -> None:
    with pytest.raises(MalformedMessage):
        WebSocketFramer().feed(b"GET / HTTP/1.1\r\nX: " + b"a" * HEAD_BYTES_MAX)
    wire = Wire("sip")
    with pytest.raises(MalformedMessage):
        wire.say(wire.browser.send(TextMessage(data="a" * (MESSAGE_BYTES_MAX + 1))))


class Browser:
    """A phone in a browser: our own user agent behind a WebSocket client, with a Via and a Contact as browsers have."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.socket = WSConnection(ConnectionType.CLIENT)

    async def connect(self) -> None:
        self.writer.write(self.socket.send(Request(host="h", target="/ws", subprotocols=["sip"])))
        assert isinstance(await self._next(), AcceptConnection)

    async def _next(self) -> object:
        async with asyncio.timeout(120):
            while True:
                for event in self.socket.events():
                    return event
                self.socket.receive_data(await self.reader.read(65536) or None)

    async def hear(self) -> str:
        event = await self._next()
        assert isinstance(event, TextMessage)
        return str(event.data)

    def say(self, text: str) -> None:
        self.writer.write(self.socket.send(TextMessage(data=text)))

    async def register(self, transport: str) -> None:
        def request(number: int, proof: str = "") -> str:
            return (
                f"REGISTER sip:dialer SIP/2.0\r\nVia: SIP/2.0/{transport} df7j.invalid;branch=z9hG4bK{number}\r\n"
                f"From: <sip:1001@dialer>;tag=a\r\nTo: <sip:1001@dialer>\r\nCall-ID: c\r\nCSeq: {number} REGISTER\r\n"
                f"Contact: <sip:1001@df7j.invalid;transport=ws>\r\n{proof}\r\n"
            )

        self.say(request(1))
        challenge = parse_message((await self.hear()).encode())
        chosen = choose_challenge(challenge.headers["WWW-Authenticate"], "")
        assert chosen is not None
        answers = DigestAnswers(chosen, Credentials(username="1001", password="secret"), "Authorization")
        self.say(request(2, f"Authorization: {answers.answer('REGISTER', 'sip:dialer', 'cn')}\r\n"))
        assert (await self.hear()).startswith("SIP/2.0 200 ")


@pytest.mark.parametrize("is_secure", [False, True])
def test_a_phone_in_a_browser_registers_and_is_the_agents_leg(tmp_path: Path, is_secure: bool) -> None:
    """Signalling alone: browsers want DTLS-SRTP for audio, which the dialer has not."""
    authority = trustme.CA()
    certificate = tmp_path / "own.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    context = ssl.create_default_context() if is_secure else None
    if context is not None:
        authority.configure_trust(context)

    async def main() -> None:
        events: list[Event] = []
        network = NetworkSettings(websocket_port=0, tls_port=0, tls_certificate=str(certificate) if is_secure else "")
        settings = GatewaySettings(port=0, network=network, phones=RegistrarSettings(passwords={"1001": "secret"}))
        gateway = SipGateway(settings, SilentMedia(), events.append, time.monotonic)
        await gateway.start()
        port = gateway._network.websocket_port
        assert port is not None
        browser = Browser(*await asyncio.open_connection("127.0.0.1", port, ssl=context))
        await browser.connect()
        await browser.register("WSS" if is_secure else "WS")
        phone = UserAgent(("192.0.2.9", 5060), iter([f"t{n}" for n in range(50)]).__next__)
        gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address="1001"))
        source = ("192.0.2.1", 5060, "tcp")
        is_answered = False
        closing_sent = False
        async with asyncio.timeout(120):
            while not any(isinstance(event, LegClosed) for event in events):
                text = await browser.hear()
                if text.startswith("INVITE"):
                    assert f"Via: SIP/2.0/{'WSS' if is_secure else 'WS'} 127.0.0.1:{port};" in text
                    assert f"Contact: <sip:127.0.0.1:{port};transport=ws>" in text
                phone.receive_datagram(text.encode(), source, time.monotonic())
                for event in phone.next_events():
                    if isinstance(event, SessionOffered) and not is_answered:
                        is_answered = True
                        answer = make_answer(parse_sdp(event.request.body), "192.0.2.9", 30000, origin_id=1)
                        phone.answer(event.session_id, answer, time.monotonic())
                for datagram in phone.datagrams_to_send():
                    browser.say(datagram.data.decode())
                if text.startswith("ACK") and not closing_sent:
                    closing_sent = True
                    gateway.send(CloseLeg(leg_id="ann#1"))
        assert events == [LegOpened(leg_id="ann#1"), LegClosed(leg_id="ann#1", reason="hung up by the dialer")]
        assert gateway.counters()["connections"] == 1
        browser.writer.close()
        await gateway.close()

    asyncio.run(main())


def test_a_browser_that_has_gone_is_not_called(tmp_path: Path) -> None:
    del tmp_path

    async def main() -> None:
        events: list[Event] = []
        settings = GatewaySettings(
            port=0, network=NetworkSettings(websocket_port=0), phones=RegistrarSettings(passwords={"1001": "secret"})
        )
        gateway = SipGateway(settings, SilentMedia(), events.append, time.monotonic)
        await gateway.start()
        browser = Browser(*await asyncio.open_connection("127.0.0.1", gateway._network.websocket_port))
        await browser.connect()
        await browser.register("WS")
        browser.writer.close()
        async with asyncio.timeout(120):
            while gateway.counters()["connections"]:  # noqa: ASYNC110 - the connection's end says nothing
                await asyncio.sleep(0.01)
        gateway.send(OpenLeg(leg_id="ann#1", agent_id="ann", address="1001"))
        assert events == [LegClosed(leg_id="ann#1", reason="the trunk could not be reached")]
        await gateway.close()

    asyncio.run(main())
