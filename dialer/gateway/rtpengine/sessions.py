"""Calls of rtpengine that have a port already and nobody behind it: a call of ours gets one without having to wait."""

import asyncio
import contextlib
import logging
import secrets
from collections import deque

from dialer.gateway.media_port import MediaAddress, MediaError
from dialer.gateway.rtpengine.ng import NgClient, NgError
from dialer.gateway.sip import SessionDescription, make_offer, parse_sdp

log = logging.getLogger(__name__)

HUB, FAR = "hub", "far"
"""The tags of both sides: ours, where nobody is, and the far end's."""
DISCARD_PORT = 9
READY = 50
PING_S = 1.0
REPLACED = ("origin", "session-connection")


class Ready:
    """One call of rtpengine, and where its far side is received."""

    __slots__ = ("address", "call_id")

    def __init__(self, call_id: str, address: MediaAddress) -> None:
        self.call_id = call_id
        self.address = address


class Sessions:
    """Keeps `READY` of them, and knows whether the daemon is there."""

    def __init__(self, client: NgClient) -> None:
        self._client = client
        self._ready: deque[Ready] = deque()
        self._wanted = asyncio.Event()
        self._prefix = secrets.token_hex(6)
        self._count = 0
        self.problem = f"rtpengine at {client.address} has not answered yet"
        """Why there are none; empty while the daemon is there."""
        self.down_since: float | None = None

    def take(self) -> Ready:
        """One that is ready.

        Raises:
            MediaError: The daemon does not answer, or is not quick enough.
        """
        self._wanted.set()
        if not self._ready or self.problem:
            raise MediaError(self.problem or "rtpengine has no port ready: calls come faster than it makes ports")
        return self._ready.popleft()

    async def keep(self) -> None:
        """Make new ones and look whether the daemon is there, until cancelled."""
        loop = asyncio.get_running_loop()
        await self._client.open()
        while True:
            try:
                await self._client.ask("ping")
                while len(self._ready) < READY:
                    self._ready.append(await self._make())
                self.problem, self.down_since = "", None
            except NgError as error:
                if not self.problem or self.down_since is None:
                    log.error("%s: no call can be placed until it does", error)
                    self.down_since = loop.time()
                # What it had may be gone when it comes back.
                self.problem = str(error)
                self._ready.clear()
            self._wanted.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PING_S):
                    await self._wanted.wait()

    async def close(self) -> None:
        """Give all of them back."""
        for ready in self._ready:
            try:
                await self._client.ask("delete", call_id=ready.call_id, delete_delay=0)
            except NgError:
                return

    async def _make(self) -> Ready:
        self._count += 1
        call_id = f"{self._prefix}-{self._count}"
        # An offer from nobody: its answer will be the far end's own SDP.
        nobody = make_offer("127.0.0.1", DISCARD_PORT, origin_id=1)
        tags = {"call_id": call_id, "from_tag": HUB, "to_tag": FAR}
        answer = await self._client.ask("offer", **tags, sdp=nobody, replace=REPLACED)
        return Ready(call_id, address_in(answer.get("sdp")))


def address_in(sdp: object) -> MediaAddress:
    """Where an SDP of rtpengine's receives.

    Raises:
        NgError: There is none in the answer.
    """
    if not isinstance(sdp, bytes):
        raise NgError("rtpengine answered without SDP")
    description: SessionDescription = parse_sdp(sdp)
    return MediaAddress(description.host, description.port)
