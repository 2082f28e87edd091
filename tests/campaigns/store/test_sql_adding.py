"""How new leads reach SQL: lookups by index, ids in order. What comes of it is in tests/contracts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.imports import AddRules, DuplicateScope
from campaigns.model import Campaign, NewLead
from campaigns.store import migration, sql_adding
from campaigns.store.database import Database, read_url
from campaigns.store.sql import SqlStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))
    migration.upgrade(opened)
    SqlStore(opened).create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    yield opened
    opened.close()


@pytest.mark.parametrize("scope", DuplicateScope)
def test_numbers_are_looked_up_and_never_searched_for(database: Database, scope: DuplicateScope) -> None:
    statements: list[tuple[str, object]] = []
    with database.writing() as connection:

        def keep(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
            statements.append((statement, parameters))

        sa.event.listen(connection, "before_cursor_execute", keep)
        sql_adding.add(connection, 1, [NewLead(number="+12025550101")], AddRules(scope=scope))
        sa.event.remove(connection, "before_cursor_execute", keep)
        selects = [one for one in statements if one[0].startswith("SELECT") and "json_each" in one[0]]
        plans = [
            str(row[3])
            for statement, parameters in selects
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert len(selects) == 3
    assert not [plan for plan in plans if plan.startswith("SCAN") and "json_each" not in plan]
    searches = [plan for plan in plans if plan.startswith("SEARCH") and "SEARCH campaigns" not in plan]
    assert searches[0] == "SEARCH blocked_numbers USING PRIMARY KEY (tenant_id=? AND number=?)"
    assert searches[1].startswith("SEARCH leads USING COVERING INDEX leads_by_number (number=?") or (
        searches[1].startswith("SEARCH leads USING INDEX leads_by_number (number=?")
    )
    assert searches[2] == "SEARCH lead_numbers USING PRIMARY KEY (number=?)"
    assert searches[3] in {
        "SEARCH leads USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH leads USING COVERING INDEX leads_by_campaign (campaign_id=? AND lead_id=? AND rowid=?)",
    }


def test_leads_keep_the_order_of_the_list_over_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_adding, "CHUNK", 2)
    store = SqlStore(database)
    numbers = [f"+1202555010{index}" for index in (5, 3, 3, 1, 4, 5, 2)]
    added = store.add_leads(1, [NewLead(number=number) for number in numbers])
    assert (added.accepted, added.duplicates_at) == (5, (2, 5))
    assert [store.lead(lead_id).number[-1] for lead_id in range(1, 6)] == ["5", "3", "1", "4", "2"]


def test_ids_go_on_where_they_were(database: Database) -> None:
    store = SqlStore(database)
    store.add_leads(1, [NewLead(number="+12025550101")])
    with database.writing() as connection:
        connection.execute(sa.text("DELETE FROM leads"))
    store.add_leads(1, [NewLead(number="+12025550101")])
    assert store.lead(2).number == "+12025550101"
