"""Routes: reports as JSON, CSV and Excel files; all of them count the same attempts."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from campaigns.model import Attempt, Campaign, Cdr
from campaigns.ports import CampaignStore
from campaigns.reports.agents import AgentsWanted, agents, dispositions
from campaigns.reports.caller_ids import DAY_S, RECENT_DAYS, CallerIdRow, caller_ids
from campaigns.reports.clock import zone_of
from campaigns.reports.compliance import compliance
from campaigns.reports.digits import digits
from campaigns.reports.lists import list_quality
from campaigns.reports.model import (
    AgentRow,
    CampaignRow,
    ComplianceRow,
    DigitRow,
    DispositionRow,
    Grouping,
    ListRow,
    OutcomeRow,
    Report,
    ReportFilter,
    UsageRow,
)
from campaigns.reports.outcomes import outcomes, summary
from campaigns.reports.sheets import report_csv, write_xlsx
from campaigns.reports.skips import SkipRow, skips
from campaigns.reports.usage import usage
from dialer.access.model import Caller
from dialer.access.tenancy import outside
from dialer.rest.access import CallerOf
from dialer.rest.answers import answer, answers
from dialer.rest.files import file_answer
from dialer.rest.listings import Listing, all_rows
from dialer.rest.owners import refuse_foreign_campaign
from dialer.rest.service import Service, ServiceOf

router = APIRouter(prefix="/reports", tags=["reports"])

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Accept = Annotated[str, Header(include_in_schema=False)]
Moment = Annotated[float | None, Field(ge=0, le=1e11, allow_inf_nan=False)]


class Wanted(BaseModel):
    """Which attempts a report is about, and in which form it is wanted."""

    model_config = ConfigDict(extra="forbid")
    campaign_id: int | None = Field(None, ge=1, le=2**63 - 1, description="One campaign; all, where it is left out.")
    list_id: int | None = Field(None, ge=0, le=2**63 - 1, description="Leads of one list; 0: of none.")
    since: Moment = Field(None, description="Unix seconds; attempts placed at or after.")
    until: Moment = Field(None, description="Unix seconds; attempts placed before.")
    time_zone: str | None = Field(
        None, max_length=64, description="Of hours and days, such as Europe/London; the campaign's, or else UTC."
    )
    format: Literal["json", "csv", "xlsx"] | None = Field(None, description="Overrides the Accept header.")


class OutcomesWanted(Wanted):
    """And by what attempts are grouped."""

    by: Grouping = Grouping.HOUR


class AgentTimesWanted(Wanted):
    """And whether by hour or day."""

    by: Literal["hour", "day"] | None = Field(None, description="One row an agent where it is left out.")


class CallerIdsWanted(Wanted):
    """And how many days count as lately."""

    recent_days: int = Field(RECENT_DAYS, ge=1, le=366, description="Compared with all before them.")


class DigitsWanted(Wanted):
    """And whether by hour, day or month."""

    by: Literal["hour", "day", "month"] | None = Field(None, description="The whole period where it is left out.")


class UsageWanted(Wanted):
    """And whether by month or day."""

    by: Literal["month", "day"] = "month"


class Rows(Listing):
    """Which attempts or CDRs, and in which form."""

    format: Literal["csv", "xlsx"] = "csv"  # type: ignore[assignment]
    time_zone: str = Field("UTC", max_length=64, description="Of the times in the file.")


def _answers(kind: Any, description: str) -> dict[int | str, dict[str, Any]]:
    """What a report's route says of its answer: three forms."""
    said = answers(Report[kind], description)
    said[200]["content"] |= {CSV: {}, XLSX: {}}
    return said


_FILES: dict[int | str, dict[str, Any]] = {
    200: {"description": "All rows, newest first", "content": {CSV: {}, XLSX: {}}},
    "default": answers(Report[OutcomeRow], "")["default"],
}


class _Scope(msgspec.Struct, frozen=True):
    """What a request may and wants to see."""

    campaigns: tuple[Campaign, ...]
    attempts: ReportFilter
    zone: ZoneInfo


@router.get("/campaigns", responses=_answers(CampaignRow, "A row for each campaign"))
async def campaigns_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[Wanted, Query()], accept: Accept = ""
) -> Response:
    """Campaign summary: leads as they are now, attempts by outcome, answer and abandon rate, talk time."""
    return await _report(
        service, caller, wanted, accept, "campaigns", CampaignRow,
        lambda scope: summary(service.reports, scope.attempts, scope.campaigns),
    )  # fmt: skip


