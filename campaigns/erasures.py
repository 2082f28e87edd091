"""The erasing of a person, as it is kept: what was asked, what was found where, and what is still to be done."""

import msgspec


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What one transaction found of a person and erased."""

    erasure_id: int = 0
    """Of what is still to be erased beside; 0 where nothing can be."""
    leads: int = 0
    attempts: int = 0
    cdrs: int = 0
    evidence: int = 0
    """Attempts whose evidence named the person."""
    callbacks: int = 0
    """Appointments that were cancelled."""
    suppressed: tuple[str, ...] = ()
    """All numbers of the person, on the do-not-call list now: all that is kept of them."""


class ErasedBeside(msgspec.Struct, frozen=True, kw_only=True):
    """What was found outside leads, attempts and CDRs, by the engine that looked last."""

    recordings: int = 0
    """Audio files and their entries in the index."""
    webhook_deliveries: int = 0
    """Deliveries, sent or waiting, whose body named a number."""
    kept_answers: int = 0
    """Answers kept for an `Idempotency-Key` that named a number."""
    rejected_rows: int = 0
    """Rows in the rejects files of imports."""
    trace_lines: int = 0


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """A person's erasing that an engine has yet to carry out on its own machine."""

    erasure_id: int
    uid: str
    """The same in the database, in its backups and in the journal beside them."""
    tenant_id: int
    at: float
    lead_ids: tuple[int, ...]
    numbers: tuple[str, ...]
    """As the do-not-call list has them."""


class ErasureReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased of a person where; nothing in it says of whom."""

    erasure_id: int
    at: float
    leads: int
    attempts: int
    cdrs: int
    evidence: int
    callbacks: int
    numbers_suppressed: int
    """Kept on the do-not-call list (GDPR, articles 17(3)(b) and 21(3))."""
    recordings: int = 0
    webhook_deliveries: int = 0
    kept_answers: int = 0
    rejected_rows: int = 0
    trace_lines: int = 0
    done_by: tuple[str, ...] = ()
    """Engines that have looked through their own machine; one that is missing does so when it next runs."""
