"""The words of bringing lists in: by which rules leads are added, and an import on its way."""

from enum import StrEnum

import msgspec


class DuplicateScope(StrEnum):
    """Where a number must not stand already."""

    FILE = "file"
    """Further up in the same file."""
    LIST = "list"
    CAMPAIGN = "campaign"
    TENANT = "tenant"
    """In any campaign."""


class OnDuplicate(StrEnum):
    """What becomes of a new lead whose number is there already."""

    SKIP = "skip"
    """The lead that is there stays as it is."""
    UPDATE = "update"
    """The lead that is there takes over what the new one states."""
    REJECT = "reject"
    """As skip, and the row is reported as an error."""


class AddRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How new leads are added."""

    list_id: int = 0
    scope: DuplicateScope = DuplicateScope.CAMPAIGN
    duplicates: OnDuplicate = OnDuplicate.SKIP
    import_id: int = 0
    """The import they come from; 0 for none."""


class ImportStatus(StrEnum):
    """Where an import stands."""

    QUEUED = "queued"
    RUNNING = "running"
    """Under way; after a crash it stands here too, and goes on where it was."""
    FINISHED = "finished"
    FAILED = "failed"
    """The file could not be read; leads of rows before were added."""
    ROLLED_BACK = "rolled_back"
    """Its leads were taken out again."""


class LeadImport(msgspec.Struct, frozen=True, kw_only=True):
    """One file on its way into a campaign; rows = accepted + rejected + duplicates."""

    import_id: int
    campaign_id: int
    list_id: int = 0
    status: ImportStatus = ImportStatus.QUEUED
    file_name: str
    digest: str
    """SHA-256 of the file."""
    options: str = "{}"
    """How it is read and added, as JSON."""
    created_at: float
    updated_at: float
    rows: int = 0
    """Rows of which it is decided what becomes of them."""
    accepted: int = 0
    rejected: int = 0
    """Each is in the rejects file with line, field, value and reason."""
    duplicates: int = 0
    updated: int = 0
    """Those of the duplicates that changed the lead that is there."""
    blocked: int = 0
    """Those of the rejected whose numbers are all on the do-not-call list."""
    size: int = 0
    """Of the file, in the unit of `done`: bytes or rows; 0 until it has been opened."""
    done: int = 0
    """How much of the file has been read."""
    rejects_bytes: int = 0
    """How much of the rejects file counts; what stands behind is of a batch that was not stored."""
    file: str = ""
    """How the file was read."""
    columns: dict[str, str] = msgspec.field(default_factory=dict)
    """What each column was taken for."""
    problem: str = ""
    """Why it failed."""
