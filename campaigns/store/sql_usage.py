"""Keys pressed and usage in SQL: counts of CDRs, recordings and imports by campaign and quarter of an hour."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from campaigns.imports import LeadImport
from campaigns.reports.importing import used_by_imports
from campaigns.reports.model import DigitTally, ReportFilter, UsageTally
from campaigns.store.recording_schema import recordings
from campaigns.store.schema import cdrs, lead_imports

Quarter = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]]
"""The quarter of an hour of a moment, as the database counts it."""


def digits(connection: sa.Connection, wanted: ReportFilter, quarter_of: Quarter) -> Iterator[DigitTally]:
    """Keys pressed in answered calls."""
    group = (cdrs.c.campaign_id, quarter_of(cdrs.c.started_at).label("quarter"), cdrs.c.digits)
    query = sa.select(*group, sa.func.count()).where(cdrs.c.answered_at.is_not(None))
    for row in connection.execute(_within(query, cdrs, wanted).group_by(*group)):
        yield DigitTally(campaign_id=row[0], quarter=row[1], digits=row[2], calls=row[3])


def usage(connection: sa.Connection, wanted: ReportFilter, quarter_of: Quarter) -> Iterator[UsageTally]:
    """Calls, recordings and imports, each in tallies of their own."""
    group = (cdrs.c.campaign_id, quarter_of(cdrs.c.started_at).label("quarter"))
    answered_s = sa.case((cdrs.c.answered_at.is_not(None), cdrs.c.ended_at - cdrs.c.answered_at), else_=0.0)
    query = sa.select(
        *group, sa.func.count(), sa.func.count(cdrs.c.answered_at), sa.func.sum(answered_s), sa.func.sum(cdrs.c.talk_s)
    )
    for row in connection.execute(_within(query, cdrs, wanted).group_by(*group)):
        yield UsageTally(
            campaign_id=row[0], quarter=row[1], calls=row[2], answered=row[3], answered_s=row[4], talk_s=row[5]
        )
    group = (recordings.c.campaign_id, quarter_of(recordings.c.started_at).label("quarter"))
    query = sa.select(*group, sa.func.count(), sa.func.sum(recordings.c.duration_s))
    for row in connection.execute(_within(query, recordings, wanted).group_by(*group)):
        yield UsageTally(campaign_id=row[0], quarter=row[1], recordings=row[2], recorded_s=row[3])
    states = sa.select(lead_imports.c.state).where(lead_imports.c.campaign_id.in_(wanted.campaign_ids))
    yield from used_by_imports(
        (msgspec.json.decode(one, type=LeadImport) for one in connection.scalars(states)), wanted
    )


def _within(query: sa.Select[Any], table: sa.Table, wanted: ReportFilter) -> sa.Select[Any]:
    query = query.where(table.c.campaign_id.in_(wanted.campaign_ids))
    if wanted.since is not None:
        query = query.where(table.c.started_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(table.c.started_at < wanted.until)
    return query
