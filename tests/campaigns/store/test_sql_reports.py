"""The counting itself is in tests/contracts/test_report_store.py; here, that it reads by index."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from campaigns.reports.model import Key, ReportFilter
from campaigns.store.opening import open_store
from campaigns.store.sql import SqlStore
from campaigns.store.sql_reports import SqlReports
from tests.contracts.test_report_store import fill

WANTED = ReportFilter(campaign_ids=(1, 2), since=0.0, until=1e10)


@pytest.fixture
def store(empty_sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(empty_sqlite_url)
    fill(opened, leads=5, days=1)
    yield opened
    opened.close()


def plans(store: SqlStore, ask: object) -> list[str]:
    """How SQLite carries out the statements of a call."""
    said: list[tuple[str, object]] = []
    engine = store.database._engine

    def note(_c: object, _u: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    ask()  # type: ignore[operator]
    sa.event.remove(engine, "before_cursor_execute", note)
    found = []
    with engine.connect() as connection:
        for statement, parameters in said:
            if statement.startswith("SELECT"):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
                found.append("; ".join(row[3] for row in rows))
    return found


@pytest.mark.parametrize("keys", [(), (Key.QUARTER,), (Key.LIST,), (Key.AGENT, Key.DISPOSITION)])
def test_attempts_are_read_by_campaign_and_time(store: SqlStore, keys: tuple[Key, ...]) -> None:
    (plan,) = plans(store, lambda: SqlReports(store.database).tally(WANTED, keys))
    assert "SEARCH attempts USING INDEX attempts_by_campaign (campaign_id=? AND placed_at>? AND placed_at<?)" in plan
    assert "SCAN" not in plan


def test_leads_calls_and_agents_are_read_by_index(store: SqlStore) -> None:
    reports = SqlReports(store.database)
    for ask in (
        lambda: reports.tally_leads([1, 2]),
        lambda: reports.tally_calls(WANTED),
        lambda: reports.answer_hours(1),
        lambda: reports.tally_agents(1, 0.0, 1e10),
        lambda: reports.tally_imports([1]),
        lambda: reports.list_names([1]),
    ):
        found = plans(store, ask)
        assert found
        for plan in found:
            tables = [step for step in plan.split("; ") if step.startswith("SCAN") and "SCAN of_lead" not in step]
            assert [step for step in tables if "SCAN (subquery" not in step and "anon" not in step] == [], plan
