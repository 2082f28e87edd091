"""Brings a database's tables up to this version, and says whether they are; the steps are in `migrations/versions`."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from campaigns.service.errors import SchemaError

# Their tables join the metadata.
from campaigns.store import (  # noqa: F401
    access_schema,
    caller_id_schema,
    erasure_schema,
    idempotency_schema,
    recording_schema,
    report_schema,
    webhook_schema,
)
from campaigns.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK_KEY = 0x6469616C6572
"""Taken in PostgreSQL while migrating, so that two processes that start together do not both create the tables."""


def upgrade(database: Database) -> None:
    """Create the tables, or bring those of an earlier version up to date; in one transaction.

    Raises:
        SchemaError: the tables are of a later version.
        StoreUnavailableError: the database cannot be reached.
    """
    with database.rebuilding() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
        if _revision(connection) is None or not _is_current(database, connection):
            command.upgrade(_config(connection), "head")


def check(database: Database) -> None:
    """See that the tables are those of this version.

    Raises:
        SchemaError: they are not; the message says what to do.
        StoreUnavailableError: the database cannot be reached.
    """
    with database.reading() as connection:
        if not _is_current(database, connection):
            found = _revision(connection)
            state = "has no tables yet" if found is None else f"has the tables of an earlier version ({found})"
            raise SchemaError(
                f"the database {database.name} {state}; run: dialer db upgrade --database {database.name}"
            )


def has_tables(database: Database) -> bool:
    """Say whether a database has the dialer's tables, of whatever version.

    Raises:
        StoreUnavailableError: the database cannot be reached.
    """
    with database.reading() as connection:
        return _revision(connection) is not None


def _is_current(database: Database, connection: sa.Connection) -> bool:
    scripts = ScriptDirectory(str(MIGRATIONS))
    found = _revision(connection)
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        reason = f"the database {database.name} was written by a later version of the dialer ({found})"
        raise SchemaError(f"{reason}; install that version, or name another database")
    return found == scripts.get_current_head()


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
