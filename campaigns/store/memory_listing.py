"""Listings of what is kept in memory: all of it looked through, the newest first."""

import heapq
from collections.abc import Callable, Iterable
from typing import TypeVar

from campaigns.imports import LeadImport
from campaigns.model import Attempt, Cdr, Lead
from campaigns.ports import AttemptFilter, ImportFilter, LeadFilter, Page
from campaigns.store import listing

K = TypeVar("K", listing.AttemptKey, listing.CdrKey)
R = TypeVar("R", Attempt, Cdr)

TenantOf = Callable[[int], int]
"""Whose a campaign is."""


def is_wanted(row: Attempt | Cdr, at: float, tenant_id: int, wanted: AttemptFilter) -> bool:
    """Say whether a listing wants this row, whose time is `at`."""
    return (
        wanted.tenant_id in {None, tenant_id}
        and (wanted.campaign_id is None or row.campaign_id == wanted.campaign_id)
        and (wanted.outcome is None or row.outcome is wanted.outcome)
        and (wanted.agent_id is None or row.agent_id == wanted.agent_id)
        and (wanted.since is None or at >= wanted.since)
        and (wanted.until is None or at < wanted.until)
    )


def newest(keyed: Iterable[tuple[K, R]], before: K | None, count: int) -> list[tuple[K, R]]:
    """The newest rows older than a key, each with its key."""
    older = keyed if before is None else (row for row in keyed if row[0] < before)
    return heapq.nlargest(count, older, key=_key)


def attempts_page(tried: Iterable[Attempt], tenant_of: TenantOf, wanted: AttemptFilter) -> Page[Attempt]:
    """A page of attempts, newest first."""
    limit = listing.check_limit(wanted)
    before = None if wanted.cursor is None else listing.read_attempt_cursor(wanted.cursor)
    keyed = (
        ((attempt.placed_at, attempt.lead_id, attempt.attempt_number), attempt)
        for attempt in tried
        if is_wanted(attempt, attempt.placed_at, tenant_of(attempt.campaign_id), wanted)
    )
    return listing.cut(newest(keyed, before, limit + 1), limit, listing.attempt_cursor)


def cdrs_page(cdrs: Iterable[Cdr], tenant_of: TenantOf, wanted: AttemptFilter) -> Page[Cdr]:
    """A page of CDRs, newest first."""
    limit = listing.check_limit(wanted)
    before = None if wanted.cursor is None else listing.read_cdr_cursor(wanted.cursor)
    keyed = (
        ((cdr.started_at, cdr.call_id), cdr)
        for cdr in cdrs
        if is_wanted(cdr, cdr.started_at, tenant_of(cdr.campaign_id), wanted)
    )
    return listing.cut(newest(keyed, before, limit + 1), limit, listing.cdr_cursor)


def leads_page(leads: Iterable[Lead], wanted: LeadFilter) -> Page[Lead]:
    """A page of leads, oldest first."""
    limit, after = listing.check_limit(wanted), listing.read_id_cursor(wanted.cursor)
    found = (
        (lead.lead_id, lead)
        for lead in leads
        if lead.lead_id > after
        and lead.campaign_id == wanted.campaign_id
        and all(
            getattr(wanted, field) in {None, getattr(lead, field)}
            for field in ("list_id", "status", "number", "external_id")
        )
    )
    return listing.cut(heapq.nsmallest(limit + 1, found, key=lambda one: one[0]), limit, str)


def imports_page(imports: Iterable[LeadImport], tenant_of: TenantOf, wanted: ImportFilter) -> Page[LeadImport]:
    """A page of imports, newest first."""
    limit, before = listing.check_limit(wanted), listing.read_id_cursor(wanted.cursor, listing.ID_MAX)
    found = (
        (one.import_id, one)
        for one in imports
        if one.import_id < before
        and wanted.tenant_id in {None, tenant_of(one.campaign_id)}
        and wanted.campaign_id in {None, one.campaign_id}
        and wanted.status in {None, one.status}
    )
    return listing.cut(heapq.nlargest(limit + 1, found, key=lambda one: one[0]), limit, str)


def _key(row: tuple[K, R]) -> K:
    return row[0]
