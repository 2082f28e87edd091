"""Routes: why a call was allowed, and the do-not-call lists of nations and of single campaigns."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from campaigns.erasures import ErasureReport
from campaigns.importing.national_lists import ListLoaded, load_national_list
from campaigns.ports import AttemptFilter, CampaignStore, Page, Verdict
from campaigns.reports.sheets import report_csv
from campaigns.rules.checks import campaign_list
from campaigns.service.campaigns import refuse_what_is_no_number
from campaigns.service.evidence import VerdictRow, json_lines, verdict_rows, with_evidence
from campaigns.service.spelling import Spellings
from dialer.messages import NumbersBlocked
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.audit import note
from dialer.rest.do_not_call import Blocked, Blocking
from dialer.rest.listings import all_rows
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.service import CampaignId, ServiceOf

router = APIRouter(tags=["compliance"])
uploads = APIRouter(tags=["compliance"])

ErasurePage = Page[ErasureReport]


class Evidence(msgspec.Struct, frozen=True):
    """Why an attempt was allowed, as the gate judged it in the transaction that wrote the attempt."""

    attempt_id: str
    verdicts: list[Verdict]
    """One for each rule; none where the attempt never passed the gate."""


@router.get("/attempts/{attempt_id}/evidence", responses=answers(Evidence, "Rule by rule, with what each saw"))
async def read_evidence(service: ServiceOf, attempt_id: str) -> Response:
    """Why a call was allowed: every rule with the data it saw when the attempt was written."""
    verdicts = await run_in_threadpool(service.store.evidence, attempt_id)
    return answer(Evidence(attempt_id, list(verdicts)))


class EvidenceListing(BaseModel):
    """Of which attempts, and in which form."""

    model_config = ConfigDict(extra="forbid")
    since: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; attempts placed at or after.")
    until: float | None = Field(None, allow_inf_nan=False, description="Unix seconds; attempts placed before.")
    format: Literal["jsonl", "csv"] = Field("jsonl", description="A line for each attempt, or a row for each rule.")


@router.get("/campaigns/{campaign_id}/evidence", response_class=StreamingResponse)
async def export_evidence(
    service: ServiceOf, campaign_id: CampaignId, listing: Annotated[EvidenceListing, Query()]
) -> Response:
    """Why every call of a period was allowed, newest first: JSON Lines with an attempt on a line, or CSV."""
    wanted = AttemptFilter(campaign_id=campaign_id, since=listing.since, until=listing.until)
    attempts = await run_in_threadpool(all_rows, service.store.attempts, wanted)
    rows = with_evidence(service.store, attempts)
    if listing.format == "jsonl":
        return StreamingResponse(json_lines(rows), media_type="application/jsonl")
    pieces = report_csv(VerdictRow, verdict_rows(rows), ZoneInfo("UTC"))
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8")


class Erasing(BaseModel):
    """Who is to be erased."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[str, Field(max_length=20, description="E.164, with plus sign; everybody known under it.")]
    reason: Annotated[str, Field(max_length=200, description="Who asked for it, and when; without the number.")] = ""


@router.post("/erasures", responses=answers(ErasureReport, "What was found of the person, and where"))
async def erase(request: Request, service: ServiceOf, caller: CallerOf, erasing: Erasing) -> Response:
    """Erase a person (GDPR, article 17) from whatever the service keeps.

    Leads, callbacks, attempts, CDRs and evidence tell of them no more; recordings are deleted; their numbers are taken
    out of the bodies and the log of webhooks, answers kept for idempotency keys, rejects files and traces. All their
    numbers stay on the do-not-call list, so that no later list calls them. Engines do their part on their own machines
    within a minute: `done_by` names those that have. The audit log has the request without the number.
    """
    report = await service.erasing.erase(erasing.number, caller.tenant_id)
    reason = Spellings([erasing.number]).replaced(erasing.reason, "the number")
    note(request, {"erased": msgspec.structs.asdict(report), "reason": reason})
    return answer(report)


@router.get("/erasures", responses=answers(ErasurePage, "A page of reports"))
async def list_erasures(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[Paging, Query()]
) -> Response:
    """Which people were erased when, by numbers of records alone, and which engines have done their part."""
    found = await run_in_threadpool(service.erasing.reports, caller.tenant_id)
    return page_answer(request, page_of(found, lambda one: one.erasure_id, wanted, newest_first=True))


@router.get("/do-not-call/lists", responses=answers(dict[str, float], "The day of each list, Unix seconds"))
async def list_lists(service: ServiceOf, caller: CallerOf) -> Response:
    """The national lists that have been loaded and the campaigns' own, each with its day."""
    return answer(await run_in_threadpool(_lists_of, service.store, caller.tenant_id))


@uploads.post("/do-not-call/lists/{name}", responses=answers(ListLoaded, "What the list now holds"))
async def load_list(
    request: Request,
    service: ServiceOf,
    name: str,
    file: UploadFile,
    as_of: Annotated[date, Form(description="The day of this copy, such as 2026-11-28.")],
    default_region: Annotated[str, Form(pattern="^([A-Za-z]{2})?$", description="Such as US.")] = "",
) -> Response:
    """Take over a national do-not-call list, one number on a line, in place of the copy there was."""
    day = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC).timestamp()
    note(request, {"list": name, "as_of": as_of.isoformat()})
    try:
        loaded = await run_in_threadpool(
            load_national_list, service.store, name, file.file, default_region.upper(), day, service.now()
        )
    finally:
        await file.close()
    return answer(loaded)


@router.post("/campaigns/{campaign_id}/do-not-call", responses=answers(Blocked, "On the campaign's list"))
async def block_in_campaign(
    request: Request, service: ServiceOf, caller: CallerOf, campaign_id: CampaignId, blocking: Blocking
) -> Response:
    """Put numbers on the do-not-call list of one campaign; leads already reserved are taken out of its hopper."""
    numbers = tuple(dict.fromkeys(blocking.numbers))
    refuse_what_is_no_number(numbers)
    added = await run_in_threadpool(service.store.block_in_campaign, campaign_id, numbers, service.now())
    service.post(NumbersBlocked(numbers=numbers, tenant_id=caller.tenant_id, campaign_id=campaign_id))
    note(request, {"numbers": len(numbers), "reason": blocking.reason})
    return answer(Blocked(added=added, known=len(numbers) - added))


def _lists_of(store: CampaignStore, tenant_id: int) -> dict[str, float]:
    """The lists that hold for a tenant: national ones, and those of its own campaigns."""
    foreign = {campaign_list(one.campaign_id) for one in store.campaigns() if one.tenant_id != tenant_id}
    return {name: as_of for name, as_of in store.do_not_call_lists().items() if name not in foreign}
