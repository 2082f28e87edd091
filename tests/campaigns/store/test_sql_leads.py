"""How leads are found: by ranges of indexes. What comes of it is in tests/contracts/test_campaign_store.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign, CampaignStatus, LeadOrder, NewLead
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


@pytest.mark.parametrize("order", LeadOrder)
def test_reserving_reads_no_lead_that_it_does_not_lease(database: Database, order: LeadOrder) -> None:
    store = SqlStore(database)
    campaign = store.create_campaign(replace(RUNNING, lead_order=order))
    store.add_leads(campaign.campaign_id, [NewLead(number=f"+1202555{index:04d}") for index in range(50)])
    with database.writing() as connection:
        found = plans(connection, lambda: sql_leads.reserve(connection, campaign, 10, 0.0, 60.0, "engine-1"))
    key = "campaign_id=? AND status=? AND list_id=? AND time_zone=? AND priority=? AND not_before<?"
    place = found.index(f"SEARCH leads USING COVERING INDEX leads_ready ({key})")
    assert "TEMP B-TREE" not in found[place + 1]
    assert any(plan.startswith("SEARCH leads USING COVERING INDEX leads_leased") for plan in found)
    assert not [plan for plan in found if plan.startswith("SCAN leads")]


@pytest.mark.postgres
def test_postgres_begins_each_group_at_its_best_lead(empty_postgres_url: str) -> None:
    opened = Database(read_url(empty_postgres_url))
    store = SqlStore(opened)
    campaign = store.create_campaign(RUNNING)
    zones = ("UTC", "Asia/Tokyo", "")
    leads = [NewLead(number=f"+1202{index:07d}", time_zone=zones[index % 3]) for index in range(6000)]
    store.add_leads(campaign.campaign_id, leads)
    with opened.writing() as connection:
        connection.execute(sa.text("ANALYZE"))
        statement = sql_leads._due_statement("postgresql", 2, sql_leads.Span.ALL)
        groups = [(campaign.campaign_id, "open", 0, zone, 0, 0.0, 10) for zone in zones[:2]]
        values = (*(value for group in groups for value in group), 10)
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        for span in (sql_leads.Span.NEVER_TRIED, sql_leads.Span.TRIED):
            other = sql_leads._due_statement("postgresql", 2, span)
            found = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {other}", values)]
            assert sum("using leads_ready on leads" in line for line in found) == 2, found
    assert sum("using leads_ready on leads" in line for line in plan) == 2, plan
    assert not [line for line in plan if "Seq Scan on leads" in line], plan
    opened.close()


def test_more_groups_than_one_statement_holds(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_leads, "GROUPS_AT_ONCE", 2)
    store = SqlStore(database)
    campaign = store.create_campaign(RUNNING)
    zones = ("UTC", "Asia/Tokyo", "", "Europe/Paris", "America/Lima")
    store.add_leads(
        campaign.campaign_id,
        [NewLead(number=f"+1202555{index:04d}", time_zone=zones[index % 5]) for index in range(20)],
    )
    leads = store.reserve_leads(campaign.campaign_id, 12, 0.0, 60.0, "engine-1")
    assert [lead.lead_id for lead in leads] == list(range(1, 13))


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
