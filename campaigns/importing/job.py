"""An import that survives whatever interrupts it: how far it has come is stored with the leads of its rows."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from campaigns.importing.batches import Batch, Heading, ImportOptions
from campaigns.importing.leads import refused_by_store, rules_of
from campaigns.importing.reading import batches_of
from campaigns.importing.rejects import RejectsFile
from campaigns.imports import AddRules, ImportStatus, LeadImport, OnDuplicate
from campaigns.model import NewLead
from campaigns.ports import CampaignStore, ImportFilter, LeadsAdded
from campaigns.service.errors import CallerError, ImportMovedError, StoreUnavailableError

Watch = Callable[[LeadImport], None]


def new_import(
    store: CampaignStore, campaign_id: int, path: Path, options: ImportOptions, now: float, file_name: str = ""
) -> LeadImport:
    """Store that a file is to be imported.

    Raises:
        CampaignNotFoundError: no such campaign.
        CallerError: the file cannot be read.
    """
    list_id = store.open_list(campaign_id, options.list_name) if options.list_name and not options.dry_run else 0
    return store.create_import(
        LeadImport(
            import_id=0,
            campaign_id=campaign_id,
            list_id=list_id,
            file_name=file_name or path.name,
            digest=digest_of(path),
            options=msgspec.json.encode(options).decode(),
            created_at=now,
            updated_at=now,
        )
    )


def unfinished(store: CampaignStore, campaign_id: int, path: Path, options: ImportOptions) -> LeadImport | None:
    """The import of this file, with these options, that was interrupted; None where there is none."""
    digest, text = digest_of(path), msgspec.json.encode(options).decode()
    return next(
        (
            one
            for status in (ImportStatus.QUEUED, ImportStatus.RUNNING)
            for one in store.lead_imports(ImportFilter(campaign_id=campaign_id, status=status)).items
            if (one.digest, one.options) == (digest, text)
        ),
        None,
    )


def digest_of(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        CallerError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CallerError(f"{path} cannot be read: {error.strerror}") from None


def run_import(
    store: CampaignStore,
    state: LeadImport,
    path: Path,
    rejects: Path,
    now: Callable[[], float],
    watch: Watch = lambda _: None,
) -> LeadImport:
    """Take a file in, from where the import was interrupted; returns how it ended.

    Args:
        store: where the campaign is.
        state: the import, as it is stored.
        path: the file.
        rejects: where rejected rows are written; nothing else must write there.
        now: the time, Unix seconds.
        watch: told after every batch how far it has come.

    Raises:
        ImportMovedError: another process goes on with this import, or it was rolled back.
        StoreUnavailableError: the database is gone; run it again and it goes on.
    """
    options = msgspec.json.decode(state.options, type=ImportOptions)
    try:
        heading, batches = batches_of(path, options, skip=state.rows)
        state = _begun(store, state, heading, now())
        watch(state)
        file = RejectsFile(rejects, heading.columns, state.rejects_bytes)
        step = _Step(store, options, file, now)
        for batch in batches:
            state = step.take(state, batch)
            watch(state)
    except (ImportMovedError, StoreUnavailableError):
        raise
    except CallerError as error:
        return _changed(store, state, status=ImportStatus.FAILED, problem=str(error), updated_at=now())
    return _changed(store, state, status=ImportStatus.FINISHED, done=state.size, updated_at=now())


class _Step:
    """One batch after the other into the store."""

    def __init__(
        self, store: CampaignStore, options: ImportOptions, rejects: RejectsFile, now: Callable[[], float]
    ) -> None:
        self._store = store
        self._options = options
        self._rejects = rejects
        self._now = now
        self._seen: set[str] = set()
        """Numbers of the file so far; only for a dry run, which leaves none where they could be looked up."""

    def take(self, state: LeadImport, batch: Batch) -> LeadImport:
        rules = rules_of(self._options, state.list_id, state.import_id)

        def settle(added: LeadsAdded) -> LeadImport:
            refused = refused_by_store(batch, added, rules)
            is_rejecting = rules.duplicates is OnDuplicate.REJECT
            return replace(
                state,
                rows=state.rows + batch.rows,
                accepted=state.accepted + added.accepted,
                rejected=state.rejected + len(batch.rejected) + len(refused),
                duplicates=state.duplicates + (0 if is_rejecting else added.duplicates),
                updated=state.updated + added.updated,
                blocked=state.blocked + added.blocked,
                done=batch.done,
                # Before the commit: what is longer than the state says is cut off by whoever goes on.
                rejects_bytes=self._rejects.write([*batch.rejected, *refused]),
                updated_at=self._now(),
            )

        if not self._options.dry_run:
            return self._store.continue_import(state, batch.leads, rules, settle)
        after = settle(self._would_add(state.campaign_id, batch.leads, rules))
        self._store.update_import(state, after)
        return after

    def _would_add(self, campaign_id: int, leads: list[NewLead], rules: AddRules) -> LeadsAdded:
        """What adding them would answer, were the rows before in the store."""
        is_seen = [not self._seen.isdisjoint(_numbers_of(lead)) for lead in leads]
        places = [index for index, seen in enumerate(is_seen) if not seen]
        found = self._store.check_leads(campaign_id, [leads[index] for index in places], rules)
        blocked = [places[index] for index in found.blocked_at]
        again = sorted([places[index] for index in found.duplicates_at] + [i for i, seen in enumerate(is_seen) if seen])
        for index in set(places).difference(blocked):
            self._seen.update(_numbers_of(leads[index]))
        return LeadsAdded(
            accepted=found.accepted,
            duplicates=len(again),
            blocked=found.blocked,
            updated=len(again) if rules.duplicates is OnDuplicate.UPDATE else 0,
            duplicates_at=tuple(again),
            blocked_at=tuple(blocked),
        )


def _numbers_of(lead: NewLead) -> list[str]:
    return [one.number for one in lead.numbers] or [lead.number]


def _begun(store: CampaignStore, state: LeadImport, heading: Heading, now: float) -> LeadImport:
    return _changed(
        store,
        state,
        status=ImportStatus.RUNNING,
        size=heading.size,
        file=heading.described,
        columns=heading.mapped,
        problem="",
        updated_at=now,
    )


def _changed(store: CampaignStore, state: LeadImport, **changes: object) -> LeadImport:
    after: LeadImport = msgspec.structs.replace(state, **changes)
    store.update_import(state, after)
    return after
