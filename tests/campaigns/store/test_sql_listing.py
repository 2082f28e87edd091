from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.ports import AttemptFilter
from campaigns.store import migration, sql_listing
from campaigns.store.database import Database, read_url


@pytest.mark.parametrize("cursor", [None, "9.0:9"])
@pytest.mark.parametrize(("campaign_id", "since"), [(None, None), (1, None), (1, 5.0), (None, 5.0)])
def test_a_page_is_a_range_of_an_index(
    campaign_id: int | None, since: float | None, cursor: str | None, tmp_path: Path
) -> None:
    database = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))
    migration.upgrade(database)
    index = "by_time" if campaign_id is None else "by_campaign"
    plans: list[str] = []

    def explain(conn: sa.Connection, _: object, statement: str, parameters: object, *__: object) -> None:
        rows = conn.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(str(row[3]) for row in rows)

    with database.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", explain)
        attempt_cursor = None if cursor is None else f"{cursor}:9"
        wanted = AttemptFilter(campaign_id=campaign_id, since=since, cursor=attempt_cursor)
        assert sql_listing.attempts_page(connection, wanted).items == ()
        wanted = AttemptFilter(campaign_id=campaign_id, since=since, cursor=cursor)
        assert sql_listing.cdrs_page(connection, wanted).items == ()
    database.close()
    attempts, cdrs = plans
    assert f"USING INDEX attempts_{index}" in attempts
    assert f"USING INDEX cdrs_{index}" in cdrs
