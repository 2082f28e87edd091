import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from dialer.messages import ReportDecision
from simulation.demo.service import DialerService, LiveEvent, ServiceError


def run(
    answer: Callable[[httpx.Request], httpx.Response], scenario: Callable[[DialerService], Awaitable[Any]]
) -> list[httpx.Request]:
    """Run a scenario against a dialer that answers like this; returns what it was asked."""
    asked: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request)

    async def whole() -> None:
        async with DialerService("http://dialer", httpx.MockTransport(answering)) as service:
            await scenario(service)

    asyncio.run(whole())
    return asked


def test_it_asks_as_the_api_wants() -> None:
    async def scenario(service: DialerService) -> None:
        assert await service.create_campaign({"name": "Demo"}) == 3
        assert await service.import_leads(3, "leads.csv", b"number\n+12025550100\n") == 1
        await service.change_campaign(3, "start")
        await service.change_agent("agent-1", "login", {"skill_groups": ["sales"]})

    asked = run(lambda _: httpx.Response(200, json={"campaign_id": 3, "accepted": 1}), scenario)
    assert [(one.method, one.url.path) for one in asked] == [
        ("POST", "/api/v1/campaigns"),
        ("POST", "/api/v1/campaigns/3/leads"),
        ("POST", "/api/v1/campaigns/3/start"),
        ("POST", "/api/v1/agents/agent-1/login"),
    ]
    assert b'filename="leads.csv"' in asked[1].content


def test_refusals_and_silence_are_errors_of_their_own() -> None:
    async def refused(service: DialerService) -> None:
        with pytest.raises(ServiceError, match="POST /campaigns/9/start: 404 no such campaign"):
            await service.change_campaign(9, "start")

    run(lambda _: httpx.Response(404, text="no such campaign"), refused)

    def dead(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    async def silent(service: DialerService) -> None:
        with pytest.raises(ServiceError, match=r"no answer \(connection refused\)"):
            await service.change_campaign(9, "start")
        with pytest.raises(ServiceError, match="live stream broke off"):
            await anext(service.events())

    run(dead, silent)


def test_health_is_read_also_when_it_is_bad() -> None:
    body = {"parts": {"engine": {"counters": {"failures": 2}}}}

    async def scenario(service: DialerService) -> None:
        assert await service.unexpected_errors() == 2

    run(lambda _: httpx.Response(503, json=body), scenario)


def test_the_stream_is_read_event_by_event() -> None:
    told = b'{"type":"ReportDecision","campaign_id":1,"calls":2,"reason":"why","numbers":{},'
    told += b'"agents_free":1,"agents_soon_free":0}'
    stream = b"event: decision\ndata: " + told + b"\n\nevent: news\ndata: {}\n\n"

    async def scenario(service: DialerService) -> None:
        decision, news = [event async for event in service.events()]
        assert isinstance(decision.decoded(), ReportDecision)
        assert news == LiveEvent("news", b"{}")
        assert news.decoded() is None

    run(lambda _: httpx.Response(200, content=stream), scenario)
