"""How imports are found in SQL; what comes of them is in tests/contracts/test_campaign_store_adding.py."""

from pathlib import Path

import sqlalchemy as sa

from campaigns.imports import AddRules, ImportStatus, LeadImport
from campaigns.model import Campaign, NewLead
from campaigns.store import migration, sql_imports
from campaigns.store.database import Database, read_url
from campaigns.store.sql import SqlStore


def test_rolling_back_goes_in_steps_and_reads_no_lead_from_before(tmp_path: Path, monkeypatch: object) -> None:
    database = Database(read_url(f"sqlite:///{tmp_path}/dialer.sqlite3"))
    migration.upgrade(database)
    store = SqlStore(database)
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    store.add_leads(1, [NewLead(number=f"+1202555{index:04d}") for index in range(10)])
    state = store.create_import(
        LeadImport(import_id=0, campaign_id=1, file_name="a.csv", digest="", created_at=0.0, updated_at=0.0)
    )
    with database.reading() as connection:
        first = connection.execute(sa.text("SELECT first_lead_id FROM lead_imports")).scalar_one()
    assert first == 11
    new = [NewLead(number=f"+1202556{index:04d}") for index in range(sql_imports.CHUNK + 1)]
    store.continue_import(state, new, AddRules(import_id=state.import_id), lambda _: state)
    with database.writing() as connection:
        assert sql_imports.roll_back_some(connection, state.import_id, 0.0) == sql_imports.CHUNK
    assert store.lead_import(state.import_id).status is ImportStatus.ROLLED_BACK
    assert store.roll_back_import(state.import_id, 0.0) == 1
    database.close()
