"""aiosip as a foreign peer, and the faults for which the gateway is not built on it (docs/decisions/0020)."""

import asyncio
import itertools
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.ports import free_port
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import (
    Ending,
    SessionEnded,
    SessionOffered,
    UserAgent,
    UserAgentEvent,
    make_answer,
    make_offer,
    parse_sdp,
)
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.udp import UdpShell, open_udp
from dialer.messages import CallAnswered, CallEnded, Event, HangUpCall, PlaceCall
from tests.interop.aiosip_peer import import_aiosip

OFFER = make_offer("127.0.0.1", 40000, origin_id=1).decode()


def test_it_cannot_be_imported_as_it_is() -> None:
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", "import aiosip"], capture_output=True, text=True)
    assert result.returncode != 0
    assert "has no attribute 'coroutine'" in result.stderr


class Answering:
    """Our answering side on a real socket."""

    def __init__(self, early_media: bool) -> None:
        self.events: list[UserAgentEvent] = []
        self.ended = asyncio.Event()
        self._early_media = early_media
        self._tokens = itertools.count(1)
        self.shell: UdpShell

    async def start(self) -> tuple[str, int]:
        self.shell = await open_udp("127.0.0.1", 0, self._make_agent, self._on_event, time.monotonic)
        return self.shell.local_address

    def _make_agent(self, address: tuple[str, int]) -> UserAgent:
        return UserAgent(address, lambda: f"ours{next(self._tokens)}")

    def _on_event(self, event: UserAgentEvent) -> None:
        self.events.append(event)
        agent, now = self.shell.agent, time.monotonic()
        if isinstance(event, SessionOffered):
            body = make_answer(parse_sdp(event.request.body), "127.0.0.1", 30000, origin_id=2)
            agent.ring(event.session_id, now, status=183 if self._early_media else 180, body=b"")
            agent.answer(event.session_id, body, now)
        elif isinstance(event, SessionEnded):
            self.ended.set()


async def with_aiosip(main: Callable[[Any], Any]) -> Any:
    """Run something with an aiosip application and close its sockets afterwards; it does not do so itself."""
    app = import_aiosip().Application(loop=asyncio.get_running_loop())
    try:
        return await main(app)
    finally:
        for transport in app._transports.values():
            transport.close()
        await asyncio.sleep(0)


async def call_us(early_media: bool) -> tuple[Answering, Any]:
    ours = Answering(early_media)
    host, port = await ours.start()
    own_port = free_port()

    async def main(app: Any) -> Any:
        from aiosip.call import Call

        dialog = await app.start_dialog(
            from_uri=f"sip:foreign@127.0.0.1:{own_port}",
            to_uri=f"sip:dialer@{host}:{port}",
            local_addr=("127.0.0.1", own_port),
            remote_addr=(host, port),
        )
        call = await asyncio.wait_for(Call.invite(dialog, sdp=OFFER), 120)
        await call.close()
        return call

    try:
        return ours, await with_aiosip(main)
    finally:
        ours.shell.close()
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def _aiosip_makes_futures_the_old_way() -> None:
    warnings.filterwarnings("ignore", category=DeprecationWarning)


def test_a_foreign_caller_is_answered_and_hangs_up() -> None:
    ours, call = asyncio.run(call_us(early_media=False))
    kinds = [type(event).__name__ for event in ours.events]
    assert kinds == ["SessionOffered", "SessionConfirmed", "SessionEnded"]
    assert ours.events[-1].ending is Ending.FAR_END  # type: ignore[union-attr]
    assert ours.shell.agent.dialogs == 0
    # First fault on the wire: of the answer that we sent line by line it delivers one line.
    assert "m=audio 30000" in call.sdp
    assert "\n" not in call.sdp


def test_it_takes_a_183_for_the_final_answer() -> None:
    with pytest.raises(AssertionError):
        asyncio.run(call_us(early_media=True))


def test_a_foreign_callee_answers_our_gateway_and_is_hung_up() -> None:
    trunk_port = free_port()
    events: list[Event] = []
    ended = asyncio.Event()

    def post(event: Event) -> None:
        events.append(event)
        if isinstance(event, CallAnswered):
            gateway.send(HangUpCall(call_id=event.call_id))
        elif isinstance(event, CallEnded):
            ended.set()

    trunk = TrunkAddress(name="carrier", host="127.0.0.1", port=trunk_port)
    media = SilentMedia()
    gateway = SipGateway(GatewaySettings(port=0, trunks=(trunk,)), media, post, time.monotonic)

    dialogs: list[Any] = []
    """aiosip keeps no reference of its own to a dialog and would forget it."""

    async def on_invite(dialog: Any, message: Any) -> None:
        dialogs.append(dialog)
        headers = {name: message.headers[name] for name in ("Via", "CSeq", "Call-ID", "From")}
        # Left to itself it puts the caller's own address into Contact, and every later request goes astray.
        contact = import_aiosip().contact.Contact.from_header(message.headers["To"])
        dialog.send_reply(200, "OK", dict(message.to_details), contact_details=contact, headers=headers, payload=OFFER)

    async def callee(app: Any) -> None:
        app.router.add_route("INVITE", on_invite)
        await app.create_connection(import_aiosip().protocol.UDP, ("127.0.0.1", trunk_port), gateway.address)
        gateway.send(
            PlaceCall(call_id="1-1", number="1", caller_id="+12025550100", trunk="carrier", ring_timeout_s=5.0)
        )
        await asyncio.wait_for(ended.wait(), 120)
        await gateway.close(5.0)

    async def main() -> None:
        await gateway.start()
        try:
            await with_aiosip(callee)
        finally:
            await gateway.close(0.1)

    asyncio.run(main())
    assert [type(event) for event in events] == [CallAnswered, CallEnded]
    assert gateway.agent.counters()["responses_2xx"] == 2
    assert gateway.agent.dialogs == 0
    assert media.open_streams == ()
