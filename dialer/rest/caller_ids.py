"""Routes: the numbers of our own that calls may show."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from campaigns.caller_ids import CallerId, CallerIdChoice
from campaigns.model import CampaignStatus
from campaigns.ports import CampaignStore, Page
from campaigns.rules.caller_ids import NUMBERS_MAX
from campaigns.service import caller_ids as use_cases
from campaigns.service.errors import CallerIdNotFoundError
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.audit import note
from dialer.rest.etags import refuse_changed, tagged
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.service import Service, ServiceOf

router = APIRouter(prefix="/caller-ids", tags=["caller IDs"])

CallerIdPage = Page[CallerId]
Number = Annotated[str, Path(max_length=20, description="E.164, with its plus sign (%2B).")]
Label = Annotated[str, Field(max_length=200, description="What it is for, or who let it.")]


class Registration(BaseModel):
    """Numbers that are this tenant's own."""

    model_config = ConfigDict(extra="forbid")
    numbers: Annotated[list[str], Field(min_length=1, max_length=NUMBERS_MAX, description="E.164, with plus sign.")]
    label: Label = ""


class Relabelling(BaseModel):
    """What to change of a number."""

    model_config = ConfigDict(extra="forbid")
    label: Label


class Registered(msgspec.Struct, frozen=True):
    """What became of the numbers."""

    added: int
    known: int
    """Registered already; they have the label now."""


@router.post("", status_code=201, responses=answers(Registered, "Registered", 201))
async def register(request: Request, service: ServiceOf, caller: CallerOf, wanted: Registration) -> Response:
    """Register numbers as this tenant's own.

    Campaigns whose `caller_ids.choice` is `rotation`, `by_list` or `local` show registered numbers and no other; once
    any is registered, `caller_id` must be one of them too.
    """
    numbers = tuple(dict.fromkeys(wanted.numbers))
    added = await run_in_threadpool(
        use_cases.add_caller_ids, service.store, numbers, wanted.label, service.now(), caller.tenant_id
    )
    note(request, {"numbers": numbers, "label": wanted.label})
    await _announce(service, caller.tenant_id)
    return answer(Registered(added=added, known=len(numbers) - added), 201)


@router.get("", responses=answers(CallerIdPage, "A page of numbers"))
async def list_caller_ids(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[Paging, Query()]
) -> Response:
    """The registered numbers, by number, each with how often it has been shown and until when it rests."""
    found = await run_in_threadpool(service.store.caller_ids, caller.tenant_id)
    return page_answer(request, page_of(found, lambda one: one.number, wanted))


@router.get("/{caller_id}", responses=answers(CallerId, "The number"))
async def read_caller_id(request: Request, service: ServiceOf, caller: CallerOf, caller_id: Number) -> Response:
    """One registered number."""
    return tagged(request, await run_in_threadpool(find, service.store, caller_id, caller.tenant_id))


@router.patch("/{caller_id}", responses=answers(CallerId, "The number as it now is"))
async def label_caller_id(
    request: Request, service: ServiceOf, caller: CallerOf, caller_id: Number, changes: Relabelling
) -> Response:
    """Change what is noted of a number."""
    refuse_changed(request, await run_in_threadpool(find, service.store, caller_id, caller.tenant_id))
    label, now = changes.label, service.now()
    await run_in_threadpool(service.store.add_caller_ids, [caller_id], label, now, caller.tenant_id)
    note(request, changes.model_dump())
    return tagged(request, await run_in_threadpool(find, service.store, caller_id, caller.tenant_id))


@router.delete("/{caller_id}", status_code=204, responses={"default": answers(CallerId, "")["default"]})
async def remove_caller_id(request: Request, service: ServiceOf, caller: CallerOf, caller_id: Number) -> Response:
    """Take a number off the register: no pool shows it from the next call on."""
    refuse_changed(request, await run_in_threadpool(find, service.store, caller_id, caller.tenant_id))
    await run_in_threadpool(use_cases.remove_caller_id, service.store, caller_id, caller.tenant_id)
    await _announce(service, caller.tenant_id)
    return Response(status_code=204)


def find(store: CampaignStore, number: str, tenant_id: int) -> CallerId:
    """One registered number.

    Raises:
        CallerIdNotFoundError: the tenant has not registered it.
    """
    found = next((one for one in store.caller_ids(tenant_id) if one.number == number), None)
    if found is None:
        raise CallerIdNotFoundError(number)
    return found


async def _announce(service: Service, tenant_id: int) -> None:
    """Tell the engine of the campaigns whose pools have changed."""
    async with service.changing:
        for campaign in await run_in_threadpool(service.store.campaigns, CampaignStatus.RUNNING, tenant_id):
            if campaign.caller_ids.choice is not CallerIdChoice.FIXED:
                await service.announce(campaign.campaign_id)
