"""The journal of erasures: a file beside the database, so that a backup made before an erasure does not undo it.

It holds the bare numbers, as the do-not-call list does and for the same reason: a restored database must block them
too. A digest would hide ten digits from nobody, and could not be put on the list.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from campaigns.erasures import Erasure
from campaigns.store import journal, sql_erasing
from campaigns.store.database import Database
from campaigns.store.erasures import SqlErasures


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One erasure, a line of JSON."""

    uid: str
    tenant_id: int
    at: float
    numbers: tuple[str, ...]


def append(path: Path, erasure: Erasure) -> None:
    """Write an erasure to the journal, durably; one that stands there already does no harm."""
    entry = JournalEntry(uid=erasure.uid, tenant_id=erasure.tenant_id, at=erasure.at, numbers=erasure.numbers)
    journal.append(path, entry)


def read(path: Path) -> list[JournalEntry]:
    """The erasures of a journal, each once; none where there is no such file.

    Raises:
        CallerError: the file cannot be read, or is no journal.
    """
    entries: dict[str, JournalEntry] = {}
    for entry in journal.read(path, JournalEntry, "journal of erasures"):
        entries.setdefault(entry.uid, entry)
    return list(entries.values())


def reapply(database: Database, entries: Iterable[JournalEntry]) -> Sequence[JournalEntry]:
    """Erase whoever was erased after a backup was made, in the database restored from it; returns these.

    Each is a transaction, and one that the database has is left out: this may be done again at any time.
    """
    known = SqlErasures(database).known()
    missing = [entry for entry in entries if entry.uid not in known]
    for entry in missing:
        with database.writing() as connection:
            sql_erasing.erase(connection, entry.numbers, entry.at, entry.tenant_id, entry.uid, is_restoring=True)
    return missing
