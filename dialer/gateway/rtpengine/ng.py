"""Asks rtpengine over UDP and hears its answers: a question is sent again until it is answered or given up."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping

from dialer.gateway.rtpengine.bencode import MalformedBencode, Value, Writable, decode, encode

RETRY_S = 0.25
TRIES = 4
"""The daemon answers one cookie once, so asking again does nothing twice."""
WAITING_MAX = 10_000


class NgError(Exception):
    """rtpengine refused, or did not answer; the text says which."""


class NoAnswer(NgError):  # noqa: N818 - what happened
    """It did not answer at all."""


class NgClient(asyncio.DatagramProtocol):
    """One socket to one daemon."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"{host}:{port}"
        self._target = (host, port)
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count()
        self._waiting: dict[bytes, asyncio.Future[dict[str, Value]]] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self.counters = {"ng_asked": 0, "ng_refused": 0, "ng_unanswered": 0}

    async def open(self) -> None:
        """Open the socket.

        Raises:
            OSError: There is no way there.
        """
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=self._target)

    def close(self) -> None:
        """Close it; whoever waits is told that there is no answer."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(NoAnswer(f"the way to rtpengine at {self.address} is closed"))

    async def ask(self, command: str, **keys: Writable) -> dict[str, Value]:
        """Ask, with the keys of the ng protocol (`call_id` is `call-id`; a space is `__`); returns the answer.

        Raises:
            NgError: It refused, or no answer came in a second.
        """
        if self._transport is None or len(self._waiting) >= WAITING_MAX:
            raise NoAnswer(f"rtpengine at {self.address} is not asked any more")
        cookie = f"{self._prefix}_{next(self._numbers)}".encode()
        named = {key.replace("__", " ").replace("_", "-"): value for key, value in keys.items()}
        data = cookie + b" " + encode({"command": command, **named})
        answer: asyncio.Future[dict[str, Value]] = asyncio.get_running_loop().create_future()
        self._waiting[cookie] = answer
        self.counters["ng_asked"] += 1
        try:
            return self._checked(command, await self._answer_to(data, answer))
        finally:
            del self._waiting[cookie]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio's signature
        """See `asyncio.DatagramProtocol`."""
        cookie, _, body = data.partition(b" ")
        waiting = self._waiting.get(cookie)
        if waiting is None or waiting.done():
            return
        try:
            answer = decode(body)
        except MalformedBencode:
            return
        if isinstance(answer, dict):
            waiting.set_result(answer)

    def error_received(self, exc: Exception) -> None:
        """See `asyncio.DatagramProtocol`: nobody listens there; the next try may find it back."""

    async def _answer_to(self, data: bytes, answer: asyncio.Future[dict[str, Value]]) -> dict[str, Value]:
        for _ in range(TRIES):
            if self._transport is not None:
                self._transport.sendto(data)
            await asyncio.wait({answer}, timeout=RETRY_S)
            if answer.done():
                return answer.result()
        self.counters["ng_unanswered"] += 1
        raise NoAnswer(f"rtpengine at {self.address} does not answer")

    def _checked(self, command: str, answer: Mapping[str, Value]) -> dict[str, Value]:
        if answer.get("result") in (b"ok", b"pong"):
            return dict(answer)
        self.counters["ng_refused"] += 1
        reason = answer.get("error-reason", b"no reason given")
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise NgError(f"rtpengine refused {command}: {text}")
