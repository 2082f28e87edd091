"""Routes: create, list, edit, start, pause and stop campaigns, and how each is doing."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from campaigns.model import Campaign, CampaignStatus, Outcome
from campaigns.ports import CampaignStore, Page
from campaigns.rules.profiles.reading import GENERAL
from campaigns.service import campaigns as use_cases
from campaigns.service.presets import GENERAL_NOTICE
from dialer.model import CampaignView
from dialer.rest.access import CallerOf
from dialer.rest.answers import CHANGES_SCHEMA, SETTINGS_SCHEMA, answer, answers, takes
from dialer.rest.audit import note
from dialer.rest.etags import refuse_changed, tagged
from dialer.rest.pages import Paging, page_answer, page_of
from dialer.rest.service import CampaignId, Service, ServiceOf

router = APIRouter(prefix="/campaigns", tags=["campaigns"])


class CampaignStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """How a campaign is doing."""

    campaign: Campaign
    attempts: int
    """Ever, those still open included."""
    attempts_open: int
    outcomes: dict[str, int]
    leads_open: int
    """Leads that may still be dialed, now or later."""
    answered: int
    """Answered by a person in the abandon window."""
    abandoned: int
    abandon_rate: float | None
    live: CampaignView | None
    """What the engine has in hand; null while the campaign is neither running nor paused."""


CampaignPage = Page[Campaign]


class CampaignListing(Paging):
    """Which campaigns."""

    status: CampaignStatus | None = None
    skill_group: str | None = Field(None, max_length=200)
    name: str | None = Field(None, max_length=200, description="A part of the name; case does not matter.")

    def has(self, campaign: Campaign) -> bool:
        """Whether a campaign is one of them, whatever its status."""
        is_named = self.name is None or self.name.casefold() in campaign.name.casefold()
        return is_named and self.skill_group in {None, campaign.skill_group}


@router.post(
    "",
    status_code=201,
    responses=answers(Campaign, "The new campaign, a draft", 201),
    openapi_extra=takes(SETTINGS_SCHEMA),
)
async def create_campaign(
    request: Request,
    service: ServiceOf,
    caller: CallerOf,
    settings: Annotated[dict[str, Any], Body()],
    country: Annotated[str, Query(max_length=2, description="Begin with this country's preset, such as US.")] = "",
    like: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Begin with the settings of this campaign.")
    ] = None,
) -> Response:
    """Create a campaign; it dials once it has leads and is started.

    Without a country, a campaign to copy or a `compliance` of its own no country's rules hold: `general`. The header
    `Warning` of the answer says so.
    """
    campaign = await run_in_threadpool(
        use_cases.create_campaign, service.store, settings, country, like, caller.tenant_id
    )
    note(request, settings)
    headers = {"Location": f"/api/v1/campaigns/{campaign.campaign_id}"}
    if campaign.compliance == GENERAL and "compliance" not in settings:
        # RFC 9110 keeps the field for such notes, though caches make no use of it any more (RFC 9111, 5.5).
        headers["Warning"] = f'299 - "{GENERAL_NOTICE}"'
    return answer(campaign, 201, headers)


@router.get("", responses=answers(CampaignPage, "A page of campaigns"))
async def list_campaigns(
    request: Request, service: ServiceOf, caller: CallerOf, wanted: Annotated[CampaignListing, Query()]
) -> Response:
    """Campaigns, oldest first: all, or those of one status, of one skill group, with a word in their name."""
    found = await run_in_threadpool(service.store.campaigns, wanted.status, caller.tenant_id)
    return page_answer(request, page_of([one for one in found if wanted.has(one)], _id_of, wanted))


@router.get("/{campaign_id}", responses=answers(Campaign, "The campaign"))
async def read_campaign(request: Request, service: ServiceOf, campaign_id: CampaignId) -> Response:
    """One campaign with all its settings, and its ETag."""
    return tagged(request, await run_in_threadpool(service.store.campaign, campaign_id))


@router.patch(
    "/{campaign_id}", responses=answers(Campaign, "The campaign as it now is"), openapi_extra=takes(CHANGES_SCHEMA)
)
async def edit_campaign(
    request: Request, service: ServiceOf, campaign_id: CampaignId, changes: Annotated[dict[str, Any], Body()]
) -> Response:
    """Change settings, also of a running campaign; takes effect at once. A null returns a setting to its default."""
    async with service.changing:
        before = await run_in_threadpool(service.store.campaign, campaign_id)
        refuse_changed(request, before)
        campaign = await run_in_threadpool(use_cases.edit_campaign, service.store, campaign_id, changes)
        note(request, use_cases.differences(before, campaign))
        await service.announce(campaign_id)
    return tagged(request, campaign)


@router.post("/{campaign_id}/start", responses=answers(Campaign, "The campaign, running"))
async def start_campaign(request: Request, service: ServiceOf, campaign_id: CampaignId) -> Response:
    """Start dialing, or go on after a pause."""
    return await _change_status(request, service, campaign_id, CampaignStatus.RUNNING)


@router.post("/{campaign_id}/pause", responses=answers(Campaign, "The campaign, paused"))
async def pause_campaign(request: Request, service: ServiceOf, campaign_id: CampaignId) -> Response:
    """Place no new calls, at once; calls in flight run their course, reserved leads are kept."""
    return await _change_status(request, service, campaign_id, CampaignStatus.PAUSED)


@router.post("/{campaign_id}/stop", responses=answers(Campaign, "The campaign, stopped"))
async def stop_campaign(request: Request, service: ServiceOf, campaign_id: CampaignId) -> Response:
    """Place no new calls, at once; calls in flight run their course, reserved leads go back to the list."""
    return await _change_status(request, service, campaign_id, CampaignStatus.STOPPED)


@router.get("/{campaign_id}/statistics", responses=answers(CampaignStatistics, "Counts ever, today and right now"))
async def campaign_statistics(service: ServiceOf, campaign_id: CampaignId) -> Response:
    """Attempts by outcome, the abandon account and what is going on right now."""
    live = next((one for one in service.statistics().campaigns if one.campaign_id == campaign_id), None)
    return answer(await run_in_threadpool(_statistics, service.store, campaign_id, service.now(), live))


def _id_of(campaign: Campaign) -> int:
    return campaign.campaign_id


async def _change_status(request: Request, service: Service, campaign_id: int, wanted: CampaignStatus) -> Response:
    async with service.changing:
        refuse_changed(request, await run_in_threadpool(service.store.campaign, campaign_id))
        campaign = await run_in_threadpool(use_cases.change_status, service.store, campaign_id, wanted)
        await service.announce(campaign_id)
    return tagged(request, campaign)


def _statistics(store: CampaignStore, campaign_id: int, now: float, live: CampaignView | None) -> CampaignStatistics:
    task = use_cases.campaign_task(store, campaign_id, now)
    counts = store.outcome_counts(campaign_id)
    return CampaignStatistics(
        campaign=task.campaign,
        attempts=sum(counts.values()),
        attempts_open=counts.get(None, 0),
        outcomes={outcome: counts[outcome] for outcome in Outcome if counts.get(outcome)},
        leads_open=task.leads_open,
        answered=task.answered,
        abandoned=task.abandoned,
        abandon_rate=task.abandoned / task.answered if task.answered else None,
        live=live,
    )
