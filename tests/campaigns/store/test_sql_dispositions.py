from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead
from campaigns.service.errors import AttemptNotFoundError
from campaigns.store import sql_attempts, sql_dispositions
from campaigns.store.opening import open_store
from campaigns.store.schema import attempts, blocked_numbers
from campaigns.store.sql import SqlStore
from tests.campaigns.store.test_sql_attempts import FIRST, NOW


@pytest.fixture
def store(empty_sqlite_url: str) -> Iterator[SqlStore]:
    opened = open_store(empty_sqlite_url)
    window = CallingWindow(start="00:00", end="24:00")
    campaign = Campaign(campaign_id=0, name="x", skill_group="s", status=CampaignStatus.RUNNING, calling_window=window)
    opened.create_campaign(campaign)
    opened.add_leads(1, [NewLead(number=FIRST.number)])
    yield opened
    opened.close()


def test_when_a_disposition_was_set_is_kept(store: SqlStore) -> None:
    with store.database.writing() as connection:
        sql_attempts.write(connection, [FIRST])
        sql_dispositions.record(connection, (1, 1), "ann", "sale", NOW + 5)
        assert connection.scalar(sa.select(attempts.c.disposition_at)) == NOW + 5
        with pytest.raises(AttemptNotFoundError):
            sql_dispositions.record(connection, (1, 2), "ann", "sale", NOW)


def test_a_blocked_number_says_who_was_asked(store: SqlStore) -> None:
    with store.database.writing() as connection:
        sql_attempts.write(connection, [FIRST])
        sql_dispositions.record(connection, (1, 1), "ann", "do_not_call", NOW + 5)
        assert connection.scalar(sa.select(blocked_numbers.c.reason)) == "asked of ann in attempt 1-1"
        assert sql_dispositions.block(connection, [FIRST.number], "again", NOW, 1) == 0
