"""Skips in memory."""

import heapq
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from campaigns.ports import Page
from campaigns.service.erasing import pseudonym
from campaigns.skips import Skip, SkipFilter
from campaigns.store import listing


class MemorySkips:
    """Leads that agents looked at and did not call, by moment and lead."""

    def __init__(self) -> None:
        self._skips: dict[listing.SkipKey, Skip] = {}

    def record(self, new: Sequence[Skip]) -> None:
        """Keep skips; one that is there already changes nothing."""
        for one in new:
            self._skips.setdefault((one.skipped_at, one.lead_id), one)

    def page(self, tenant_of: Callable[[int], int], wanted: SkipFilter) -> Page[Skip]:
        """A page of skips, newest first."""
        limit = listing.check_limit(wanted)
        before = None if wanted.cursor is None else listing.read_skip_cursor(wanted.cursor)
        found = (
            (key, one)
            for key, one in self._skips.items()
            if (before is None or key < before)
            and wanted.tenant_id in {None, tenant_of(one.campaign_id)}
            and all(
                getattr(wanted, field) in {None, getattr(one, field)}
                for field in ("campaign_id", "lead_id", "agent_id", "reason")
            )
            and (wanted.since is None or one.skipped_at >= wanted.since)
            and (wanted.until is None or one.skipped_at < wanted.until)
        )
        return listing.cut(heapq.nlargest(limit + 1, found, key=lambda one: one[0]), limit, listing.skip_cursor)

    def erase(self, lead_id: int) -> None:
        """What agents noted of a lead may name the person."""
        for key, one in self._skips.items():
            if one.lead_id == lead_id:
                self._skips[key] = replace(one, number=pseudonym(lead_id), note="")
