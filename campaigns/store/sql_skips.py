"""Skips in SQL: written as agents skip, listed by page, counted for the report. All inside the caller's transaction."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.ports import Page
from campaigns.reports.model import ReportFilter
from campaigns.service.erasing import pseudonym
from campaigns.skips import Skip, SkipFilter, SkipTally
from campaigns.store import listing
from campaigns.store.database import insert
from campaigns.store.schema import campaigns, leads
from campaigns.store.skip_schema import skips

_KEY = (skips.c.skipped_at, skips.c.lead_id)
_COLUMNS = tuple(skips.c[name] for name in Skip.__struct_fields__)


def record(connection: sa.Connection, new: Sequence[Skip]) -> None:
    """Write skips; one that is there already changes nothing."""
    if not new:
        return
    statement = insert(connection, skips).on_conflict_do_nothing(index_elements=list(skips.primary_key))
    connection.execute(statement, [msgspec.structs.asdict(one) for one in new])


def page(connection: sa.Connection, wanted: SkipFilter) -> Page[Skip]:
    """A page of skips, newest first."""
    query = sa.select(*_COLUMNS)
    if wanted.tenant_id is not None:
        of_tenant = sa.select(campaigns.c.campaign_id).where(campaigns.c.tenant_id == wanted.tenant_id)
        query = query.where(skips.c.campaign_id.in_(of_tenant))
    for field in ("campaign_id", "lead_id", "agent_id", "reason"):
        value = getattr(wanted, field)
        if value is not None:
            query = query.where(skips.c[field] == value)
    query = _between(query, wanted.since, wanted.until)
    if wanted.cursor is not None:
        before = listing.read_skip_cursor(wanted.cursor)
        query = query.where(sa.tuple_(*_KEY) < sa.tuple_(*(sa.literal(value) for value in before)))
    newest = query.order_by(*(column.desc() for column in _KEY)).limit(listing.check_limit(wanted) + 1)
    found = [Skip(**row._mapping) for row in connection.execute(newest)]
    return listing.cut([((one.skipped_at, one.lead_id), one) for one in found], wanted.limit, listing.skip_cursor)


def tally(connection: sa.Connection, wanted: ReportFilter) -> Iterator[SkipTally]:
    """Skips by campaign, agent and reason."""
    group = (skips.c.campaign_id, skips.c.agent_id, skips.c.reason)
    query = sa.select(*group, sa.func.count(), sa.func.sum(skips.c.looked_s))
    query = query.where(skips.c.campaign_id.in_(wanted.campaign_ids))
    if wanted.list_id is not None:
        query = query.join_from(skips, leads, skips.c.lead_id == leads.c.lead_id, isouter=True)
        query = query.where(sa.func.coalesce(leads.c.list_id, 0) == wanted.list_id)
    names = SkipTally.__struct_fields__
    for row in connection.execute(_between(query, wanted.since, wanted.until).group_by(*group)):
        yield SkipTally(**dict(zip(names, row, strict=True)))


def erase(connection: sa.Connection, lead_id: int) -> None:
    """What agents noted of a lead may name the person."""
    told = {"number": pseudonym(lead_id), "note": ""}
    connection.execute(skips.update().where(skips.c.lead_id == lead_id).values(told))


def _between(query: sa.Select[Any], since: float | None, until: float | None) -> sa.Select[Any]:
    if since is not None:
        query = query.where(skips.c.skipped_at >= since)
    if until is not None:
        query = query.where(skips.c.skipped_at < until)
    return query
