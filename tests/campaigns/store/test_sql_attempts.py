"""What the tables themselves guarantee; the behaviour is in tests/contracts/test_campaign_store.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.model import Attempt, CallingWindow, Campaign, CampaignStatus, NewLead, Outcome
from campaigns.ports import Result
from campaigns.store import migration, sql_attempts, sql_dispositions
from campaigns.store.database import Database, read_url
from campaigns.store.rows import attempt_row
from campaigns.store.schema import attempts
from campaigns.store.sql import SqlStore

NOW = 1_770_000_000.0
FIRST = Attempt(
    attempt_id="1-1",
    lead_id=1,
    attempt_number=1,
    campaign_id=1,
    number="+12025550101",
    caller_id="",
    trunk="main",
    placed_at=NOW,
)

RUNNING = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    else:
        url = request.getfixturevalue("empty_postgres_url")
    opened = Database(read_url(url))
    migration.upgrade(opened)
    store = SqlStore(opened)
    store.create_campaign(RUNNING)
    store.add_leads(1, [NewLead(number=FIRST.number)])
    yield opened
    opened.close()


def test_the_database_itself_refuses_a_second_row_for_a_try(database: Database) -> None:
    def insert(attempt: Attempt) -> None:
        with database.writing() as connection:
            connection.execute(attempts.insert(), attempt_row(attempt) | {"engine_id": ""})

    insert(FIRST)
    with pytest.raises(sa.exc.IntegrityError):
        insert(FIRST)


def test_the_database_itself_refuses_an_attempt_at_nobody(database: Database) -> None:
    row = attempt_row(FIRST) | {"engine_id": "", "lead_id": 99}
    with pytest.raises(sa.exc.IntegrityError), database.writing() as connection:
        connection.execute(attempts.insert(), row)


def test_everything_happens_in_the_callers_transaction(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            assert sql_attempts.write(connection, [FIRST]) == ["1-1"]
            sql_dispositions.record(connection, (1, 1), "ann", "sale", NOW)
            sql_attempts.finish(connection, [Result(attempt=_busy(), cdr=None)], NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.reading() as connection:
        assert connection.execute(sa.select(attempts)).all() == []


def test_the_attempts_of_one_engine_are_interrupted(database: Database) -> None:
    with database.writing() as connection:
        sql_attempts.write(connection, [FIRST])
        assert sql_attempts.interrupt(connection, "engine-1", NOW) == 0
        assert sql_attempts.interrupt(connection, "", NOW) == 1
        row = connection.execute(sa.select(attempts.c.outcome, attempts.c.ended_at)).one()
        assert tuple(row) == ("interrupted", NOW)


def _busy() -> Attempt:
    return Attempt(**{field: getattr(FIRST, field) for field in FIRST.__struct_fields__} | {"outcome": Outcome.BUSY})
