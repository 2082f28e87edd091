"""What only the memory store promises; the rest is in tests/contracts/test_campaign_store.py."""

from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead
from campaigns.store.memory import MemoryStore


def test_stale_places_in_the_queue_are_passed_over() -> None:
    store = MemoryStore()
    anytime = CallingWindow(start="00:00", end="24:00")
    campaign = store.create_campaign(
        Campaign(
            campaign_id=0, name="spring", skill_group="sales", status=CampaignStatus.RUNNING, calling_window=anytime
        )
    )
    store.add_leads(1, [NewLead(number=f"+1202555{index:04d}") for index in range(3)])
    for _ in range(5):
        store.release_leads([lead.lead_id for lead in store.reserve_leads(1, 3, 0.0, 60.0, "engine-1")])
    store.block_numbers(["+12025550001"], "asked", 0.0)
    assert [lead.lead_id for lead in store.reserve_leads(1, 9, 0.0, 60.0, "engine-1")] == [1, 3]
    store.update_campaign(replace(campaign, status=CampaignStatus.PAUSED))
    assert store.reserve_leads(1, 9, 60.0, 60.0, "engine-1") == ()
    store.close()
