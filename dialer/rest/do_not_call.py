"""Route: put numbers on the do-not-call list, effective at once."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from campaigns.service.campaigns import block_numbers
from dialer.messages import NumbersBlocked
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.audit import note
from dialer.rest.service import ServiceOf

router = APIRouter(tags=["do-not-call"])

NUMBERS_MAX = 10_000


class Blocking(BaseModel):
    """Numbers that must not be called any more."""

    model_config = ConfigDict(extra="forbid")
    numbers: Annotated[list[str], Field(min_length=1, max_length=NUMBERS_MAX, description="E.164, with plus sign.")]
    reason: Annotated[str, Field(max_length=200, description="Who asked for it, and when.")] = ""


class Blocked(msgspec.Struct, frozen=True):
    """What became of the numbers."""

    added: int
    known: int
    """On the list already."""


@router.post("/do-not-call", responses=answers(Blocked, "On the list"))
async def block(request: Request, service: ServiceOf, caller: CallerOf, blocking: Blocking) -> Response:
    """Put numbers on the do-not-call list; leads already reserved are taken out of the hopper at once."""
    numbers = tuple(dict.fromkeys(blocking.numbers))
    added = await run_in_threadpool(
        block_numbers, service.store, numbers, blocking.reason, service.now(), caller.tenant_id
    )
    service.post(NumbersBlocked(numbers=numbers, tenant_id=caller.tenant_id))
    note(request, {"numbers": len(numbers), "added": added, "reason": blocking.reason})
    return answer(Blocked(added=added, known=len(numbers) - added))