@router.get("/outcomes", responses=_answers(OutcomeRow, "A row for each group"))
async def outcomes_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[OutcomesWanted, Query()], accept: Accept = ""
) -> Response:
    """Attempts by outcome: by hour, day, list, attempt number (penetration), caller ID, trunk, agent or disposition."""

    def rows(scope: _Scope) -> tuple[OutcomeRow, ...]:
        found = outcomes(service.reports, scope.attempts, wanted.by, scope.zone)
        if wanted.by is Grouping.AGENT:
            return tuple(msgspec.structs.replace(row, group=_own_name(row.group)) for row in found)
        return found

    return await _report(service, caller, wanted, accept, "outcomes", OutcomeRow, rows)


@router.get("/agents", responses=_answers(AgentRow, "A row for each agent, or agent and hour"))
async def agents_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[AgentTimesWanted, Query()], accept: Accept = ""
) -> Response:
    """Agents: signed in from when to when, time by state, calls, ACW and occupancy; workload with `by=hour`."""
    grouping = None if wanted.by is None else Grouping(wanted.by)
    return await _report(
        service, caller, wanted, accept, "agents", AgentRow,
        lambda scope: agents(
            service.reports,
            AgentsWanted(tenant_id=caller.tenant_id, calls=scope.attempts, grouping=grouping),
            _own_name,
            scope.zone,
        ),
    )  # fmt: skip


@router.get("/dispositions", responses=_answers(DispositionRow, "A row for each agent and disposition"))
async def dispositions_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[Wanted, Query()], accept: Accept = ""
) -> Response:
    """What agents said of their calls, and how often."""
    return await _report(
        service, caller, wanted, accept, "dispositions", DispositionRow,
        lambda scope: dispositions(service.reports, scope.attempts, _own_name),
    )  # fmt: skip


@router.get("/skips", responses=_answers(SkipRow, "A row for each agent and reason"))
async def skips_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[Wanted, Query()], accept: Accept = ""
) -> Response:
    """Leads that agents looked at and did not call, by reason; the period is that of the skips."""
    return await _report(
        service, caller, wanted, accept, "skips", SkipRow,
        lambda scope: skips(service.reports, scope.attempts, _own_name),
    )  # fmt: skip


@router.get("/compliance", responses=_answers(ComplianceRow, "A row for each campaign, day and rule"))
async def compliance_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[Wanted, Query()], accept: Accept = ""
) -> Response:
    """Abandon rate by each regulator's own definition as it stood at the end of each day, and what else the law asks.

    Days are those of each campaign's own time zone.
    """
    return await _report(
        service, caller, wanted, accept, "compliance", ComplianceRow,
        lambda scope: compliance(service.reports, scope.attempts, scope.campaigns, service.now()),
    )  # fmt: skip


@router.get("/caller-ids", responses=_answers(CallerIdRow, "A row for each of our numbers"))
async def caller_ids_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[CallerIdsWanted, Query()], accept: Accept = ""
) -> Response:
    """How each caller ID is answered lately, before, and beside the others; flagged when it falls beyond chance.

    Registered ones also with their calls of the last 60 minutes, 24 hours and 7 days, as caps count them now, and
    until when they rest.
    """

    def rows(scope: _Scope) -> tuple[CallerIdRow, ...]:
        now = service.now()
        recent_since = (now if wanted.until is None else wanted.until) - wanted.recent_days * DAY_S
        registered = service.store.caller_ids(caller.tenant_id)
        return caller_ids(service.reports, scope.attempts, recent_since, registered, now)

    return await _report(service, caller, wanted, accept, "caller-ids", CallerIdRow, rows)


@router.get("/lists", responses=_answers(ListRow, "A row for each list"))
async def lists_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[Wanted, Query()], accept: Accept = ""
) -> Response:
    """List quality, ever: imported, rejected, duplicate rows; leads dialed, reached, with numbers that do not exist."""

    def rows(scope: _Scope) -> tuple[ListRow, ...]:
        found = list_quality(service.reports, scope.attempts.campaign_ids)
        return tuple(row for row in found if wanted.list_id in {None, row.list_id})

    return await _report(service, caller, wanted, accept, "lists", ListRow, rows)


