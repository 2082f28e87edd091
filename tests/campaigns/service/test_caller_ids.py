import pytest
from msgspec.structs import replace

from campaigns.caller_ids import CallerIdChoice
from campaigns.model import CampaignStatus
from campaigns.service.caller_ids import add_caller_ids, remove_caller_id
from campaigns.service.campaigns import change_status, create_campaign, edit_campaign
from campaigns.service.errors import CallerIdInUseError, CallerIdNotFoundError, InvalidSettingsError
from campaigns.store.memory import MemoryStore

NOW = 1_770_000_000.0
OURS, SPARE = "+12025550190", "+12025550191"
SETTINGS = {"name": "spring", "skill_group": "sales"}


def test_what_is_no_number_is_named_and_nothing_is_registered() -> None:
    store = MemoryStore()
    with pytest.raises(InvalidSettingsError, match=r"^numbers\.1: '555' is not an E\.164 number"):
        add_caller_ids(store, [OURS, "555"], "", NOW)
    with pytest.raises(InvalidSettingsError, match="more than 1000"):
        add_caller_ids(store, [f"+1202555{index:04d}" for index in range(1001)], "", NOW)
    assert store.caller_ids() == ()
    assert add_caller_ids(store, [OURS, SPARE], "", NOW) == 2


def test_a_campaign_shows_registered_numbers_alone() -> None:
    store = MemoryStore()
    pool = {"caller_ids": {"choice": "rotation"}}
    with pytest.raises(InvalidSettingsError, match="needs registered caller IDs"):
        create_campaign(store, SETTINGS | pool)
    add_caller_ids(store, [OURS], "", NOW)
    campaign = create_campaign(store, SETTINGS | pool)
    assert campaign.caller_ids.choice is CallerIdChoice.ROTATION
    with pytest.raises(InvalidSettingsError, match=r"caller_ids\.numbers\[0\]: '\+12025550191' is not among"):
        edit_campaign(store, campaign.campaign_id, {"caller_ids": {"numbers": [SPARE]}})
    with pytest.raises(InvalidSettingsError, match="caller_id: "):
        create_campaign(store, SETTINGS | {"caller_id": SPARE})


def test_a_number_that_a_campaign_names_stays_until_the_campaign_is_stopped() -> None:
    store = MemoryStore()
    add_caller_ids(store, [OURS, SPARE], "", NOW)
    campaign = create_campaign(store, SETTINGS | {"caller_id": OURS})
    with pytest.raises(CallerIdInUseError, match="campaign 1 shows"):
        remove_caller_id(store, OURS)
    remove_caller_id(store, SPARE)
    store.update_campaign(replace(campaign, status=CampaignStatus.STOPPED))
    remove_caller_id(store, OURS)
    with pytest.raises(CallerIdNotFoundError):
        remove_caller_id(store, OURS)
    add_caller_ids(store, [SPARE], "", NOW)
    with pytest.raises(InvalidSettingsError, match="not among the registered"):
        change_status(store, campaign.campaign_id, CampaignStatus.RUNNING)
