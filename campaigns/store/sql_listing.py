"""Pages of attempts and CDRs in SQL, each a range of an index that begins at the cursor."""

import heapq
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.imports import LeadImport
from campaigns.model import Attempt, Cdr, Lead
from campaigns.ports import AttemptFilter, ImportFilter, LeadFilter, Page
from campaigns.store import listing
from campaigns.store.rows import ATTEMPT_COLUMNS, CDR_COLUMNS, LEAD_COLUMNS, to_attempt, to_cdr, to_lead
from campaigns.store.schema import attempts, campaigns, cdrs, lead_imports, leads

_IMPORT = msgspec.json.Decoder(LeadImport)


def attempts_page(connection: sa.Connection, wanted: AttemptFilter) -> Page[Attempt]:
    """A page of attempts, newest first."""
    key = (attempts.c.placed_at, attempts.c.lead_id, attempts.c.attempt_number)
    before = None if wanted.cursor is None else listing.read_attempt_cursor(wanted.cursor)
    query = _page(sa.select(*ATTEMPT_COLUMNS), attempts, key, before, wanted)
    found = [to_attempt(row) for row in _rows(connection, query, attempts, key, wanted)]
    keyed = [((one.placed_at, one.lead_id, one.attempt_number), one) for one in found]
    return listing.cut(keyed, wanted.limit, listing.attempt_cursor)


def cdrs_page(connection: sa.Connection, wanted: AttemptFilter) -> Page[Cdr]:
    """A page of CDRs, newest first."""
    key = (cdrs.c.started_at, cdrs.c.call_id)
    before = None if wanted.cursor is None else listing.read_cdr_cursor(wanted.cursor)
    query = _page(sa.select(*CDR_COLUMNS), cdrs, key, before, wanted)
    found = [to_cdr(row) for row in _rows(connection, query, cdrs, key, wanted)]
    return listing.cut([((one.started_at, one.call_id), one) for one in found], wanted.limit, listing.cdr_cursor)


def leads_page(connection: sa.Connection, wanted: LeadFilter) -> Page[Lead]:
    """A page of leads, oldest first."""
    after = listing.read_id_cursor(wanted.cursor)
    query = sa.select(*LEAD_COLUMNS).where(leads.c.campaign_id == wanted.campaign_id, leads.c.lead_id > after)
    for field in ("list_id", "status", "number", "external_id"):
        value = getattr(wanted, field)
        if value is not None:
            query = query.where(leads.c[field] == value)
    found = [
        to_lead(row)
        for row in connection.execute(query.order_by(leads.c.lead_id).limit(listing.check_limit(wanted) + 1))
    ]
    return listing.cut([(one.lead_id, one) for one in found], wanted.limit, str)


def imports_page(connection: sa.Connection, wanted: ImportFilter) -> Page[LeadImport]:
    """A page of imports, newest first."""
    before = listing.read_id_cursor(wanted.cursor, listing.ID_MAX)
    query = sa.select(lead_imports.c.import_id, lead_imports.c.state).where(lead_imports.c.import_id < before)
    if wanted.tenant_id is not None:
        of_tenant = sa.select(campaigns.c.campaign_id).where(campaigns.c.tenant_id == wanted.tenant_id)
        query = query.where(lead_imports.c.campaign_id.in_(of_tenant))
    for field in ("campaign_id", "status"):
        value = getattr(wanted, field)
        if value is not None:
            query = query.where(lead_imports.c[field] == value)
    rows = connection.execute(query.order_by(lead_imports.c.import_id.desc()).limit(listing.check_limit(wanted) + 1))
    return listing.cut([(row.import_id, _IMPORT.decode(row.state)) for row in rows], wanted.limit, str)


def _rows(
    connection: sa.Connection,
    query: sa.Select[Any],
    table: sa.Table,
    key: tuple[sa.ColumnElement[Any], ...],
    wanted: AttemptFilter,
) -> list[Any]:
    """The rows of a page; where the database has several tenants, from the ranges of the tenant's campaigns, merged."""
    if wanted.tenant_id is None or not _has_others(connection, wanted.tenant_id):
        return list(connection.execute(query))
    of_tenant = sa.select(campaigns.c.campaign_id).where(campaigns.c.tenant_id == wanted.tenant_id)
    if wanted.campaign_id is not None:
        return list(connection.execute(query.where(table.c.campaign_id.in_(of_tenant))))
    ranges = [
        connection.execute(query.where(table.c.campaign_id == campaign_id)).all()
        for campaign_id in connection.scalars(of_tenant).all()
    ]
    names = [column.name for column in key]
    newest = heapq.merge(*ranges, key=lambda row: tuple(row._mapping[name] for name in names), reverse=True)
    return list(islice(newest, listing.check_limit(wanted) + 1))


def _has_others(connection: sa.Connection, tenant_id: int) -> bool:
    others = sa.select(campaigns.c.campaign_id).where(campaigns.c.tenant_id != tenant_id)
    return connection.scalar(others.limit(1)) is not None


def _page(
    query: sa.Select[Any],
    table: sa.Table,
    key: tuple[sa.ColumnElement[Any], ...],
    before: tuple[Any, ...] | None,
    wanted: AttemptFilter,
) -> sa.Select[Any]:
    for field in ("campaign_id", "outcome", "agent_id"):
        value = getattr(wanted, field)
        if value is not None:
            query = query.where(table.c[field] == value)
    if wanted.since is not None:
        query = query.where(key[0] >= wanted.since)
    if wanted.until is not None:
        query = query.where(key[0] < wanted.until)
    if before is not None:
        query = query.where(sa.tuple_(*key) < sa.tuple_(*(sa.literal(value) for value in before)))
    return query.order_by(*(column.desc() for column in key)).limit(listing.check_limit(wanted) + 1)
