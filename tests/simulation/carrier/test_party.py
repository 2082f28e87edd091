"""How a party answers, seen from a plain user agent that calls it."""

import asyncio
import secrets
from typing import Any

import pytest

from dialer.gateway.sip import (
    Invitation,
    SessionAnswered,
    SessionEnded,
    SessionOffered,
    UserAgent,
    UserAgentEvent,
    make_offer,
    parse_sdp,
)
from dialer.gateway.udp import open_udp
from simulation.carrier.party import CannotAnswer, Party
from simulation.carrier.scenario import Sound


async def call(offer: bytes) -> UserAgentEvent:
    """Call a party that answers with silence, or refuses with the status it finds; the caller's first news."""
    loop = asyncio.get_running_loop()
    news: asyncio.Queue[UserAgentEvent] = asyncio.Queue()

    def on_event(event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            try:
                party.answer(event.session_id, event.request.body, Sound.SILENCE)
            except CannotAnswer as reason:
                party.agent.refuse(event.session_id, reason.status, loop.time())

    party = Party("party", "127.0.0.1", 10, on_event)
    address = await party.start(0)
    shell = await open_udp(
        "127.0.0.1", 0, lambda own: UserAgent(own, lambda: secrets.token_hex(8)), news.put_nowait, loop.time
    )
    try:
        uri = f"sip:ann@{address[0]}:{address[1]}"
        shell.agent.invite(
            Invitation(session_id="1", uri=uri, destination=address, caller="<sip:a@127.0.0.1>", body=offer),
            loop.time(),
        )
        shell.pump()
        return await asyncio.wait_for(news.get(), 120)
    finally:
        shell.close()
        party.close()
        await asyncio.sleep(0)


def test_a_call_is_answered_with_the_callers_first_codec(run: Any) -> None:
    async def scenario() -> None:
        event = await call(make_offer("127.0.0.1", 40000, origin_id=1, codecs=(8, 0)))
        assert isinstance(event, SessionAnswered)
        assert parse_sdp(event.body).codecs == (8, 0)

    run(scenario)


@pytest.mark.parametrize(
    ("offer", "status"),
    [
        (b"no SDP at all", 400),
        (b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n", 488),
    ],
)
def test_what_cannot_be_answered_is_refused(run: Any, offer: bytes, status: int) -> None:
    async def scenario() -> None:
        event = await call(offer)
        assert isinstance(event, SessionEnded)
        assert event.status == status

    run(scenario)
