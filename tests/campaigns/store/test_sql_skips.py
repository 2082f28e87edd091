"""What is the same in every store is in tests/contracts/test_campaign_store_skips.py; this is about SQL alone."""

import pytest
import sqlalchemy as sa

from campaigns.store.opening import open_store


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("lead_id = 7", "PRIMARY KEY"),
        ("campaign_id = 3", "skips_by_campaign"),
        ("(skipped_at, lead_id) < (1.0, 2)", "skips_by_time"),
    ],
)
def test_a_listing_goes_by_an_index(empty_sqlite_url: str, wanted: str, index: str) -> None:
    store = open_store(empty_sqlite_url)
    query = f"EXPLAIN QUERY PLAN SELECT * FROM skips WHERE {wanted} ORDER BY skipped_at DESC, lead_id DESC LIMIT 100"
    with store.database.reading() as connection:
        plan = " ".join(row.detail for row in connection.execute(sa.text(query)))
    store.close()
    assert index in plan
    assert "TEMP B-TREE" not in plan
