from pathlib import Path

import sqlalchemy as sa

from campaigns.imports import AddRules
from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead
from campaigns.store.opening import open_store
from campaigns.store.schema import list_turns


def test_turns_are_kept_beside_the_leads(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True)
    campaign = store.create_campaign(
        Campaign(
            campaign_id=0,
            name="x",
            skill_group="s",
            status=CampaignStatus.RUNNING,
            calling_window=CallingWindow(start="00:00", end="24:00"),
            list_weights={"a": 2.0},
        )
    )
    list_id = store.open_list(campaign.campaign_id, "a")
    store.add_leads(1, [NewLead(number=f"+1202555010{index}") for index in range(5)], AddRules(list_id=list_id))
    store.add_leads(1, [NewLead(number=f"+1202555011{index}") for index in range(5)])
    assert len(store.reserve_leads(1, 3, 0.0, 60.0, "engine-1")) == 3
    with store.database.reading() as connection:
        turns = {row.list_id: row.turn for row in connection.execute(sa.select(list_turns))}
    assert turns == {0: 0.0, list_id: 0.0}
    store.close()
