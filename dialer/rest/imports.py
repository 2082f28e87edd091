"""Routes: imports of files of any size as jobs to follow, and leads one by one or in batches from another system."""

import shutil
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from campaigns.importing.batches import ImportOptions
from campaigns.importing.job import new_import
from campaigns.importing.leads import ImportReport
from campaigns.importing.objects import LEADS_MAX, import_objects
from campaigns.imports import DuplicateScope, ImportStatus, LeadImport, OnDuplicate
from campaigns.ports import ImportFilter, LeadList, Page
from campaigns.service.errors import CallerError, NotFoundError
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.owners import refuse_foreign_campaign
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.service import CampaignId, ServiceOf

router = APIRouter(tags=["leads"])

FormCampaignId = Annotated[int, Form(ge=1, le=2**53, description="The campaign that the leads are for.")]
Options = Annotated[
    str,
    Form(
        description="How the file is read and its leads are added, as JSON: `default_region`, `mapping`, `reading`, "
        "`list_name`, `scope`, `duplicates`, `dry_run`; all may be left out."
    ),
]


ImportId = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
ImportPage = Page[LeadImport]
ListPage = Page[LeadList]


class ImportListing(Paging):
    """Which imports."""

    campaign_id: int | None = Field(None, ge=1, le=2**63 - 1)
    status: ImportStatus | None = None


class LeadBatch(BaseModel):
    """Leads from another system."""

    model_config = ConfigDict(extra="forbid")
    leads: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=LEADS_MAX,
            description="Each with `number`, or `numbers` (`number`, `kind`, `priority`), and what is known: `name`, "
            "`time_zone`, `priority`, `external_id`, `postal_code`, `language`, `consent`, `consent_at`, "
            "`consent_source`, `attributes`.",
        ),
    ]
    default_region: Annotated[
        str, Field(pattern="^([A-Za-z]{2})?$", description="Of numbers without a country code.")
    ] = ""
    list_name: Annotated[str, Field(max_length=200, description="The list that they are put on.")] = ""
    scope: DuplicateScope = DuplicateScope.CAMPAIGN
    duplicates: OnDuplicate = OnDuplicate.SKIP
    dry_run: bool = False


class RolledBack(msgspec.Struct, frozen=True):
    """What was taken out."""

    removed: int


@router.post("/campaigns/{campaign_id}/leads/batch", responses=answers(ImportReport, "What became of the leads"))
async def add_leads(service: ServiceOf, campaign_id: CampaignId, batch: LeadBatch) -> Response:
    """Add one lead or some thousand; the answer names each rejected one by its place, counted from 1."""
    options = ImportOptions(
        default_region=batch.default_region.upper(),
        list_name=batch.list_name,
        scope=batch.scope,
        duplicates=batch.duplicates,
        dry_run=batch.dry_run,
    )
    report = await run_in_threadpool(import_objects, service.store, campaign_id, batch.leads, options)
    async with service.changing:
        await service.announce(campaign_id)
    return answer(report)


@router.get("/campaigns/{campaign_id}/lists", responses=answers(ListPage, "A page of lists"))
async def lists(
    request: Request, service: ServiceOf, campaign_id: CampaignId, wanted: Annotated[Paging, Query()]
) -> Response:
    """A campaign's lists, oldest first."""
    found = await run_in_threadpool(service.store.lists, campaign_id)
    return page_answer(request, page_of(found, lambda one: one.list_id, wanted))


@router.post("/imports", status_code=202, responses=answers(LeadImport, "Accepted; follow it by its id", 202))
async def begin(
    service: ServiceOf, caller: CallerOf, file: UploadFile, campaign_id: FormCampaignId, options: Options = "{}"
) -> Response:
    """Bring in a file of any size: CSV, Excel (.xlsx), JSON Lines or Parquet.

    The answer comes when the file has arrived; `GET /imports/{import_id}` then says how far the import has come, and
    `rejects` gives the rows that were not taken. An import goes on after the service was interrupted.
    """
    wanted = _read_options(options)
    await run_in_threadpool(refuse_foreign_campaign, service.store, caller, campaign_id)
    path = await run_in_threadpool(service.imports.place)
    try:
        await run_in_threadpool(_keep, file.file, path)
        name = (file.filename or "upload")[:200]
        state = await run_in_threadpool(new_import, service.store, campaign_id, path, wanted, service.now(), name)
        service.imports.queue(state.import_id, path)
    finally:
        path.unlink(missing_ok=True)
        await file.close()
    return answer(state, 202, {"Location": f"/api/v1/imports/{state.import_id}"})


@router.get("/imports", responses=answers(ImportPage, "A page of imports"))
async def listed(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[ImportListing, Query()]
) -> Response:
    """Imports, newest first: all, those of one campaign, those of one status."""
    if wanted.campaign_id is not None:
        await run_in_threadpool(refuse_foreign_campaign, service.store, caller, wanted.campaign_id)
    asked = ImportFilter(tenant_id=caller.tenant_id, **wanted.model_dump())
    return page_answer(request, await run_in_threadpool(service.store.lead_imports, asked))


@router.get("/imports/{import_id}", responses=answers(LeadImport, "How far it has come"))
async def show(service: ServiceOf, import_id: ImportId) -> Response:
    """One import; when its status is `finished`, rows = accepted + rejected + duplicates."""
    return answer(await run_in_threadpool(service.store.lead_import, import_id))


@router.get(
    "/imports/{import_id}/rejects",
    response_class=FileResponse,
    responses={
        200: {"content": {"text/csv": {}}},
        **{k: v for k, v in answers(LeadImport, "").items() if k == "default"},
    },
)
async def rejects(service: ServiceOf, import_id: ImportId) -> Response:
    """The rejected rows as CSV, each with line, field, value and reason; mend them and import that file."""
    state = await run_in_threadpool(service.store.lead_import, import_id)
    path = service.imports.rejects(import_id)
    if not state.rejects_bytes or not path.exists():
        raise NotFoundError(f"import {import_id} has no rejected rows here")
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=path.name)


@router.post("/imports/{import_id}/roll-back", responses=answers(RolledBack, "What was taken out"))
async def roll_back(service: ServiceOf, import_id: ImportId) -> Response:
    """Take an import's leads out again; those that were called stay, closed."""
    removed = await run_in_threadpool(service.store.roll_back_import, import_id, service.now())
    campaign_id = (await run_in_threadpool(service.store.lead_import, import_id)).campaign_id
    async with service.changing:
        await service.announce(campaign_id)
    return answer(RolledBack(removed))


def _read_options(text: str) -> ImportOptions:
    try:
        options = msgspec.json.decode(text, type=ImportOptions)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise CallerError(f"options: {error}", "options") from None
    return msgspec.structs.replace(options, default_region=options.default_region.upper())


def _keep(file: BinaryIO, path: Path) -> None:
    try:
        with path.open("wb") as kept:
            shutil.copyfileobj(file, kept, 1024 * 1024)
    except OSError as error:
        raise CallerError(f"the file cannot be kept on the server: {error.strerror}") from None
