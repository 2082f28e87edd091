"""Routes: what is going on right now, once or as a stream, and how every part of the service is."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
from fastapi import APIRouter, Response
from msgspec.structs import replace
from starlette.responses import StreamingResponse

from dialer.access.tenancy import outside, statistics_of
from dialer.messages import ReportDecision, ShowAgent
from dialer.model import Statistics
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.problems import ProblemError
from dialer.rest.service import PartHealth, Service, ServiceOf, StreamMessage

router = APIRouter(tags=["statistics"])


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The service and its parts."""

    is_ok: bool
    parts: dict[str, PartHealth]


@router.get("/statistics", responses=answers(Statistics, "Agents, campaigns, calls, occupancy and counters right now"))
async def read_statistics(service: ServiceOf, caller: CallerOf) -> Response:
    """Agents, campaigns, calls in flight, occupancy, abandon rates and counters at this moment."""
    return answer(statistics_of(service.statistics(), caller.tenant_id))


@router.get(
    "/statistics/stream",
    responses={
        200: {"description": "Events `statistics`, `decision` and `agent`", "content": {"text/event-stream": {}}}
    },
)
async def stream_statistics(service: ServiceOf, caller: CallerOf) -> Response:
    """Server-sent events: `statistics` every second, each pacing `decision`, each change of an `agent`."""
    if service.desk.is_full:
        raise ProblemError(
            503,
            "Too many watchers",
            "no more readers of the live stream are taken; close one, or raise [service] watchers_max",
            {"Retry-After": "5"},
        )
    return StreamingResponse(
        _events(service, caller.tenant_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/health", tags=["health"], responses=answers(Health, "Everything works"))
async def read_health(service: ServiceOf) -> Response:
    """How each part is; status 503 when one is in trouble. Needs no token, so that a load balancer can ask."""
    parts = service.health()
    is_ok = all(part.is_ok for part in parts.values())
    return answer(Health(is_ok=is_ok, parts=parts), 200 if is_ok else 503)


async def _events(service: Service, tenant_id: int) -> AsyncGenerator[bytes, None]:
    owners: dict[int, int] = {}
    yield _event("statistics", msgspec.json.encode(statistics_of(service.statistics(), tenant_id)))
    async with aclosing(service.desk.watch()) as messages:
        async for message in messages:
            if isinstance(message.value, ReportDecision) and message.value.campaign_id not in owners:
                # To look at the whole engine for every decision would cost more than the decision.
                owners.update((one.campaign_id, one.tenant_id) for one in service.statistics().campaigns)
            data = _data_for(message, tenant_id, owners)
            if data is not None:
                yield _event(message.name, data)


def _data_for(message: StreamMessage, tenant_id: int, owners: dict[int, int]) -> bytes | None:
    """What a tenant is sent of a message; None where it is another's."""
    match message.value:
        case Statistics():
            seen = statistics_of(message.value, tenant_id)
            return message.data if seen is message.value else msgspec.json.encode(seen)
        case ShowAgent():
            owner, name = outside(message.value.agent_id)
            return msgspec.json.encode(replace(message.value, agent_id=name)) if owner == tenant_id else None
        case ReportDecision():
            return message.data if owners.get(message.value.campaign_id) == tenant_id else None
    raise TypeError(f"a message of type {type(message.value).__name__} has no tenant")


def _event(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
