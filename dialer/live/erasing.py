"""Erasing a person, in the service: the database at once, then what lies on this machine, also after a crash."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from campaigns.erasures import ErasedBeside, Erasure, ErasureReport
from campaigns.importing.rejects import erase_rows
from campaigns.service.erasing import erase_person
from campaigns.service.errors import CampaignsError
from campaigns.service.spelling import Spellings
from campaigns.store import erasure_journal, suppression_journal
from campaigns.store.erasures import SqlErasures
from campaigns.store.sql import SqlStore
from dialer.live.rhythm import keep_doing
from dialer.messages import NumbersBlocked
from dialer.runner.trace_erasing import erase_from_trace

log = logging.getLogger(__name__)

EVERY_S = 60.0
"""How often erasures that another engine has taken are looked for."""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where on this machine something of a person may lie; None where there is no such thing."""

    journal: Path | None
    recordings: Path | None
    imports: Path
    trace: Path | None
    suppressions: Path | None = None
    """The journal of do-not-call requests: what a restored backup has forgotten too, and so must know again."""


class LiveErasing:
    """Erases people, and carries out on this machine what was begun before a crash or by another engine.

    Args:
        store: where people are.
        engine_id: whose machine this is.
        places: where to look.
        now: Unix seconds.
        block: tells the engine of numbers that must not be dialed; called on the loop.
        flush_trace: writes what is still in memory of the trace.
    """

    def __init__(
        self,
        store: SqlStore,
        engine_id: str,
        places: Places,
        now: Callable[[], float],
        block: Callable[[NumbersBlocked], None],
        flush_trace: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._erasures = SqlErasures(store.database)
        self._engine_id = engine_id
        self._places = places
        self._now = now
        self._block = block
        self._flush_trace = flush_trace
        self._one_at_a_time = threading.Lock()
        self._working: asyncio.Task[None] | None = None

    async def erase(self, number: str, tenant_id: int) -> ErasureReport:
        """Erase a person; returns what was found where.

        Where a file of this machine could not be written, `done_by` lacks this engine, and it is tried again.

        Raises:
            CallerError: it is no number, or a call to the person is under way; nothing is erased.
        """
        erased = await asyncio.to_thread(erase_person, self._store, number, self._now(), tenant_id)
        self._block(NumbersBlocked(numbers=erased.suppressed, tenant_id=tenant_id))
        # What the engine has just been told is in the trace too.
        self._flush_trace()
        await asyncio.to_thread(self._try)
        (report,) = await asyncio.to_thread(self._erasures.reports, tenant_id, erased.erasure_id)
        return report

    def reports(self, tenant_id: int) -> Sequence[ErasureReport]:
        """The tenant's erasures, newest first; called in a worker thread."""
        return self._erasures.reports(tenant_id)

    async def start(self) -> None:
        """Finish what a crash has interrupted, undo what a restored backup has brought back, and keep looking."""
        await asyncio.to_thread(self._begin)
        self._working = asyncio.create_task(keep_doing("carrying out erasures", self._work, EVERY_S))

    async def stop(self) -> None:
        """End; what is not done yet is done at the next start."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    def carry_out(self) -> None:
        """Do this engine's part of all erasures that it has not done; called in a worker thread.

        Raises:
            OSError, CampaignsError: it could not be done; it is tried again later.
        """
        with self._one_at_a_time:
            while waiting := self._erasures.pending(self._engine_id):
                for erasure in waiting:
                    found = self._carry_out(erasure)
                    self._erasures.done(erasure, self._engine_id, found, self._now())
                    log.info("erasure %d is carried out here: %s", erasure.erasure_id, msgspec.structs.asdict(found))

    def _carry_out(self, erasure: Erasure) -> ErasedBeside:
        # First: a backup that comes back must not bring the person back, whatever happens to this machine next.
        if self._places.journal is not None:
            erasure_journal.append(self._places.journal, erasure)
        spellings = Spellings(erasure.numbers)
        rejects = self._places.imports.glob("import-*.rejects.csv")
        traces = [] if (trace := self._places.trace) is None else [trace, trace.with_name(f"{trace.name}.old")]
        return ErasedBeside(
            recordings=self._erase_recordings(erasure),
            webhook_deliveries=self._erasures.erase_deliveries(erasure),
            kept_answers=self._erasures.erase_answers(erasure),
            rejected_rows=sum(erase_rows(path, spellings) for path in sorted(rejects)),
            trace_lines=sum(erase_from_trace(path, spellings) for path in traces if path.is_file()),
        )

    def _erase_recordings(self, erasure: Erasure) -> int:
        calls = self._erasures.call_ids(erasure)
        deleted = self._erasures.forget_recordings(list(calls), _delete)
        # Files are named for their call: those that never came into the index, or whose entry another engine took out.
        for call_id, placed_at in calls.items():
            for path in _files_of(self._places.recordings, call_id, placed_at):
                _delete(str(path))
                deleted += 1
        return deleted

    def _begin(self) -> None:
        journal = self._places.journal
        if journal is not None:
            again = erasure_journal.reapply(self._store.database, erasure_journal.read(journal))
            if again:
                log.warning("%d people erased since this database was backed up are erased from it again", len(again))
        suppressions = self._places.suppressions
        if suppressions is not None:
            added = suppression_journal.reapply(self._store.database, suppression_journal.read(suppressions))
            if added:
                log.warning("%d numbers blocked since this database was backed up are blocked in it again", added)
        self._try()

    def _try(self) -> None:
        try:
            self.carry_out()
        except (OSError, CampaignsError) as error:
            log.error("an erasure could not be carried out to its end here; it is tried again: %s", error)

    async def _work(self) -> None:
        await asyncio.to_thread(self._try)


def _files_of(folder: Path | None, call_id: str, placed_at: float) -> list[Path]:
    """The recordings of a call: it was bridged on the day it was placed, or on the next."""
    if folder is None:
        return []
    first = datetime.fromtimestamp(placed_at, UTC)
    days = [(first + timedelta(days=more)).strftime("%Y/%m/%d") for more in (0, 1)]
    return [path for day in days for path in sorted((folder / day).glob(f"{call_id}_*.wav"))]


def _delete(path: str) -> None:
    Path(path).unlink(missing_ok=True)
