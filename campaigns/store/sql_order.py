"""The order of leads in SQL: which ranges of which index are read one after the other, and the statement for each.

Each range begins at its best lead, so nothing is read that is not reserved.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

import msgspec
import sqlalchemy as sa

from campaigns.model import Campaign, Lead
from campaigns.store.rows import LEAD_COLUMNS, chunks, to_lead
from campaigns.terms import LeadOrder

GROUPS_AT_ONCE = 200
"""Groups of leads in one statement; SQLite takes 500."""

Source = tuple[int, int, Sequence[tuple[int, str]]]
"""Campaign, priority, lists and time zones."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A part of each group's range of an index."""

    condition: str = "true"
    """Which leads: as the index says it, where it does not hold all of them."""
    key: str = "not_before"
    """By what they are ordered; then by their ids."""
    is_untried: bool = False
    """Only those never tried nor put off: their not_before is 0."""
    is_backward: bool = False
    """Read from its end."""
    index: str = "leads_ready"


ALL = Span()
NEVER_TRIED = Span(is_untried=True)
NEWEST = Span(is_untried=True, is_backward=True)
RANKED = Span(is_untried=True, condition="rank IS NOT NULL AND not_before = 0.0", key="rank", index="leads_ranked")
UNRANKED = Span(is_untried=True, condition="rank IS NULL")
"""Of leads in ranked order; read when no ranked one is left, so it passes none over."""
TRIED = Span(condition="not_before > 0.0")


def spans_of(campaign: Campaign) -> Iterator[Span]:
    """The ranges in which a campaign's leads of one priority are read, best first."""
    match campaign.lead_order:
        case LeadOrder.LONGEST_WAITING:
            yield ALL
        case LeadOrder.NEWEST:
            yield from (NEWEST, TRIED)
        case LeadOrder.FEWEST_ATTEMPTS:
            yield NEVER_TRIED
            for attempts_made in range(campaign.attempts_max):
                yield _tried(attempts_made)
            # Those that had more before the limit was lowered: the gate closes them.
            yield TRIED
        case LeadOrder.RANDOM | LeadOrder.SCORE:
            yield from (RANKED, UNRANKED, TRIED)


def lock_due(connection: sa.Connection, source: Source, span: Span, now: float, count: int) -> list[Lead]:
    """The best leads of one priority whose time has come; leads that another engine has locked are passed over."""
    campaign_id, priority, groups = source
    found: list[tuple[tuple[float, int], Lead]] = []
    sign = -1 if span.is_backward else 1
    for some in chunks(groups, GROUPS_AT_ONCE):
        statement = due_statement(connection.dialect.name, len(some), span)
        values: list[object] = []
        for list_id, time_zone in some:
            until = 0.0 if span.is_untried else now
            values += (campaign_id, list_id, priority, time_zone, until, count)
        for row in connection.exec_driver_sql(statement, (*values, count)):
            lead = to_lead(row)
            found.append(((sign * row[-1], sign * lead.lead_id), lead))
    found.sort(key=itemgetter(0))
    return [lead for _, lead in found[:count]]


@lru_cache(maxsize=1000)
def due_statement(dialect: str, groups: int, span: Span) -> str:
    """A statement that begins in each of so many groups at its best lead, merges them, and reads the best leads.

    Written out, because every lead that is fetched to be thrown away again costs more here than in the database. Its
    last column is what they are ordered by; they come in no order, for the database would sort whole rows.
    """
    mark = "?" if dialect == "sqlite" else "%s"
    locking = "" if dialect == "sqlite" else " FOR UPDATE SKIP LOCKED"
    # Without statistics SQLite would take the index that narrows more, and sort.
    indexed = f" INDEXED BY {span.index}" if dialect == "sqlite" else ""
    back = " DESC" if span.is_backward else ""
    order = f"{span.key}{back}, lead_id{back}"
    of_group = (
        f"SELECT * FROM (SELECT {span.key}, lead_id FROM leads{indexed} WHERE campaign_id = {mark} "  # noqa: S608
        f"AND list_id = {mark} AND priority = {mark} AND time_zone = {mark} AND status = 'open' "
        f"AND not_before <= {mark} AND {span.condition} ORDER BY {order} LIMIT {mark}{locking}) AS of_group"
    )
    merged = " UNION ALL ".join([of_group] * groups)
    columns = ", ".join(f"leads.{column.name}" for column in LEAD_COLUMNS)
    best = f"SELECT {span.key}, lead_id FROM ({merged}) AS merged ORDER BY {order} LIMIT {mark}"  # noqa: S608
    # CROSS JOIN: SQLite then keeps the order of the tables.
    return (
        f"SELECT {columns}, best.{span.key} FROM ({best}) AS best CROSS JOIN leads "  # noqa: S608
        "WHERE leads.lead_id = best.lead_id"
    )


def _tried(attempts_made: int) -> Span:
    # The second term tells PostgreSQL that no other span may take this index, which for them is in no order.
    condition = f"attempts_made = {attempts_made} AND attempts_made >= 0 AND not_before > 0.0"
    return Span(condition=condition, index="leads_tried")
