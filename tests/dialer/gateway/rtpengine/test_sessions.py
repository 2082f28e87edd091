"""Ports that are ready, and a daemon that goes away and comes back."""

import asyncio

import pytest

from dialer.gateway.media_port import MediaAddress, MediaError
from dialer.gateway.rtpengine.ng import NgError, NoAnswer
from dialer.gateway.rtpengine.sessions import READY, Sessions, address_in

SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 32000 RTP/AVP 0\r\n"


class FakeClient:
    address = "127.0.0.1:1"

    def __init__(self) -> None:
        self.is_there = True
        self.asked: list[str] = []

    async def open(self) -> None:
        return

    async def ask(self, command: str, **keys: object) -> dict[str, object]:
        await asyncio.sleep(0)
        self.asked.append(command)
        if not self.is_there:
            raise NoAnswer("rtpengine at 127.0.0.1:1 does not answer")
        return {"sdp": SDP}


async def until(sessions: Sessions, *, there: bool) -> None:
    async with asyncio.timeout(120):
        while bool(sessions.problem) == there:  # noqa: ASYNC110 - it asks once a second
            await asyncio.sleep(0.01)


def test_ports_are_made_before_they_are_wanted_and_made_anew() -> None:
    async def scenario() -> None:
        client = FakeClient()
        sessions = Sessions(client)  # type: ignore[arg-type]
        with pytest.raises(MediaError, match="has not answered yet"):
            sessions.take()
        keeping = asyncio.create_task(sessions.keep())
        await until(sessions, there=True)
        taken = [sessions.take() for _ in range(READY)]
        assert len({ready.call_id for ready in taken}) == READY
        assert taken[0].address == MediaAddress("127.0.0.1", 32000)
        with pytest.raises(MediaError, match="faster than it makes ports"):
            sessions.take()
        async with asyncio.timeout(120):
            while len(sessions._ready) < READY:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        keeping.cancel()
        await sessions.close()
        assert client.asked.count("delete") == READY

    asyncio.run(scenario())


def test_while_the_daemon_is_away_there_are_none_and_afterwards_new_ones() -> None:
    async def scenario() -> None:
        client = FakeClient()
        sessions = Sessions(client)  # type: ignore[arg-type]
        keeping = asyncio.create_task(sessions.keep())
        await until(sessions, there=True)
        before = sessions.take().call_id
        client.is_there = False
        await until(sessions, there=False)
        assert sessions.down_since is not None
        with pytest.raises(MediaError, match="does not answer"):
            sessions.take()
        client.is_there = True
        await until(sessions, there=True)
        assert sessions.take().call_id != before
        keeping.cancel()

    asyncio.run(scenario())


def test_an_answer_without_sdp_is_an_error() -> None:
    with pytest.raises(NgError, match="without SDP"):
        address_in(None)
