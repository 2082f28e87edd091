"""The connection to SQLite or PostgreSQL: transactions, durability, and errors in words a person can act on."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL

from campaigns.service.errors import StoreUnavailableError, StoreUrlError
from campaigns.store.turns import Turns

BUSY_TIMEOUT_S = 10.0
"""How long a writer waits for SQLite's write lock: once for the other threads of this process, which take turns, and
once for other processes."""
CONNECT_TIMEOUT_S = 5

_DURABLE = (
    # An attempt must survive a power cut before its call is placed; NORMAL would lose the last commits.
    "PRAGMA synchronous = FULL",
    # 64 MiB: an import changes the pages of its indexes again and again; each goes into the database once for many.
    "PRAGMA wal_autocheckpoint = 16384",
)
_UNSYNCED = (
    "PRAGMA synchronous = NORMAL",
    # Folding the log into the database syncs both; whoever writes durably next does it.
    "PRAGMA wal_autocheckpoint = 0",
)
SQLITE_PRAGMAS = ("PRAGMA journal_mode = WAL", *_DURABLE, "PRAGMA foreign_keys = ON", "PRAGMA cache_size = -65536")

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def read_url(text: str) -> URL:
    """Read a database URL.

    Raises:
        StoreUrlError: it is not one of SQLite or PostgreSQL; the message says what to write.
    """
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        if "://" in text:
            raise StoreUrlError from None
        raise StoreUrlError(f"{text!r} is not a database URL; for an SQLite file write sqlite:///{text}") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        reason = f"{url.drivername!r} is not a database the dialer knows"
        raise StoreUrlError(f"{reason}; write sqlite:///dialer.sqlite3 or postgresql://user:password@host/database")
    if driver == "sqlite" and url.database in {None, "", ":memory:"}:
        raise StoreUrlError("an SQLite database needs a file, or it is gone at exit; write sqlite:///dialer.sqlite3")
    return url.set(drivername=driver)


class Database:
    """One database; safe to use from several threads."""

    def __init__(self, url: URL, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.name = url.render_as_string(hide_password=True)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(url, busy_timeout_s) if self.is_sqlite else _postgresql_engine(url)
        self._writer = self._engine.execution_options(takes_write_lock=True)
        self._turns = Turns()
        self._busy_timeout_s = busy_timeout_s

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads.

        Raises:
            StoreUnavailableError: the database cannot be reached.
        """
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that is durable when the block has ended, and leaves nothing when it fails.

        Raises:
            StoreUnavailableError: the database cannot be reached, or could not write.
        """
        with self._explained(), self._turn(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def writing_unsynced(self) -> Iterator[sa.Connection]:
        """As `writing`, but a power cut may undo it: nobody waits until the disk has it (decision 0202).

        It is seen by all at once, survives the death of this process, and is never undone in part, nor when a later
        transaction stays.
        """
        with self._explained(), self._turn(), self._writer.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if not self.is_sqlite:
                with connection.begin():
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                    yield connection
                return
            _set(driver, _UNSYNCED)
            try:
                with connection.begin():
                    yield connection
            finally:
                _set(driver, _DURABLE)

    @contextmanager
    def rebuilding(self) -> Iterator[sa.Connection]:
        """As `writing`, for changes of tables.

        SQLite changes most of a table by making it anew, and dropping the old one must not take the rows that refer
        to it along (sqlite.org/lang_altertable.html, section 7); the references are checked at the end instead.
        """
        with self._explained(), self._turn(), self._writer.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if self.is_sqlite:
                driver.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    if self.is_sqlite:
                        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                        assert not dangling, f"rows refer to rows that are gone: {dangling[:3]}"
            finally:
                if self.is_sqlite:
                    driver.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._turns.turn(self._busy_timeout_s) as has_come:
            if not has_come:
                said = f"this process has been writing to it for more than {self._busy_timeout_s:g} s"
                raise StoreUnavailableError(f"the database {self.name} cannot be used: {said}; try again")
            yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            raise StoreUnavailableError(self._explain(error)) from error
        except sa.exc.DatabaseError as error:
            if type(error.orig) is not sqlite3.DatabaseError:
                raise
            raise StoreUnavailableError(
                f"{self.name} is not an SQLite database, or is damaged: {error.orig}"
            ) from error

    def _explain(self, error: sa.exc.DBAPIError) -> str:
        said = " ".join(str(error.orig).split())
        if not self.is_sqlite:
            advice = "check that the server runs and that host, port, user, password and database are right"
        elif "locked" in said:
            advice = "another process has been writing to it for too long"
        elif "no such" in said:
            advice = f"its tables are not the dialer's; run: dialer db upgrade --database {self.name}"
        else:
            advice = "check that its folder exists, can be written to, and that the disk is not full"
        return f"the database {self.name} cannot be used: {said}; {advice}"


def insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what happens on a conflict, in the connection's dialect."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def as_rows(connection: sa.Connection, values: Iterable[str]) -> tuple[str, Any]:
    """A subquery of one column, `value`, and its one parameter, that gives any number of texts.

    A list of parameters would make a new statement for every length, each to be compiled and prepared. JSON, and not an
    array, for PostgreSQL as well: the driver makes an array text by text, and thousands of them are a reason to read
    a whole table, where the hundred that it takes JSON for are looked up.
    """
    text = msgspec.json.encode(tuple(values)).decode()
    if connection.dialect.name == "sqlite":
        return "SELECT value FROM json_each(?)", text
    return "SELECT json_array_elements_text(%s::json) AS value", text


def ids_as_rows(connection: sa.Connection, values: Sequence[int]) -> tuple[str, str, Any]:
    """As `as_rows`, of ids; the first of the three is how a parameter is written."""
    if connection.dialect.name == "sqlite":
        return "?", "SELECT value FROM json_each(?)", msgspec.json.encode(values).decode()
    return "%s", "SELECT unnest(%s::bigint[])", list(values)


def _set(connection: sqlite3.Connection, pragmas: Sequence[str]) -> None:
    for pragma in pragmas:
        connection.execute(pragma)


def _sqlite_engine(url: URL, busy_timeout_s: float) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": busy_timeout_s})

    @sa.event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction handling begins too late to cover reads; "begin" below takes its place.
        connection.isolation_level = None
        _set(connection, SQLITE_PRAGMAS)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later could fail half way because another wrote in between;
        # taking the write lock at once makes it wait instead.
        takes_write_lock = connection.get_execution_options().get("takes_write_lock", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if takes_write_lock else "BEGIN")

    return engine


def _postgresql_engine(url: URL) -> sa.Engine:
    engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # A server set to lose its last commits in a crash would let a person be dialed twice; a stricter one is kept.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.commit()

    return engine
