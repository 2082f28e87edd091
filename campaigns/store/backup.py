"""A whole database into a file and back: SQLite while the service runs, PostgreSQL by its own programs."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from sqlalchemy.engine import URL

from campaigns.service.errors import CallerError, StoreUnavailableError
from campaigns.store import erasure_journal, migration, suppression_journal
from campaigns.store.database import Database, read_url
from campaigns.store.erasure_journal import JournalEntry
from campaigns.suppressions import Suppression

PAGES_AT_ONCE = 2000
"""Of SQLite; between two lots writers have their turn."""

Watch = Callable[[int, int], None]
"""Told how much is done, of how much."""


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What a restored database had forgotten, and knows again."""

    erased: int
    """People who had been erased."""
    suppressed: int
    """Numbers on do-not-call lists."""


def back_up(url: str, target: Path, watch: Watch = lambda _done, _whole: None) -> None:
    """Write a copy of the database as it is at one moment; the service may go on.

    Raises:
        CallerError: the file is there already, or cannot be written.
        StoreUnavailableError: the database cannot be read, or PostgreSQL's pg_dump is missing or fails.
    """
    parsed = read_url(url)
    if target.exists():
        raise CallerError(f"{target} is there already; name another file, or remove it")
    if parsed.get_backend_name() == "sqlite":
        _copy_sqlite(Path(str(parsed.database)), target, watch)
    else:
        _run_program("pg_dump", parsed, "--format=custom", f"--file={target}")


def restore(
    url: str,
    source: Path,
    watch: Watch = lambda _done, _whole: None,
    erased: Iterable[JournalEntry] = (),
    suppressed: Iterable[Suppression] = (),
) -> Restored:
    """Make the database what it was when a backup was made; tables of an earlier version are brought up to date.

    Only an empty place is written to: a database that holds campaigns must be moved away first, by hand.

    Args:
        url: of the database.
        source: what `back_up` wrote.
        watch: told how far the copying has come.
        erased: people whom the journal names as erased; those erased since the backup are erased again.
        suppressed: numbers that the journal names as not to be called; they are put back on their lists.

    Raises:
        CallerError: there is a database already, or the file is no backup of such a database.
        StoreUnavailableError: the database cannot be written, or PostgreSQL's pg_restore is missing or fails.
    """
    parsed = read_url(url)
    if not source.is_file():
        raise CallerError(f"there is no backup {source}")
    if parsed.get_backend_name() == "sqlite":
        target = Path(str(parsed.database))
        if target.exists():
            raise CallerError(f"the database {target} is there already; move it away first, nothing is overwritten")
        _check_sqlite(source)
        made = target.with_name(f"{target.name}.restoring")
        made.unlink(missing_ok=True)
        _copy_sqlite(source, made, watch)
        restored = _bring_up_to_date(parsed.set(database=str(made)), erased, suppressed)
        # Under its name only when nobody is in it who was erased, or asked not to be called.
        made.replace(target)
        return restored
    _check_is_empty(parsed)
    _run_program("pg_restore", parsed, "--no-owner", "--exit-on-error", "--single-transaction", str(source))
    return _bring_up_to_date(parsed, erased, suppressed)


def _bring_up_to_date(parsed: URL, erased: Iterable[JournalEntry], suppressed: Iterable[Suppression]) -> Restored:
    database = Database(parsed)
    try:
        migration.upgrade(database)
        migration.check(database)
        people = erasure_journal.reapply(database, erased)
        return Restored(erased=len(people), suppressed=suppression_journal.reapply(database, suppressed))
    finally:
        database.close()


def _copy_sqlite(source: Path, target: Path, watch: Watch) -> None:
    if not source.is_file():
        raise StoreUnavailableError(f"there is no database {source}")
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        origin, copy = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(partial)
        try:
            origin.backup(copy, pages=PAGES_AT_ONCE, progress=lambda _, left, whole: watch(whole - left, whole))
        finally:
            copy.close()
            origin.close()
        # Under its name only when it is whole.
        partial.replace(target)
    except sqlite3.Error as error:
        partial.unlink(missing_ok=True)
        raise StoreUnavailableError(f"{source} cannot be copied to {target}: {error}") from None
    except OSError as error:
        raise CallerError(f"{target} cannot be written: {error.strerror}") from None


def _check_sqlite(source: Path) -> None:
    try:
        opened = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
        try:
            found = opened.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            sound = opened.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            opened.close()
    except sqlite3.Error as error:
        raise CallerError(f"{source} is not a backup of an SQLite database: {error}") from None
    if found != (1,):
        raise CallerError(f"{source} is not a backup of a dialer's database")
    if sound != ("ok",):
        raise CallerError(f"{source} is damaged: {sound[0]}")


def _check_is_empty(parsed: URL) -> None:
    database = Database(parsed)
    try:
        if migration.has_tables(database):
            reason = "has the dialer's tables already; restore into an empty database, nothing is overwritten"
            raise CallerError(f"the database {database.name} {reason}")
    finally:
        database.close()


def _run_program(name: str, parsed: URL, *arguments: str) -> None:
    program = shutil.which(name) or _installed(name)
    if program is None:
        raise StoreUnavailableError(
            f"PostgreSQL's {name} is not installed here; get it (Debian: apt-get install postgresql-client), or run it "
            "where the server is"
        )
    # The password goes by the environment: command lines can be read by everyone on the machine.
    environment = {**os.environ, **({"PGPASSWORD": str(parsed.password)} if parsed.password else {})}
    host = parsed.host or str(parsed.query.get("host", ""))
    places = (("--host", host), ("--port", parsed.port), ("--username", parsed.username), ("--dbname", parsed.database))
    options = [f"{option}={value}" for option, value in places if value]
    done = subprocess.run(  # noqa: S603 (no shell, and the program's own name)
        [program, "--no-password", *options, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise StoreUnavailableError(f"{name} has failed: {said}")


def _installed(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else None
