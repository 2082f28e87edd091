"""Pages of attempts and CDRs in SQL, each a range of an index that begins at the cursor."""

from typing import Any

import sqlalchemy as sa

from campaigns.model import Attempt, Cdr
from campaigns.ports import AttemptFilter, Page
from campaigns.store import listing
from campaigns.store.rows import ATTEMPT_COLUMNS, CDR_COLUMNS, to_attempt, to_cdr
from campaigns.store.schema import attempts, cdrs


def attempts_page(connection: sa.Connection, wanted: AttemptFilter) -> Page[Attempt]:
    """A page of attempts, newest first."""
    key = (attempts.c.placed_at, attempts.c.lead_id, attempts.c.attempt_number)
    before = None if wanted.cursor is None else listing.read_attempt_cursor(wanted.cursor)
    query = _page(sa.select(*ATTEMPT_COLUMNS), attempts, key, before, wanted)
    found = [to_attempt(row) for row in connection.execute(query)]
    keyed = [((one.placed_at, one.lead_id, one.attempt_number), one) for one in found]
    return listing.cut(keyed, wanted.limit, listing.attempt_cursor)


def cdrs_page(connection: sa.Connection, wanted: AttemptFilter) -> Page[Cdr]:
    """A page of CDRs, newest first."""
    key = (cdrs.c.started_at, cdrs.c.call_id)
    before = None if wanted.cursor is None else listing.read_cdr_cursor(wanted.cursor)
    query = _page(sa.select(*CDR_COLUMNS), cdrs, key, before, wanted)
    found = [to_cdr(row) for row in connection.execute(query)]
    return listing.cut([((one.started_at, one.call_id), one) for one in found], wanted.limit, listing.cdr_cursor)


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
    if before is not None:
        query = query.where(sa.tuple_(*key) < sa.tuple_(*(sa.literal(value) for value in before)))
    return query.order_by(*(column.desc() for column in key)).limit(listing.check_limit(wanted) + 1)
