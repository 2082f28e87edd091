"""Route: add leads to a campaign from a file, and wait for it."""

from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from campaigns.importing.batches import ImportOptions
from campaigns.importing.leads import ImportReport, import_file
from dialer.rest.answers import answer, answers
from dialer.rest.service import CampaignId, ServiceOf

router = APIRouter(prefix="/campaigns", tags=["leads"])

Region = Annotated[
    str, Form(pattern="^([A-Za-z]{2})?$", description="Country of numbers without a country code, for example US.")
]


@router.post("/{campaign_id}/leads", responses=answers(ImportReport, "What became of the rows"))
async def import_leads(
    service: ServiceOf, campaign_id: CampaignId, file: UploadFile, default_region: Region = ""
) -> Response:
    """Add leads from a file (CSV, Excel, JSON Lines, Parquet) that names its columns, one of them `number` or `phone`.

    The answer says how many rows were accepted, and of each rejected row the line, field, value and reason. A running
    campaign dials the new leads at once.
    """
    try:
        options = ImportOptions(default_region=default_region.upper())
        report = await run_in_threadpool(import_file, service.store, campaign_id, file.file, options)
    finally:
        await file.close()
    async with service.changing:
        await service.announce(campaign_id)
    return answer(report)
