import pytest
from msgspec.structs import replace

from campaigns.caller_ids import UNUSED, CallerId, CallerIdChoice, CallerIdPool
from campaigns.model import Attempt, Campaign, CampaignTask
from campaigns.ports import LeadList
from campaigns.rules.caller_ids import shown
from campaigns.store.showing import may_show, with_pool

OURS = CallerId(number="+12025550190")
POOL = CallerIdPool(choice=CallerIdChoice.BY_LIST, by_list={"north": OURS.number}, rest_after_calls=1)
CAMPAIGN = Campaign(campaign_id=1, name="x", skill_group="s", caller_ids=POOL)
FIXED = replace(CAMPAIGN, caller_ids=CallerIdPool())
ATTEMPT = Attempt(
    attempt_id="1-1",
    lead_id=1,
    attempt_number=1,
    campaign_id=1,
    number="+12025550111",
    caller_id=OURS.number,
    trunk="main",
    placed_at=5.0,
)


@pytest.mark.parametrize(
    ("campaign", "registered", "is_shown"),
    [
        (FIXED, None, True),
        (CAMPAIGN, None, False),
        (CAMPAIGN, OURS, True),
        (CAMPAIGN, replace(OURS, use=shown(UNUSED, POOL, 0.0)), False),
        (replace(CAMPAIGN, caller_ids=replace(POOL, numbers=("+1",), by_list={})), OURS, False),
    ],
)
def test_the_last_word(campaign: Campaign, registered: CallerId | None, is_shown: bool) -> None:
    assert may_show(campaign, ATTEMPT, registered) is is_shown


def test_a_task_names_registered_numbers_alone() -> None:
    lists = [LeadList(list_id=4, campaign_id=1, name="north"), LeadList(list_id=5, campaign_id=1, name="other")]
    task = with_pool(CampaignTask(campaign=CAMPAIGN), [OURS], lists)
    assert (task.caller_ids, task.caller_id_by_list) == ((OURS,), {4: OURS.number})
    task = with_pool(CampaignTask(campaign=CAMPAIGN), [], lists)
    assert (task.caller_ids, task.caller_id_by_list) == ((), {})
    assert with_pool(CampaignTask(campaign=FIXED), [OURS], lists).caller_ids == ()
