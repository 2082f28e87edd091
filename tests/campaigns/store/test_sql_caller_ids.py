from pathlib import Path

from campaigns.caller_ids import CallerIdPool
from campaigns.model import Attempt, Campaign
from campaigns.store import sql_caller_ids
from campaigns.store.opening import open_store

OURS = "+12025550190"


def test_several_attempts_of_one_transaction_are_written_as_one_row(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True)
    store.add_caller_ids([OURS], "", 1.0)
    campaign = Campaign(campaign_id=1, name="x", skill_group="s", caller_ids=CallerIdPool())
    attempt = Attempt(
        attempt_id="1-1",
        lead_id=1,
        attempt_number=1,
        campaign_id=1,
        number="+12025550111",
        caller_id=OURS,
        trunk="main",
        placed_at=5.0,
    )
    with store.database.writing() as connection:
        shown = sql_caller_ids.Shown(connection, [attempt], {1: campaign})
        for _ in range(3):
            assert shown.may_show(campaign, attempt)
            shown.count(campaign, attempt)
        shown.write(connection)
    assert [one.use.calls for one in store.caller_ids()] == [3]
    with store.database.writing() as connection:
        nothing = sql_caller_ids.Shown(connection, [attempt], {})
        nothing.count(campaign, attempt)
        nothing.write(connection)
    assert [one.use.calls for one in store.caller_ids()] == [3]
    store.close()
