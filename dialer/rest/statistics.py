"""Routes: what is going on right now, once or as a stream, and how every part of the service is."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from dialer.model import Statistics
from dialer.rest.answers import answer, answers
from dialer.rest.problems import ProblemError
from dialer.rest.service import PartHealth, Service, ServiceOf

router = APIRouter(tags=["statistics"])


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The service and its parts."""

    is_ok: bool
    parts: dict[str, PartHealth]


@router.get("/statistics", responses=answers(Statistics, "Agents, campaigns, calls, occupancy and counters right now"))
async def read_statistics(service: ServiceOf) -> Response:
    """Agents, campaigns, calls in flight, occupancy, abandon rates and counters at this moment."""
    return answer(service.statistics())


@router.get(
    "/statistics/stream",
    responses={
        200: {"description": "Events `statistics`, `decision` and `agent`", "content": {"text/event-stream": {}}}
    },
)
async def stream_statistics(service: ServiceOf) -> Response:
    """Server-sent events: `statistics` every second, each pacing `decision`, each change of an `agent`."""
    if service.desk.is_full:
        raise ProblemError(
            503,
            "Too many watchers",
            "no more readers of the live stream are taken; close one, or raise [service] watchers_max",
            {"Retry-After": "5"},
        )
    return StreamingResponse(
        _events(service),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/health", tags=["health"], responses=answers(Health, "Everything works"))
async def read_health(service: ServiceOf) -> Response:
    """How each part is; status 503 when one is in trouble. Needs no token, so that a load balancer can ask."""
    parts = service.health()
    is_ok = all(part.is_ok for part in parts.values())
    return answer(Health(is_ok=is_ok, parts=parts), 200 if is_ok else 503)


async def _events(service: Service) -> AsyncGenerator[bytes, None]:
    yield _event("statistics", msgspec.json.encode(service.statistics()))
    async with aclosing(service.desk.watch()) as messages:
        async for message in messages:
            yield _event(message.name, message.data)


def _event(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
