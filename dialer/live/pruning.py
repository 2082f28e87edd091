"""Once a day: records of calls that are older than they must be kept are deleted."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from campaigns.service.errors import CampaignsError
from campaigns.store.database import Database
from campaigns.store.pruning import Pruned, prune
from dialer.live.rhythm import keep_doing

log = logging.getLogger(__name__)

FIRST_S = 900.0
"""Not while the service has just begun to work."""
EVERY_S = 86_400.0


class LivePruning:
    """Deletes in a thread, some records at a time, so that nothing else waits long for the database.

    Args:
        database: where they are.
        kept_days: records are kept so long at least; 0 deletes none.
        now: Unix seconds.
    """

    def __init__(self, database: Database, kept_days: int, now: Callable[[], float]) -> None:
        self._database = database
        self._kept_days = kept_days
        self._now = now
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep the rhythm."""
        if self._kept_days:
            self._working = asyncio.create_task(keep_doing("deleting old records", self.prune_once, EVERY_S, FIRST_S))

    async def stop(self) -> None:
        """End; what has been deleted stays deleted."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    async def prune_once(self) -> Pruned:
        """Delete what is old enough today; a database that cannot be used is tried again tomorrow."""
        try:
            done = await asyncio.to_thread(prune, self._database, self._now(), self._kept_days)
        except CampaignsError as error:
            log.warning("old records could not be deleted: %s", error)
            return Pruned()
        if done != Pruned():
            said = (done.cdrs, done.attempts, done.evidence, done.skips)
            log.info("deleted %d CDRs, %d attempts, %d records of evidence, %d skips", *said)
        return done
