"""Brings a database's tables up to this version, and says whether they are; the steps are in `migrations/versions`."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

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

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION = sa.table("alembic_version", sa.column("version_num"))
"""Where Alembic keeps what the tables are of."""

_NAMES = re.compile(r'^(?:down_)?revision = (?:"(\w+)"|None)$', re.MULTILINE)

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
            # Only where there is something to do: it takes a fourth of a second to load.
            from alembic import command

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
    found = _revision(connection)
    if found is not None and found not in _predecessors():
        reason = f"the database {database.name} was written by a later version of the dialer ({found})"
        raise SchemaError(f"{reason}; install that version, or name another database")
    return found is not None and found not in _predecessors().values()


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()
    return found


@cache
def _predecessors() -> dict[str, str | None]:
    """Each version of the tables and the one before it, as the steps' files say in their first lines."""
    steps = (_NAMES.findall(path.read_text(encoding="utf-8")) for path in (MIGRATIONS / "versions").glob("*.py"))
    return {revision: before or None for revision, before in steps}


def _config(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