@router.get("/digits", responses=_answers(DigitRow, "A row for each key that was pressed, by campaign"))
async def digits_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[DigitsWanted, Query()], accept: Accept = ""
) -> Response:
    """Digits pressed: how many answered calls each key was pressed in, how often, and how often as the first."""
    grouping = None if wanted.by is None else Grouping(wanted.by)
    return await _report(
        service, caller, wanted, accept, "digits", DigitRow,
        lambda scope: digits(service.reports, scope.attempts, grouping, scope.zone),
    )  # fmt: skip


@router.get("/usage", responses=_answers(UsageRow, "A row for each campaign and month or day"))
async def usage_report(
    service: ServiceOf, caller: CallerOf, wanted: Annotated[UsageWanted, Query()], accept: Accept = ""
) -> Response:
    """Usage: calls placed, answered and agents' time, recordings kept, rows imported, by campaign and month or day.

    Agents' time is of no campaign and stands in a row of its own, where no single campaign is asked for.
    """

    def rows(scope: _Scope) -> tuple[UsageRow, ...]:
        names = {campaign.campaign_id: campaign.name for campaign in scope.campaigns}
        by, whole = Grouping(wanted.by), wanted.campaign_id is None
        return usage(service.reports, caller.tenant_id, scope.attempts, names, by, scope.zone, agents=whole)

    return await _report(service, caller, wanted, accept, "usage", UsageRow, rows)


@router.get("/attempts", responses=_FILES, response_class=StreamingResponse)
async def attempts_report(service: ServiceOf, caller: CallerOf, wanted: Annotated[Rows, Query()]) -> Response:
    """All attempts as a file for a spreadsheet, newest first; `GET /attempts` has them as JSON, page by page."""
    return await _rows(service, caller, wanted, "attempts", Attempt, service.store.attempts)


@router.get("/cdrs", responses=_FILES, response_class=StreamingResponse)
async def cdrs_report(service: ServiceOf, caller: CallerOf, wanted: Annotated[Rows, Query()]) -> Response:
    """All call detail records as a file for a spreadsheet, newest first; `GET /cdrs` has them as JSON."""
    return await _rows(service, caller, wanted, "cdrs", Cdr, service.store.cdrs)


async def _report(
    service: Service,
    caller: Caller,
    wanted: Wanted,
    accept: str,
    name: str,
    kind: type[msgspec.Struct],
    make_rows: Callable[[_Scope], tuple[Any, ...]],
) -> Response:
    scope = await run_in_threadpool(_scope, service.store, caller, wanted)
    rows = await run_in_threadpool(make_rows, scope)
    form = wanted.format or ("csv" if CSV in accept else "xlsx" if XLSX in accept else "json")
    if form == "json":
        report: Report[Any] = Report(
            report=name, since=wanted.since, until=wanted.until, time_zone=scope.zone.key, rows=rows
        )
        return answer(report)
    return await _file(service, name, kind, rows, form, scope.zone)


async def _rows(
    service: Service,
    caller: Caller,
    wanted: Rows,
    name: str,
    kind: type[msgspec.Struct],
    read: Callable[[Any], Any],
) -> Response:
    zone = zone_of(wanted.time_zone)
    # The first page is read before anything is sent, so that its errors are still answered as problems.
    rows = await run_in_threadpool(all_rows, read, wanted.wanted(caller.tenant_id))
    return await _file(service, name, kind, rows, wanted.format, zone)


async def _file(
    service: Service, name: str, kind: type[msgspec.Struct], rows: Iterable[Any], form: str, zone: ZoneInfo
) -> Response:
    if form == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingResponse(report_csv(kind, rows, zone), 200, headers, "text/csv; charset=utf-8")
    return await file_answer(service, f"{name}.xlsx", XLSX, lambda file: write_xlsx(file, name, kind, rows, zone))


def _scope(store: CampaignStore, caller: Caller, wanted: Wanted) -> _Scope:
    if wanted.campaign_id is None:
        campaigns = tuple(store.campaigns(tenant_id=caller.tenant_id))
    else:
        refuse_foreign_campaign(store, caller, wanted.campaign_id)
        campaigns = (store.campaign(wanted.campaign_id),)
    own_zone = campaigns[0].time_zone if wanted.campaign_id is not None else "UTC"
    attempts = ReportFilter(
        campaign_ids=tuple(campaign.campaign_id for campaign in campaigns),
        since=wanted.since,
        until=wanted.until,
        list_id=wanted.list_id,
    )
    return _Scope(campaigns, attempts, zone_of(wanted.time_zone or own_zone))


def _own_name(name: str) -> str:
    return outside(name)[1]
