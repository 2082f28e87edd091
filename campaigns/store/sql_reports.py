"""Counts for reports in SQL: each is one pass over a range of an index, and only counts leave the database."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.imports import ImportStatus, LeadImport
from campaigns.model import ANSWERED_BY_PERSON, LeadStatus, Outcome
from campaigns.reports.compliance import CONNECT_S_MAX, SHORT_RING_S
from campaigns.reports.importing import tally_imports
from campaigns.reports.model import (
    QUARTER_S,
    AgentStay,
    AgentTally,
    CallTally,
    DigitTally,
    ImportTally,
    Key,
    LeadTally,
    ListName,
    ReportFilter,
    Tally,
    UsageTally,
)
from campaigns.skips import SkipTally
from campaigns.store import sql_skips, sql_usage
from campaigns.store.database import Database, insert
from campaigns.store.report_schema import agent_stays
from campaigns.store.rows import chunks
from campaigns.store.schema import answer_hours, attempts, lead_imports, lead_lists, leads
from campaigns.terms import AnswerHour

CHUNK = 1000
NOT_PLACED = "not placed:%"

_COLUMNS: dict[Key, sa.ColumnElement[Any]] = {
    Key.LIST: sa.func.coalesce(leads.c.list_id, sa.literal_column("0")),
    Key.ATTEMPT_NUMBER: attempts.c.attempt_number,
    Key.CALLER_ID: attempts.c.caller_id,
    Key.TRUNK: attempts.c.trunk,
    Key.AGENT: attempts.c.agent_id,
    Key.DISPOSITION: attempts.c.disposition,
}
_IS_NOT_PLACED = (attempts.c.outcome == Outcome.REFUSED) | (
    (attempts.c.outcome == Outcome.CANCELLED) & attempts.c.cause.like(NOT_PLACED)
)
_IS_BRIDGED = attempts.c.bridged_at.is_not(None) & attempts.c.ended_at.is_not(None)
_WAIT_S = attempts.c.bridged_at - sa.func.coalesce(attempts.c.asked_at, attempts.c.answered_at)
_IS_LATE = _WAIT_S > CONNECT_S_MAX
_IS_SHORT_RING = (
    attempts.c.outcome.in_([Outcome.NO_ANSWER, Outcome.CANCELLED])
    & attempts.c.ringing_at.is_not(None)
    & (attempts.c.ended_at - attempts.c.ringing_at < SHORT_RING_S)
)


class SqlReports:
    """Implements `campaigns.reports.port.ReportStore`; safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tally(self, wanted: ReportFilter, keys: Sequence[Key] = ()) -> Sequence[Tally]:
        """See the port."""
        columns = [self._column(key).label(f"key_{place}") for place, key in enumerate(keys)]
        query = sa.select(
            attempts.c.campaign_id,
            attempts.c.outcome,
            sa.func.count(),
            _count(_IS_NOT_PLACED),
            _sum(_IS_BRIDGED, attempts.c.ended_at - attempts.c.bridged_at),
            _sum(attempts.c.bridged_at.is_not(None), _WAIT_S),
            *columns,
        )
        if Key.LIST in keys or wanted.list_id is not None:
            query = query.join_from(attempts, leads, attempts.c.lead_id == leads.c.lead_id, isouter=True)
        grouped = _within(query, wanted).group_by(attempts.c.campaign_id, attempts.c.outcome, *columns)
        with self._database.reading() as connection:
            return tuple(
                Tally(
                    campaign_id=row[0],
                    outcome=None if row[1] is None else Outcome(row[1]),
                    attempts=row[2],
                    not_placed=row[3],
                    talk_s=row[4],
                    wait_s=row[5],
                    keys=tuple(row[6:]),
                )
                for row in connection.execute(grouped)
            )

    def tally_leads(self, campaign_ids: Sequence[int]) -> Sequence[LeadTally]:
        """See the port."""
        group = (leads.c.campaign_id, leads.c.list_id)
        is_open = leads.c.status != LeadStatus.CLOSED
        there = sa.select(*group, sa.func.count(), _count(is_open)).where(leads.c.campaign_id.in_(campaign_ids))
        of_lead = (
            sa.select(
                attempts.c.lead_id,
                sa.func.max(sa.case((attempts.c.outcome.in_(ANSWERED_BY_PERSON), 1), else_=0)).label("reached"),
                sa.func.max(sa.case((attempts.c.outcome == Outcome.INVALID_NUMBER, 1), else_=0)).label("invalid"),
            )
            .where(attempts.c.campaign_id.in_(campaign_ids))
            .group_by(attempts.c.lead_id)
            .subquery()
        )
        dialed = sa.select(
            *group, sa.func.count(), sa.func.sum(of_lead.c.reached), sa.func.sum(of_lead.c.invalid)
        ).join_from(of_lead, leads, of_lead.c.lead_id == leads.c.lead_id)
        with self._database.reading() as connection:
            tried = {tuple(row[:2]): row[2:] for row in connection.execute(dialed.group_by(*group))}
            return tuple(
                LeadTally(
                    campaign_id=row[0],
                    list_id=row[1],
                    leads=row[2],
                    leads_open=row[3],
                    **dict(
                        zip(
                            ("leads_dialed", "leads_reached", "leads_invalid"),
                            map(int, tried.get((row[0], row[1]), (0, 0, 0))),
                            strict=True,
                        )
                    ),
                )
                for row in connection.execute(there.group_by(*group))
            )

    def tally_imports(self, campaign_ids: Sequence[int]) -> Sequence[ImportTally]:
        """See the port."""
        wanted = sa.select(lead_imports.c.state).where(
            lead_imports.c.campaign_id.in_(campaign_ids), lead_imports.c.status != ImportStatus.ROLLED_BACK
        )
        with self._database.reading() as connection:
            return tally_imports(msgspec.json.decode(state, type=LeadImport) for state in connection.scalars(wanted))

    def list_names(self, campaign_ids: Sequence[int]) -> Sequence[ListName]:
        """See the port."""
        wanted = sa.select(lead_lists.c.campaign_id, lead_lists.c.list_id, lead_lists.c.name)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.where(lead_lists.c.campaign_id.in_(campaign_ids)))
            return tuple(ListName(campaign_id=row[0], list_id=row[1], name=row[2]) for row in rows)

    def tally_calls(self, wanted: ReportFilter) -> Sequence[CallTally]:
        """See the port."""
        quarter = self._quarter(attempts.c.placed_at).label("quarter")
        query = sa.select(
            attempts.c.campaign_id,
            quarter,
            _count(~_IS_NOT_PLACED | attempts.c.outcome.is_(None)),
            _count(_IS_LATE),
            _count(_IS_SHORT_RING),
            _count(attempts.c.outcome == Outcome.REFUSED),
        ).group_by(attempts.c.campaign_id, quarter)
        with self._database.reading() as connection:
            rows = connection.execute(_within(query, msgspec.structs.replace(wanted, list_id=None)))
            names = CallTally.__struct_fields__
            return tuple(CallTally(**dict(zip(names, row, strict=True))) for row in rows)

    def tally_digits(self, wanted: ReportFilter) -> Sequence[DigitTally]:
        """See the port."""
        with self._database.reading() as connection:
            return tuple(sql_usage.digits(connection, wanted, self._quarter))

    def tally_skips(self, wanted: ReportFilter) -> Sequence[SkipTally]:
        """See the port."""
        with self._database.reading() as connection:
            return tuple(sql_skips.tally(connection, wanted))

    def tally_usage(self, wanted: ReportFilter) -> Sequence[UsageTally]:
        """See the port."""
        with self._database.reading() as connection:
            return tuple(sql_usage.usage(connection, wanted, self._quarter))

    def answer_hours(self, campaign_id: int) -> Sequence[AnswerHour]:
        """See the port."""
        table = answer_hours.c
        wanted = sa.select(table.hour, table.answered, table.abandoned, table.machines)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.where(table.campaign_id == campaign_id).order_by(table.hour))
            return tuple(AnswerHour(*row) for row in rows)

    def tally_agents(self, tenant_id: int, since: float | None, until: float | None) -> Sequence[AgentTally]:
        """See the port."""
        table = agent_stays.c
        quarter = self._quarter(table.started_at).label("quarter")
        query = sa.select(
            table.agent_id,
            quarter,
            table.state,
            sa.func.sum(table.ended_at - table.started_at),
            _count(table.is_entry),
            sa.func.min(table.started_at),
            sa.func.max(table.ended_at),
        ).where(table.tenant_id == tenant_id)
        if since is not None:
            query = query.where(table.started_at >= since)
        if until is not None:
            query = query.where(table.started_at < until)
        with self._database.reading() as connection:
            rows = connection.execute(query.group_by(table.agent_id, quarter, table.state))
            names = AgentTally.__struct_fields__
            return tuple(AgentTally(**dict(zip(names, row, strict=True))) for row in rows)

    def write_stays(self, stays: Sequence[AgentStay]) -> None:
        """See the port."""
        with self._database.writing() as connection:
            statement = insert(connection, agent_stays)
            changed = {name: statement.excluded[name] for name in ("ended_at", "state", "is_entry")}
            upsert = statement.on_conflict_do_update(index_elements=list(agent_stays.primary_key), set_=changed)
            for chunk in chunks([msgspec.structs.asdict(stay) for stay in stays], CHUNK):
                connection.execute(upsert, list(chunk))

    def _column(self, key: Key) -> sa.ColumnElement[Any]:
        return self._quarter(attempts.c.placed_at) if key is Key.QUARTER else _COLUMNS[key]

    def _quarter(self, at: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        # SQLite cuts towards zero, which is the same after 1970; PostgreSQL would round.
        quarters = at / sa.literal_column(str(QUARTER_S))
        return sa.cast(quarters if self._database.is_sqlite else sa.func.floor(quarters), sa.BigInteger)


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many rows meet a condition."""
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _sum(condition: sa.ColumnElement[bool], value: sa.ColumnElement[Any]) -> sa.ColumnElement[float]:
    """The sum of a value over the rows that meet a condition."""
    return sa.func.coalesce(sa.func.sum(sa.case((condition, value))), sa.literal_column("0.0"))


def _within(query: sa.Select[Any], wanted: ReportFilter) -> sa.Select[Any]:
    query = query.where(attempts.c.campaign_id.in_(wanted.campaign_ids))
    if wanted.since is not None:
        query = query.where(attempts.c.placed_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(attempts.c.placed_at < wanted.until)
    if wanted.list_id is not None:
        query = query.where(sa.func.coalesce(leads.c.list_id, 0) == wanted.list_id)
    return query
