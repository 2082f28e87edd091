"""The one way to a store: by its URL."""

from pathlib import Path

from campaigns.store import migration
from campaigns.store.database import Database, read_url
from campaigns.store.sql import SqlStore


def open_store(url: str, *, upgrade: bool = False, suppressions: Path | None = None) -> SqlStore:
    """Open the store at a URL: `sqlite:///file` or `postgresql://user:password@host/database`.

    The memory store has no URL: a service that forgets whom it has called must not be a setting away.

    Args:
        url: where the database is; messages show it without its password.
        upgrade: create the tables, or bring them up to date, where needed.
        suppressions: the journal of do-not-call requests; None keeps none.

    Raises:
        StoreUrlError: the URL cannot be used; the message says what to write.
        StoreUnavailableError: the database cannot be reached.
        SchemaError: its tables are missing or of another version.
    """
    database = Database(read_url(url))
    try:
        if upgrade:
            migration.upgrade(database)
        migration.check(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database, suppressions)


def upgrade_database(url: str) -> None:
    """What `dialer db upgrade` does: create the tables at a URL, or bring them up to date.

    Raises:
        StoreUrlError, StoreUnavailableError, SchemaError: as `open_store`.
    """
    open_store(url, upgrade=True).close()
