from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.model import Attempt, Campaign, CampaignStatus, Lead
from campaigns.rules.gate import Gate
from campaigns.store.database import Database, read_url
from campaigns.store.migration import upgrade
from campaigns.store.sql_gate import Records, add_to_list, list_dates, lock_numbers, read_evidence, replace_list

NOW = 1_772_470_800.0
NUMBER = "+12125550101"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))
    upgrade(opened)
    yield opened
    opened.close()


def test_lists_are_replaced_and_added_to(database: Database) -> None:
    with database.writing() as connection:
        assert replace_list(connection, "us-national", iter([NUMBER, NUMBER, "+1"]), NOW) == 2
        assert replace_list(connection, "us-national", ["+1"], NOW + 1) == 1
        assert add_to_list(connection, "campaign:1", [NUMBER], NOW) == 1
        assert add_to_list(connection, "campaign:1", [NUMBER], NOW + 2) == 0
        assert list_dates(connection) == {"us-national": NOW + 1, "campaign:1": NOW + 2}
        records = Records(connection, [NUMBER, "+1"], set(), needs_past=False)
    assert records.seen(NUMBER).listed == ["campaign:1"]
    assert records.seen("+1").listed == ["us-national"]


def test_attempts_let_through_leave_evidence(database: Database) -> None:
    gate = Gate(Campaign(campaign_id=1, name="spring", skill_group="sales", status=CampaignStatus.RUNNING))
    lead = Lead(lead_id=4, campaign_id=1, number=NUMBER)
    attempt = Attempt(
        attempt_id="4-1",
        lead_id=4,
        attempt_number=1,
        campaign_id=1,
        number=NUMBER,
        caller_id="",
        trunk="main",
        placed_at=NOW,
    )
    with database.writing() as connection:
        lock_numbers(connection, [NUMBER])
        records = Records(connection, [NUMBER], set(), needs_past=True)
        assert records.allows(gate, lead, attempt)
        past = records.seen(NUMBER).past
        assert past is not None
        assert len(past) == 1
        records.write_evidence(connection)
        assert all(verdict.is_allowed for verdict in read_evidence(connection, (4, 1)))
        assert read_evidence(connection, (4, 2)) == ()
        blocked = Records(connection, [NUMBER], {NUMBER}, needs_past=True)
        assert not blocked.allows(gate, lead, attempt)


def test_earlier_attempts_are_found_by_their_index(database: Database) -> None:
    query = "EXPLAIN QUERY PLAN SELECT placed_at FROM attempts WHERE number IN (SELECT value FROM json_each('[]'))"
    with database.reading() as connection:
        plan = " ".join(str(row) for row in connection.execute(sa.text(query)))
    assert "attempts_by_number" in plan
