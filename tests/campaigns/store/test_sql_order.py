"""In which order leads are found, and that no other is read. What comes of it is in tests/contracts."""

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.model import NewLead
from campaigns.store import sql_leads, sql_order
from campaigns.store.database import Database, read_url
from campaigns.store.sql import SqlStore
from campaigns.terms import LeadOrder
from tests.campaigns.store.test_sql_leads import RUNNING, database, plans

__all__ = ["database"]

RANGE = "campaign_id=? AND list_id=? AND priority=? AND time_zone=?"


@pytest.mark.parametrize("order", LeadOrder)
def test_reserving_reads_no_lead_that_it_does_not_lease(database: Database, order: LeadOrder) -> None:
    store = SqlStore(database)
    campaign = store.create_campaign(replace(RUNNING, lead_order=order))
    store.add_leads(campaign.campaign_id, [NewLead(number=f"+1202555{index:04d}") for index in range(50)])
    with database.writing() as connection:
        found = plans(connection, lambda: sql_leads.reserve(connection, campaign, 10, 0.0, 60.0, "engine-1"))
    places = [place for place, plan in enumerate(found) if plan.startswith("SEARCH leads USING") and RANGE in plan]
    assert places
    for place in places:
        assert any(f" INDEX {name} ({RANGE}" in found[place] for name in ("leads_ready", "leads_tried", "leads_ranked"))
        assert "TEMP B-TREE" not in found[place + 1]
    assert any(plan.startswith("SEARCH leads USING COVERING INDEX leads_leased") for plan in found)
    assert not [plan for plan in found if plan.startswith("SCAN leads")]


@pytest.mark.postgres
def test_postgres_begins_each_group_at_its_best_lead(empty_postgres_url: str) -> None:
    opened = Database(read_url(empty_postgres_url))
    store = SqlStore(opened)
    # Ranks are given at the door.
    campaign = store.create_campaign(replace(RUNNING, lead_order=LeadOrder.RANDOM))
    zones = ("UTC", "Asia/Tokyo", "")
    leads = [NewLead(number=f"+1202{index:07d}", time_zone=zones[index % 3]) for index in range(6000)]
    store.add_leads(campaign.campaign_id, leads)
    spans = [sql_order.ALL, sql_order.NEVER_TRIED, sql_order.NEWEST, sql_order.RANKED]
    with opened.writing() as connection:
        assert_ranges(connection, spans)
        connection.exec_driver_sql("UPDATE leads SET not_before = 1.0 + lead_id, attempts_made = mod(lead_id, 3)")
        fewest = list(sql_order.spans_of(replace(campaign, lead_order=LeadOrder.FEWEST_ATTEMPTS, attempts_max=2)))
        assert [span.index for span in fewest] == ["leads_ready", "leads_tried", "leads_tried", "leads_ready"]
        assert_ranges(connection, [sql_order.TRIED, *fewest[1:3]])
    opened.close()


def assert_ranges(connection: sa.Connection, spans: list[sql_order.Span]) -> None:
    connection.execute(sa.text("ANALYZE"))
    for span in spans:
        statement = sql_order.due_statement("postgresql", 2, span)
        groups = [(1, 0, 0, zone, 0.0 if span.is_untried else 9e9, 10) for zone in ("UTC", "Asia/Tokyo")]
        values = (*(value for group in groups for value in group), 10)
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        assert sum(f"using {span.index} on leads" in line for line in plan) == 2, plan
        assert not [line for line in plan if "Seq Scan on leads" in line], plan


def test_more_groups_than_one_statement_holds(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_order, "GROUPS_AT_ONCE", 2)
    store = SqlStore(database)
    campaign = store.create_campaign(RUNNING)
    zones = ("UTC", "Asia/Tokyo", "", "Europe/Paris", "America/Lima")
    store.add_leads(
        campaign.campaign_id,
        [NewLead(number=f"+1202555{index:04d}", time_zone=zones[index % 5]) for index in range(20)],
    )
    leads = store.reserve_leads(campaign.campaign_id, 12, 0.0, 60.0, "engine-1")
    assert [lead.lead_id for lead in leads] == list(range(1, 13))
