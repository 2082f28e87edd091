"""Route: the leads of a campaign, a page at a time as JSON, or all of them as CSV or Parquet."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from campaigns.model import Lead, LeadStatus
from campaigns.ports import LeadFilter, Page
from campaigns.reports.cells import raw_cell
from campaigns.reports.parquet import write_parquet
from campaigns.reports.sheets import csv_pieces
from dialer.rest.answers import answer, answers
from dialer.rest.files import PARQUET, file_answer
from dialer.rest.pages import Paging, page_answer
from dialer.rest.service import CampaignId, ServiceOf

router = APIRouter(prefix="/campaigns", tags=["leads"])

PAGE_MAX = 1000
LeadPage = Page[Lead]
Accept = Annotated[str, Header(include_in_schema=False)]
_SAID = answers(LeadPage, "A page of leads, oldest first")
_SAID[200]["content"] |= {"text/csv": {}, PARQUET: {}}


class LeadListing(Paging):
    """Which leads, and in which form; files have all of them."""

    list_id: int | None = Field(None, ge=0, le=2**63 - 1, description="Of one list; 0: of none.")
    status: LeadStatus | None = None
    external_id: str | None = Field(None, max_length=200)
    format: Literal["json", "csv", "parquet"] | None = Field(None, description="Overrides the Accept header.")


class LeadSearch(Paging):
    """Which leads, by what must not stand in an address: those are in logs of proxies and in browsers' histories."""

    number: str = Field(max_length=20, description="The number to dial next, E.164.")
    list_id: int | None = Field(None, ge=0, le=2**63 - 1, description="Of one list; 0: of none.")
    status: LeadStatus | None = None
    external_id: str | None = Field(None, max_length=200)


@router.post("/{campaign_id}/leads/search", responses=answers(LeadPage, "A page of leads, oldest first"))
async def search_leads(service: ServiceOf, campaign_id: CampaignId, search: LeadSearch) -> Response:
    """A campaign's leads with a number; it is sent in the body, as is the cursor of the next page."""
    return answer(
        await run_in_threadpool(service.store.leads, LeadFilter(campaign_id=campaign_id, **search.model_dump()))
    )


@router.get("/{campaign_id}/leads", responses=_SAID)
async def list_leads(
    request: Request,
    service: ServiceOf,
    campaign_id: CampaignId,
    listing: Annotated[LeadListing, Query()],
    accept: Accept = "",
) -> Response:
    """A campaign's leads, oldest first; as CSV or Parquet all of them, in a file that can be imported again."""
    wanted = LeadFilter(campaign_id=campaign_id, **listing.model_dump(exclude={"format"}))
    form = listing.format or ("csv" if "text/csv" in accept else "parquet" if PARQUET in accept else "json")
    if form == "json":
        return page_answer(request, await run_in_threadpool(service.store.leads, wanted))
    # The first page is read before anything is sent, so that its errors are still answered as problems.
    leads = await run_in_threadpool(all_leads, service.store.leads, wanted)
    if form == "csv":
        pieces = csv_pieces(Lead, leads, lambda _, value: raw_cell(value))
        return StreamingResponse(pieces, media_type="text/csv; charset=utf-8")
    return await file_answer(service, "leads.parquet", PARQUET, lambda file: write_parquet(file, Lead, leads))


def all_leads(read: Callable[[LeadFilter], Page[Lead]], wanted: LeadFilter) -> Iterator[Lead]:
    """All leads of a listing from the cursor on, read page by page; the first page is read at once."""
    wanted = msgspec.structs.replace(wanted, limit=PAGE_MAX)
    first = read(wanted)
    return chain(first.items, _after(read, wanted, first.cursor))


def _after(read: Callable[[LeadFilter], Page[Lead]], wanted: LeadFilter, cursor: str | None) -> Iterator[Lead]:
    while cursor is not None:
        page = read(msgspec.structs.replace(wanted, cursor=cursor))
        yield from page.items
        cursor = page.cursor
