import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from campaigns.service.errors import SchemaError
from campaigns.store import migration
from campaigns.store.database import Database, read_url
from campaigns.store.schema import metadata

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    else:
        url = request.getfixturevalue("empty_postgres_url")
    opened = Database(read_url(url))
    yield opened
    opened.close()


def indexes(connection: sa.Connection) -> dict[str, object]:
    inspector = sa.inspect(connection)
    return {
        str(index["name"]): (index["column_names"], index["unique"], bool(index.get("dialect_options")))
        for table in metadata.tables
        for index in inspector.get_indexes(table)
    }


def is_here(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """Alembic does not see that a constraint is made in one of the two databases alone."""
    return (name, kind) != ("fk_leads_campaign_id", "foreign_key_constraint")


def test_the_migrated_tables_are_those_the_code_uses(database: Database) -> None:
    migration.upgrade(database)
    options = {"compare_type": True, "include_object": is_here}
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        migrated = indexes(connection)
    with database.writing() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        # Alembic does not compare the conditions of partial indexes, nor options of tables.
        assert indexes(connection) == migrated
        keys = sa.inspect(connection).get_foreign_keys("leads")
        assert [key["name"] for key in keys] == (["fk_leads_campaign_id"] if database.is_sqlite else [])


def statements(database: Database) -> dict[str, list[str]]:
    """The words of every CREATE statement; constraints of a table stand in no order."""
    with database.reading() as connection:
        rows = connection.execute(sa.text("SELECT name, sql FROM sqlite_master"))
        return {name: sorted(re.findall(r"\w+", str(sql))) for name, sql in rows if "alembic" not in name}


def test_sqlite_has_the_same_conditions_and_options_too(tmp_path: Path) -> None:
    migrated, created = (Database(read_url(f"sqlite:///{tmp_path}/{name}.sqlite3")) for name in ("one", "two"))
    migration.upgrade(migrated)
    with created.writing() as connection:
        metadata.create_all(connection)
    assert statements(migrated) == statements(created)
    assert "ROWID" in statements(migrated)["attempts"]
    migrated.close()
    created.close()


def test_what_the_files_say_is_what_alembic_reads() -> None:
    scripts = ScriptDirectory(str(migration.MIGRATIONS))
    read = {script.revision: script.down_revision for script in scripts.walk_revisions()}
    assert migration._predecessors() == read
    assert set(read) - set(read.values()) == {scripts.get_current_head()}


def test_a_database_that_needs_nothing_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    opening = f"from campaigns.store.opening import open_store; open_store({url!r}, upgrade=True).close()"
    loaded = "import sys; print('alembic' in sys.modules)"
    said = [
        subprocess.run(
            [sys.executable, "-c", f"{opening}; {loaded}"], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert said == ["True\n", "False\n"]


FIRST_ROWS = (
    "INSERT INTO campaigns (status, settings) VALUES ('running', '{}')",
    "INSERT INTO leads (campaign_id, number, name, time_zone, priority, attributes, external_id, status, "
    "attempts_made, not_before, closed_reason, engine_id) "
    "VALUES (1, '+12025550101', 'Ann', 'UTC', 2, '{}', '', 'open', 1, 0, '', '')",
    "INSERT INTO attempts (lead_id, attempt_number, campaign_id, number, caller_id, trunk, placed_at, cause, "
    "agent_id, disposition, engine_id) VALUES (1, 1, 1, '+12025550101', '', 'main', 1.0, '', '', '', 'engine-1')",
    "INSERT INTO lead_groups (campaign_id, time_zone, priority, leads_open) VALUES (1, 'UTC', 2, 1)",
)


def test_rows_of_the_first_version_are_kept(tmp_path: Path) -> None:
    database = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))
    with database.rebuilding() as connection:
        command.upgrade(migration._config(connection), "0001")
        for statement in FIRST_ROWS:
            connection.exec_driver_sql(statement)
    migration.upgrade(database)
    with database.writing() as connection:
        assert connection.exec_driver_sql("SELECT lead_id, number, phone_kind, list_id FROM leads").all() == [
            (1, "+12025550101", "unknown", 0)
        ]
        assert connection.exec_driver_sql("SELECT lead_id, attempt_number FROM attempts").all() == [(1, 1)]
        assert connection.exec_driver_sql("SELECT * FROM lead_groups").all() == [(1, 0, "UTC", 2, 1)]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.close()


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    migration.upgrade(database)
    migration.upgrade(database)
    migration.check(database)


def test_tables_of_another_version_are_refused(database: Database) -> None:
    migration.upgrade(database)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (migration.check, migration.upgrade):
        with pytest.raises(
            SchemaError, match=r"written by a later version of the dialer \(9999\); install that version"
        ):
            use(database)
