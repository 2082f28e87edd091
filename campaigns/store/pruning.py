"""Records of calls that are older than they must be kept: CDRs, attempts, evidence and skips, deleted some at a time.

A campaign's records are kept as long as its profiles ask, or as long as the installation says where that is longer.
Attempts go lead by lead, all of a closed lead at once when its last is old enough: attempts of one lead are numbered
without gaps. Counts by day and hour stay, they name nobody.
"""

from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from campaigns.model import Campaign, LeadStatus
from campaigns.rules.places.place import NOWHERE
from campaigns.rules.profiles.reading import BY_NUMBER, profiles
from campaigns.rules.ruleset import rule_set
from campaigns.store.database import Database
from campaigns.store.rows import to_campaign
from campaigns.store.schema import attempts, campaigns, cdrs, evidence, leads
from campaigns.store.skip_schema import skips

DAY_S = 86_400.0
KEPT_DAYS = 5 * 365 + 2
"""Records of calls are kept for five years from their date (16 CFR 310.5(b))."""
CHUNK = 1000


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """How many records were deleted, or would be."""

    cdrs: int = 0
    attempts: int = 0
    evidence: int = 0
    skips: int = 0

    def plus(self, other: "Pruned") -> "Pruned":
        """Both together."""
        return Pruned(
            cdrs=self.cdrs + other.cdrs,
            attempts=self.attempts + other.attempts,
            evidence=self.evidence + other.evidence,
            skips=self.skips + other.skips,
        )


def kept_days(campaign: Campaign, days: int) -> int:
    """For how many days a campaign's records are kept: as its profiles ask, and no less than `days`."""
    if campaign.compliance == BY_NUMBER:
        asked = [one.retention.days for one in profiles().values() if one.retention is not None]
    else:
        asked = [rule_set(campaign, NOWHERE, "").retention_days]
    return max(days, *asked)


def prune(
    database: Database,
    now: float,
    days: int = KEPT_DAYS,
    is_dry_run: bool = False,
    told: Callable[[Pruned], None] = lambda _: None,
) -> Pruned:
    """Delete what is older than it must be kept.

    Args:
        database: its tables are up to date.
        now: Unix seconds.
        days: records are kept so long at least; longer where a campaign's profile asks for it.
        is_dry_run: only count.
        told: hears how many have been deleted so far.

    Raises:
        StoreUnavailableError: the database cannot be used; what was deleted before stays deleted.
    """
    total = Pruned()
    with database.reading() as connection:
        found = [to_campaign(*row) for row in connection.execute(sa.select(campaigns))]
    for campaign in found:
        before = now - kept_days(campaign, days) * DAY_S
        if is_dry_run:
            with database.reading() as connection:
                total = total.plus(_count(connection, campaign.campaign_id, before))
            continue
        for step in (_delete_cdrs, _delete_attempts, _delete_skips):
            while True:
                with database.writing() as connection:
                    deleted = step(connection, campaign.campaign_id, before)
                if deleted == Pruned():
                    break
                total = total.plus(deleted)
                told(total)
    return total


def _old_cdrs(campaign_id: int, before: float) -> tuple[sa.ColumnElement[bool], ...]:
    return cdrs.c.campaign_id == campaign_id, cdrs.c.started_at < before


def _old_skips(campaign_id: int, before: float) -> tuple[sa.ColumnElement[bool], ...]:
    return skips.c.campaign_id == campaign_id, skips.c.skipped_at < before


def _old_leads(campaign_id: int, before: float) -> sa.Select[tuple[int]]:
    """Closed leads whose attempts are all old."""
    later = attempts.alias()
    has_later = sa.exists().where(later.c.lead_id == attempts.c.lead_id, later.c.placed_at >= before)
    is_closed = sa.exists().where(leads.c.lead_id == attempts.c.lead_id, leads.c.status == LeadStatus.CLOSED)
    old = (attempts.c.campaign_id == campaign_id, attempts.c.placed_at < before)
    return sa.select(attempts.c.lead_id).where(*old, ~has_later, is_closed).distinct()


def _count(connection: sa.Connection, campaign_id: int, before: float) -> Pruned:
    def count(table: sa.Table, *wanted: sa.ColumnElement[bool]) -> int:
        return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*wanted)) or 0

    old = _old_leads(campaign_id, before)
    return Pruned(
        cdrs=count(cdrs, *_old_cdrs(campaign_id, before)),
        attempts=count(attempts, attempts.c.lead_id.in_(old)),
        evidence=count(evidence, evidence.c.lead_id.in_(old)),
        skips=count(skips, *_old_skips(campaign_id, before)),
    )


def _delete_cdrs(connection: sa.Connection, campaign_id: int, before: float) -> Pruned:
    some = sa.select(cdrs.c.call_id).where(*_old_cdrs(campaign_id, before)).limit(CHUNK)
    found = connection.scalars(some).all()
    if not found:
        return Pruned()
    return Pruned(cdrs=connection.execute(cdrs.delete().where(cdrs.c.call_id.in_(found))).rowcount)


def _delete_attempts(connection: sa.Connection, campaign_id: int, before: float) -> Pruned:
    found = connection.scalars(_old_leads(campaign_id, before).limit(CHUNK)).all()
    if not found:
        return Pruned()
    return Pruned(
        evidence=connection.execute(evidence.delete().where(evidence.c.lead_id.in_(found))).rowcount,
        attempts=connection.execute(attempts.delete().where(attempts.c.lead_id.in_(found))).rowcount,
    )


def _delete_skips(connection: sa.Connection, campaign_id: int, before: float) -> Pruned:
    key = sa.tuple_(skips.c.lead_id, skips.c.skipped_at)
    found = connection.execute(
        sa.select(skips.c.lead_id, skips.c.skipped_at).where(*_old_skips(campaign_id, before)).limit(CHUNK)
    ).all()
    if not found:
        return Pruned()
    return Pruned(skips=connection.execute(skips.delete().where(key.in_([tuple(row) for row in found]))).rowcount)
