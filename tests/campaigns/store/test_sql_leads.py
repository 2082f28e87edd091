"""How leads are found: by ranges of indexes. What comes of it is in tests/contracts/test_campaign_store.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead
from campaigns.store import migration, sql_leads
from campaigns.store.database import Database, read_url
from campaigns.store.schema import lead_groups
from campaigns.store.sql import SqlStore

ANY_TIME = CallingWindow(start="00:00", end="24:00")
RUNNING = Campaign(
    campaign_id=0, name="spring", skill_group="sales", status=CampaignStatus.RUNNING, calling_window=ANY_TIME
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))
    migration.upgrade(opened)
    yield opened
    opened.close()


def plans(connection: sa.Connection, run: object) -> list[str]:
    """SQLite's plan of every SELECT and UPDATE that `run` executes."""
    found: list[str] = []

    def explain(conn: sa.Connection, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE")) and not isinstance(parameters, list):
            rows = conn.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.extend(str(row[3]) for row in rows)

    sa.event.listen(connection, "before_cursor_execute", explain)
    assert callable(run)
    run()
    sa.event.remove(connection, "before_cursor_execute", explain)
    return found


def test_blocking_looks_numbers_up(database: Database) -> None:
    with database.writing() as connection:
        found = plans(connection, lambda: sql_leads.close_numbers(connection, ["+12025550101"], "asked", 1))
    assert any("SEARCH leads USING INDEX leads_by_number" in plan for plan in found)
    assert any("SEARCH lead_numbers USING PRIMARY KEY" in plan for plan in found)
    assert not [plan for plan in found if plan.startswith("SCAN lead")]


def test_groups_count_the_leads_that_are_not_closed(database: Database) -> None:
    store = SqlStore(database)
    campaign = store.create_campaign(RUNNING)
    leads = [
        NewLead(number=f"+1202555{index:04d}", priority=index % 2, time_zone="UTC" if index % 3 else "")
        for index in range(12)
    ]
    store.add_leads(campaign.campaign_id, leads)
    store.block_numbers(["+12025550000", "+12025550001"], "asked", 0.0)
    with database.reading() as connection:
        rows = connection.execute(sa.select(lead_groups.c.time_zone, lead_groups.c.priority, lead_groups.c.leads_open))
        assert {(row[0], row[1]): row[2] for row in rows} == {("", 0): 1, ("", 1): 2, ("UTC", 0): 4, ("UTC", 1): 3}
