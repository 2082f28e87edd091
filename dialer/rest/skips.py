"""Route: leads that agents looked at and did not call, and why."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from campaigns.ports import Page
from campaigns.skips import Skip, SkipFilter
from dialer.access.tenancy import inside, outside
from dialer.rest.access import CallerOf
from dialer.rest.answers import answers
from dialer.rest.pages import Paging, page_answer
from dialer.rest.service import ServiceOf

router = APIRouter(tags=["results"])

SkipPage = Page[Skip]


class SkipListing(Paging):
    """Which skips."""

    campaign_id: int | None = Field(None, ge=1, le=2**63 - 1)
    lead_id: int | None = Field(None, ge=1, le=2**63 - 1, description="One lead's history.")
    agent_id: str | None = Field(None, max_length=64)
    reason: str | None = Field(None, max_length=200, description="A name of a campaign's `skip_reasons`, or `ran_out`.")
    since: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; skipped at or after.")
    until: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; skipped before.")

    def wanted(self, tenant_id: int) -> SkipFilter:
        """The filter as the store takes it; nothing of another tenant gets through."""
        agent_id = None if self.agent_id is None else inside(tenant_id, self.agent_id)
        return SkipFilter(**self.model_dump(exclude={"agent_id"}), agent_id=agent_id, tenant_id=tenant_id)


@router.get("/skips", responses=answers(SkipPage, "A page of skips"))
async def list_skips(
    request: Request, service: ServiceOf, caller: CallerOf, listing: Annotated[SkipListing, Query()]
) -> Response:
    """Leads that agents looked at in preview campaigns and did not call, newest first, each with the reason."""
    page = await run_in_threadpool(service.store.skips, listing.wanted(caller.tenant_id))
    rows = tuple(msgspec.structs.replace(row, agent_id=outside(row.agent_id)[1]) for row in page.items)
    return page_answer(request, Page(rows, page.cursor))
