"""Listings of what is kept in memory: all of it looked through, the newest first."""

import heapq
from collections.abc import Iterable
from typing import TypeVar

from campaigns.model import Attempt, Cdr
from campaigns.ports import AttemptFilter
from campaigns.store import listing

K = TypeVar("K", listing.AttemptKey, listing.CdrKey)
R = TypeVar("R", Attempt, Cdr)


def is_wanted(row: Attempt | Cdr, at: float, tenant_id: int, wanted: AttemptFilter) -> bool:
    """Say whether a listing wants this row, whose time is `at`."""
    return (
        wanted.tenant_id in {None, tenant_id}
        and (wanted.campaign_id is None or row.campaign_id == wanted.campaign_id)
        and (wanted.outcome is None or row.outcome is wanted.outcome)
        and (wanted.agent_id is None or row.agent_id == wanted.agent_id)
        and (wanted.since is None or at >= wanted.since)
    )


def newest(keyed: Iterable[tuple[K, R]], before: K | None, count: int) -> list[tuple[K, R]]:
    """The newest rows older than a key, each with its key."""
    older = keyed if before is None else (row for row in keyed if row[0] < before)
    return heapq.nlargest(count, older, key=_key)


def _key(row: tuple[K, R]) -> K:
    return row[0]
