"""The dialer's REST API as the demo uses it: an ordinary client."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import msgspec

from dialer.messages import ReportDecision, ShowAgent
from dialer.model import Statistics

TIMEOUT_S = 30.0


class ServiceError(Exception):
    """The dialer refused a request of the demo, or did not answer."""


class LiveEvent(msgspec.Struct, frozen=True):
    """One event of the live stream."""

    name: str
    data: bytes

    def decoded(self) -> Statistics | ReportDecision | ShowAgent | None:
        """What it tells; None for an event of another kind."""
        match self.name:
            case "statistics":
                return msgspec.json.decode(self.data, type=Statistics)
            case "decision":
                return msgspec.json.decode(self.data, type=ReportDecision)
            case "agent":
                return msgspec.json.decode(self.data, type=ShowAgent)
        return None


class DialerService:
    """One running dialer; use it as an asynchronous context manager."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests."""
        self._client = httpx.AsyncClient(
            base_url=f"{url}/api/v1", timeout=TIMEOUT_S, trust_env=False, transport=transport
        )

    async def __aenter__(self) -> "DialerService":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def create_campaign(self, settings: Mapping[str, object]) -> int:
        """Create a campaign; returns its number."""
        campaign = await self._send("POST", "/campaigns", json=settings)
        return int(campaign["campaign_id"])

    async def import_leads(self, campaign_id: int, name: str, content: bytes) -> int:
        """Upload a CSV file; returns how many leads were accepted."""
        report = await self._send("POST", f"/campaigns/{campaign_id}/leads", files={"file": (name, content)})
        return int(report["accepted"])

    async def change_campaign(self, campaign_id: int, what: str) -> None:
        """Start, pause or stop it."""
        await self._send("POST", f"/campaigns/{campaign_id}/{what}")

    async def change_agent(self, agent_id: str, what: str, body: Mapping[str, object] | None = None) -> None:
        """Log an agent in, make them ready, hang up for them, set a disposition."""
        await self._send("POST", f"/agents/{agent_id}/{what}", json=body)

    async def unexpected_errors(self) -> int:
        """Errors that no part of the dialer expected, so far."""
        health = await self._send("GET", "/health", is_checked=False)
        return int(health["parts"]["engine"]["counters"]["failures"])

    async def events(self) -> AsyncIterator[LiveEvent]:
        """The live stream, until the service ends."""
        try:
            async with self._client.stream("GET", "/statistics/stream", timeout=None) as answer:
                name = ""
                async for line in answer.aiter_lines():
                    if line.startswith("event: "):
                        name = line[7:]
                    elif line.startswith("data: "):
                        yield LiveEvent(name, line[6:].encode())
        except httpx.HTTPError as error:
            raise ServiceError(f"the live stream broke off: {_words(error)}") from None

    async def _send(self, method: str, path: str, *, is_checked: bool = True, **what: Any) -> Any:
        try:
            answer = await self._client.request(method, path, **what)
        except httpx.HTTPError as error:
            raise ServiceError(f"{method} {path}: no answer ({_words(error)})") from None
        if is_checked and answer.is_error:
            raise ServiceError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()


def _words(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
