"""Old CDRs out of the database into a compressed CSV file: written whole and synced before a row is deleted."""

import csv
import gzip
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from campaigns.model import Cdr
from campaigns.service.errors import CallerError
from campaigns.store.database import Database, read_url
from campaigns.store.rows import CDR_COLUMNS
from campaigns.store.schema import cdrs

CHUNK = 5000


def archive_cdrs(url: str, before: float, target: Path) -> int:
    """Move the CDRs of calls that began before a time into a file; returns how many.

    Attempts stay: caps count them, and a lead's next try is numbered after them.

    Raises:
        CallerError: the file is there already, or cannot be written; nothing is deleted.
        StoreUnavailableError: the database cannot be used.
    """
    if target.exists():
        raise CallerError(f"{target} is there already; name another file, or remove it")
    database = Database(read_url(url))
    try:
        last, count = _write(database, before, target)
        if last is not None:
            _delete(database, last)
        return count
    finally:
        database.close()


def _write(database: Database, before: float, target: Path) -> tuple[tuple[float, str] | None, int]:
    """Write the file; the key of the last row written and how many there are."""
    partial = target.with_name(f"{target.name}.partial")
    last: tuple[float, str] | None = None
    count = 0
    try:
        with partial.open("wb") as file:
            with (
                gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed,
                io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
            ):
                writer = csv.writer(text)
                writer.writerow(Cdr.__struct_fields__)
                for rows in _read(database, before):
                    writer.writerows(rows)
                    last = rows[-1].started_at, rows[-1].call_id
                    count += len(rows)
            file.flush()
            os.fsync(file.fileno())
        if count:
            partial.replace(target)
        else:
            partial.unlink()
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CallerError(f"{target} cannot be written: {error.strerror}; nothing was deleted") from None
    return last, count


def _read(database: Database, before: float) -> Iterator[Sequence[Any]]:
    key = (cdrs.c.started_at, cdrs.c.call_id)
    wanted = sa.select(*CDR_COLUMNS).where(cdrs.c.started_at < before).order_by(*key).limit(CHUNK)
    query = wanted
    while True:
        with database.reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield rows
        after = (sa.literal(rows[-1].started_at), sa.literal(rows[-1].call_id))
        query = wanted.where(sa.tuple_(*key) > sa.tuple_(*after))


def _delete(database: Database, last: tuple[float, str]) -> None:
    """Delete the rows up to a key, some at a time, so that nobody waits long for the write lock."""
    key = (cdrs.c.started_at, cdrs.c.call_id)
    upto = sa.tuple_(*key) <= sa.tuple_(sa.literal(last[0]), sa.literal(last[1]))
    some = sa.select(cdrs.c.call_id).where(upto).order_by(*key).limit(CHUNK)
    while True:
        with database.writing() as connection:
            found = connection.scalars(some).all()
            if not found:
                return
            connection.execute(cdrs.delete().where(cdrs.c.call_id.in_(found)))
