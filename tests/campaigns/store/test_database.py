from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.service.errors import StoreUnavailableError, StoreUrlError
from campaigns.store.database import Database, insert, read_url
from campaigns.store.schema import blocked_numbers, metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))
    with opened.writing() as connection:
        metadata.create_all(connection)
    yield opened
    opened.close()


def block(connection: sa.Connection, number: str) -> None:
    row = {"tenant_id": 1, "number": number, "reason": "", "blocked_at": 0.0}
    connection.execute(insert(connection, blocked_numbers).on_conflict_do_nothing(), row)


def count(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(blocked_numbers)) or 0


@pytest.mark.parametrize("driver", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_name_of_postgresql_means_psycopg(driver: str) -> None:
    assert read_url(f"{driver}://user:secret@host/name").drivername == "postgresql+psycopg"


def test_a_database_that_is_not_known_is_refused() -> None:
    with pytest.raises(StoreUrlError, match="oracle"):
        read_url("oracle://host/name")


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)]
)
def test_sqlite_is_durable_and_strict(database: Database, pragma: str, value: object) -> None:
    with database.reading() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            block(connection, "+12025550101")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert count(database) == 0
    with database.writing() as connection:
        block(connection, "+12025550101")
        block(connection, "+12025550101")
    assert count(database) == 1


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.reading() as connection:
        counted = sa.select(sa.func.count()).select_from(blocked_numbers)
        assert connection.scalar(counted) == 0
        with database.writing() as writer:
            block(writer, "+12025550101")
        assert connection.scalar(counted) == 0
    assert count(database) == 1


def test_a_write_lock_held_too_long_is_explained(database: Database, tmp_path: Path) -> None:
    impatient = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"), busy_timeout_s=0.0)

    def write() -> None:
        with impatient.writing() as connection:
            block(connection, "+12025550101")

    with database.writing(), pytest.raises(StoreUnavailableError, match="another process has been writing"):
        write()
    write()
    assert count(impatient) == 1
    impatient.close()


def test_tables_that_are_missing_are_explained(database: Database) -> None:
    def misuse() -> None:
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM missing")

    with pytest.raises(StoreUnavailableError, match=r"no such table: missing; .* run: dialer db upgrade"):
        misuse()


@pytest.mark.postgres
def test_commits_are_durable_even_where_the_server_is_set_not_to_wait(empty_postgres_url: str) -> None:
    plain = sa.create_engine(read_url(empty_postgres_url))
    with plain.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
    plain.dispose()
    database = Database(read_url(empty_postgres_url))
    with database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    database.close()


def test_what_need_not_be_synced_is_seen_at_once_and_the_next_is_synced_again(database: Database) -> None:
    pragmas = ("synchronous", "wal_autocheckpoint")

    def settings(connection: sa.Connection) -> list[object]:
        return [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for pragma in pragmas]

    with database.writing_unsynced() as connection:
        assert settings(connection) == [1, 0]
        block(connection, "+12025550101")
    assert count(database) == 1
    with database.writing() as connection:
        assert settings(connection) == [2, 16384]

    def fail() -> None:
        with database.writing_unsynced() as connection:
            block(connection, "+12025550102")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert count(database) == 1
    with database.writing() as connection:
        assert settings(connection) == [2, 16384]


@pytest.mark.postgres
def test_the_server_waits_again_after_what_need_not_be_synced(empty_postgres_url: str) -> None:
    opened = Database(read_url(empty_postgres_url))
    with opened.writing_unsynced() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
    with opened.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    opened.close()
