"""Imports that the service carries out, one after the other; those that its end interrupted go on at the next start."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

from campaigns.imports import ImportStatus, LeadImport
from campaigns.ports import CampaignStore, ImportFilter
from campaigns.store.listing import PAGE_MAX
from dialer.live.process import run_process

log = logging.getLogger(__name__)

TRIES_MAX = 3
"""A process that dies is started so often; then the import waits for the next start of the service."""
RETRY_S = 5.0

Announce = Callable[[int], Awaitable[None]]


class LiveImportJobs:
    """Starts a process for each import and tells the engine when it has ended.

    Args:
        store: where imports are kept.
        database_url: the same, for the process.
        folder: where files wait and rejected rows are written.
        announce: told of a campaign that has new leads.
    """

    def __init__(self, store: CampaignStore, database_url: str, folder: Path, announce: Announce) -> None:
        self._store = store
        self._database_url = database_url
        self._folder = folder
        self._announce = announce
        self._waiting: asyncio.Queue[int] = asyncio.Queue()
        self._working: asyncio.Task[None] | None = None

    def place(self) -> Path:
        """A path for a file that is about to be imported."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"upload-{uuid4().hex}"

    def queue(self, import_id: int, file: Path) -> None:
        """Import a file as soon as those before are done."""
        file.replace(self._file(import_id))
        self._waiting.put_nowait(import_id)

    def rejects(self, import_id: int) -> Path:
        """Where the rejected rows of an import are."""
        return self._folder / f"import-{import_id}.rejects.csv"

    async def start(self) -> None:
        """Begin to work, first on what was interrupted."""
        for state in sorted(await asyncio.to_thread(self._unfinished), key=lambda one: one.import_id):
            # An import whose file is elsewhere was begun by a command, and that goes on with it.
            if self._file(state.import_id).exists():
                log.info("import %d was interrupted after %d rows; it goes on", state.import_id, state.rows)
                self._waiting.put_nowait(state.import_id)
        self._working = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """End; an import under way goes on at the next start."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    def _unfinished(self) -> Iterator[LeadImport]:
        for status in (ImportStatus.QUEUED, ImportStatus.RUNNING):
            yield from self._store.lead_imports(ImportFilter(status=status, limit=PAGE_MAX)).items

    def _file(self, import_id: int) -> Path:
        return self._folder / f"import-{import_id}"

    async def _work(self) -> None:
        while True:
            import_id = await self._waiting.get()
            try:
                await self._carry_out(import_id)
            except Exception:
                log.exception("import %d could not be carried out; it goes on at the next start", import_id)

    async def _carry_out(self, import_id: int) -> None:
        for _ in range(TRIES_MAX):
            status = await self._run_process(import_id)
            state = await asyncio.to_thread(self._store.lead_import, import_id)
            if state.status not in {ImportStatus.QUEUED, ImportStatus.RUNNING}:
                log.info("import %d is %s: %d of %d rows accepted", import_id, state.status, state.accepted, state.rows)
                self._file(import_id).unlink(missing_ok=True)
                await self._announce(state.campaign_id)
                return
            log.warning("the process of import %d ended with %d after %d rows", import_id, status, state.rows)
            await asyncio.sleep(RETRY_S)
        log.error("import %d is left where it is; it goes on at the next start", import_id)

    async def _run_process(self, import_id: int) -> int:
        arguments = (str(import_id), str(self._file(import_id)), str(self.rejects(import_id)))
        return await run_process("dialer.live.import_process", arguments, self._database_url)
