"""Routes: attempts and CDRs, newest first, a page at a time as JSON or all of them as CSV."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from campaigns.model import Attempt, Cdr, Outcome
from campaigns.ports import AttemptFilter, Page
from campaigns.reports.cells import raw_cell
from campaigns.reports.parquet import write_parquet
from campaigns.reports.sheets import csv_pieces
from dialer.access.tenancy import inside, outside
from dialer.rest.access import CallerOf
from dialer.rest.answers import answers
from dialer.rest.files import PARQUET, file_answer
from dialer.rest.pages import page_answer
from dialer.rest.service import Service, ServiceOf

router = APIRouter(tags=["results"])

PAGE_MAX = 1000

AttemptPage = Page[Attempt]
CdrPage = Page[Cdr]
Accept = Annotated[str, Header(include_in_schema=False)]


def _answers(kind: Any, description: str) -> dict[int | str, dict[str, Any]]:
    said = answers(kind, description)
    said[200]["content"] |= {"text/csv": {}, PARQUET: {}}
    return said


class Listing(BaseModel):
    """Which rows, and in which form."""

    model_config = ConfigDict(extra="forbid")
    campaign_id: int | None = Field(None, ge=1, le=2**63 - 1)
    outcome: Outcome | None = None
    agent_id: str | None = Field(None, max_length=64)
    since: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; rows placed at or after.")
    until: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; rows placed before.")
    limit: int = Field(100, ge=1, le=PAGE_MAX, description="Rows a page; files have all rows.")
    cursor: str | None = Field(None, description="The `cursor` of the page before.")
    format: Literal["json", "csv", "parquet"] | None = Field(None, description="Overrides the Accept header.")

    def wanted(self, tenant_id: int) -> AttemptFilter:
        """The filter as the store takes it; nothing of another tenant gets through."""
        agent_id = None if self.agent_id is None else inside(tenant_id, self.agent_id)
        plain = self.model_dump(include=set(Listing.model_fields) - {"format", "agent_id"})
        return AttemptFilter(**plain, agent_id=agent_id, tenant_id=tenant_id)


@router.get("/attempts", responses=_answers(AttemptPage, "A page of attempts"))
async def list_attempts(
    request: Request, service: ServiceOf, caller: CallerOf, listing: Annotated[Listing, Query()], accept: Accept = ""
) -> Response:
    """Attempts, newest first. As CSV (`Accept: text/csv`, `?format=csv`) or Parquet: all of them."""
    return await _list(request, service, service.store.attempts, listing, caller.tenant_id, accept, Attempt)


@router.get("/cdrs", responses=_answers(CdrPage, "A page of call detail records"))
async def list_cdrs(
    request: Request, service: ServiceOf, caller: CallerOf, listing: Annotated[Listing, Query()], accept: Accept = ""
) -> Response:
    """Call detail records, newest first. As CSV (`Accept: text/csv`, `?format=csv`) or Parquet: all of them."""
    return await _list(request, service, service.store.cdrs, listing, caller.tenant_id, accept, Cdr)


async def _list(
    request: Request,
    service: Service,
    read: Callable[[AttemptFilter], Page[Any]],
    listing: Listing,
    tenant_id: int,
    accept: str,
    row_type: type[msgspec.Struct],
) -> Response:
    wanted = listing.wanted(tenant_id)
    form = listing.format or ("csv" if "text/csv" in accept else "parquet" if PARQUET in accept else "json")
    if form != "json":
        # The first page is read before anything is sent, so that its errors are still answered as problems.
        rows = await run_in_threadpool(all_rows, read, wanted)
        if form == "parquet":
            name = f"{request.url.path.rpartition('/')[2]}.parquet"
            return await file_answer(service, name, PARQUET, lambda file: write_parquet(file, row_type, rows))
        pieces = csv_pieces(row_type, rows, lambda _, value: raw_cell(value))
        return StreamingResponse(pieces, media_type="text/csv; charset=utf-8")
    page = await run_in_threadpool(read, wanted)
    page = Page(tuple(_row_outside(row) for row in page.items), page.cursor)
    return page_answer(request, page)


def all_rows(read: Callable[[AttemptFilter], Page[Any]], wanted: AttemptFilter) -> Iterator[Any]:
    """All rows of a listing from the cursor on, read page by page; the first page is read at once."""
    wanted = msgspec.structs.replace(wanted, limit=PAGE_MAX)
    first = read(wanted)
    return chain(map(_row_outside, first.items), _rows_after(read, wanted, first.cursor))


def _rows_after(read: Callable[[AttemptFilter], Page[Any]], wanted: AttemptFilter, cursor: str | None) -> Iterator[Any]:
    while cursor is not None:
        page = read(msgspec.structs.replace(wanted, cursor=cursor))
        yield from map(_row_outside, page.items)
        cursor = page.cursor


def _row_outside(row: Any) -> Any:
    """A row with the agent's id as its tenant has it."""
    name = outside(row.agent_id)[1]
    return row if name == row.agent_id else msgspec.structs.replace(row, agent_id=name)
