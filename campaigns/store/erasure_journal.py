"""The journal of erasures: a file beside the database, so that a backup made before an erasure does not undo it.

It holds the bare numbers, as the do-not-call list does and for the same reason: a restored database must block them
too. A digest would hide ten digits from nobody, and could not be put on the list.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from campaigns.erasures import Erasure
from campaigns.service.errors import CallerError
from campaigns.store import sql_erasing
from campaigns.store.database import Database
from campaigns.store.erasures import SqlErasures

BEGINNING = b'{"uid"'


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One erasure, a line of JSON."""

    uid: str
    tenant_id: int
    at: float
    numbers: tuple[str, ...]


def append(path: Path, erasure: Erasure) -> None:
    """Write an erasure to the journal, durably; one that stands there already does no harm."""
    entry = JournalEntry(uid=erasure.uid, tenant_id=erasure.tenant_id, at=erasure.at, numbers=erasure.numbers)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Nobody else on the machine may read it.
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        # A line that a crash has cut off must not spoil the next.
        is_cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        os.write(file, b"\n" * is_cut + msgspec.json.encode(entry) + b"\n")
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path) -> list[JournalEntry]:
    """The erasures of a journal, each once; none where there is no such file.

    Raises:
        CallerError: the file cannot be read, or is no journal.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CallerError(f"the journal of erasures {path} cannot be read: {error.strerror}") from None
    entries: dict[str, JournalEntry] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = msgspec.json.decode(line, type=JournalEntry)
        except msgspec.MsgspecError as error:
            if line[: len(BEGINNING)] != BEGINNING[: len(line)]:
                raise CallerError(f"{path} is no journal of erasures: line {number}: {error}") from None
            # Cut off by a crash, and written again by whoever did its work next.
            continue
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
