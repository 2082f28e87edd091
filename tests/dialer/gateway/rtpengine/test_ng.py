"""Asking a daemon that answers late, wrongly, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dialer.gateway.rtpengine.bencode import decode, encode
from dialer.gateway.rtpengine.ng import NgClient, NgError, NoAnswer


class Daemon(asyncio.DatagramProtocol):
    """Answers what `answer` says; None says nothing."""

    def __init__(self, answer: Callable[[dict[str, object]], bytes | None]) -> None:
        self.answer = answer
        self.asked: list[tuple[bytes, dict[str, object]]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        cookie, _, body = data.partition(b" ")
        asked = decode(body)
        assert isinstance(asked, dict)
        self.asked.append((cookie, asked))  # type: ignore[arg-type]
        answer = self.answer(asked)  # type: ignore[arg-type]
        if answer is not None:
            self.transport.sendto(b"x " + encode({"result": "ok"}), addr)
            self.transport.sendto(cookie + b" " + answer, addr)


def run(
    answer: Callable[[dict[str, object]], bytes | None], scenario: Callable[[NgClient, Daemon], Awaitable[None]]
) -> None:
    async def whole() -> None:
        loop = asyncio.get_running_loop()
        transport, daemon = await loop.create_datagram_endpoint(lambda: Daemon(answer), local_addr=("127.0.0.1", 0))
        client = NgClient("127.0.0.1", transport.get_extra_info("sockname")[1])
        await client.open()
        try:
            await scenario(client, daemon)
        finally:
            client.close()
            transport.close()

    asyncio.run(whole())


def test_keys_are_those_of_the_protocol_and_the_answer_is_found_by_its_cookie() -> None:
    async def scenario(client: NgClient, daemon: Daemon) -> None:
        answer = await client.ask("play media", call_id="1", DTMF__security="off")
        assert answer == {"result": b"ok", "duration": 5}
        assert daemon.asked[0][1] == {"command": b"play media", "call-id": b"1", "DTMF security": b"off"}

    run(lambda _: encode({"result": "ok", "duration": 5}), scenario)


def test_a_refusal_says_why() -> None:
    async def scenario(client: NgClient, _daemon: Daemon) -> None:
        with pytest.raises(NgError, match="refused query: Unknown call-id"):
            await client.ask("query", call_id="9")
        assert client.counters["ng_refused"] == 1

    run(lambda _: encode({"result": "error", "error-reason": "Unknown call-id"}), scenario)


def test_a_question_is_asked_again_under_the_same_cookie() -> None:
    times: list[int] = []

    def second_time(_: dict[str, object]) -> bytes | None:
        times.append(1)
        return encode({"result": "pong"}) if len(times) > 1 else None

    async def scenario(client: NgClient, daemon: Daemon) -> None:
        assert (await client.ask("ping"))["result"] == b"pong"
        assert len({cookie for cookie, _ in daemon.asked}) == 1

    run(second_time, scenario)


def test_silence_and_rubbish_are_given_up() -> None:
    async def scenario(client: NgClient, daemon: Daemon) -> None:
        with pytest.raises(NoAnswer, match="does not answer"):
            await client.ask("ping")
        assert len(daemon.asked) == 4
        assert client.counters["ng_unanswered"] == 1

    run(lambda _: b"d3:", scenario)


def test_once_closed_it_asks_nobody() -> None:
    async def scenario(client: NgClient, _daemon: Daemon) -> None:
        client.close()
        with pytest.raises(NoAnswer):
            await client.ask("ping")

    run(lambda _: None, scenario)
