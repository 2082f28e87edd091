"""What every store keeps of registered caller IDs: whose they are, how often they were shown, and the last word."""

import pytest
from msgspec.structs import replace

from campaigns.caller_ids import CallerIdChoice, CallerIdPool, ShownWithin
from campaigns.model import Attempt, Campaign, CampaignTask, Lead, NewLead
from campaigns.ports import ADD_RULES, CampaignStore
from campaigns.rules.caller_ids import calls_within
from campaigns.service.errors import CallerIdNotFoundError
from tests.contracts.test_campaign_store import NOON, SPRING, next_attempt, number, reserve

OURS, SPARE = "+12025550190", "+12025550191"


def pooled(store: CampaignStore, **pool: object) -> Campaign:
    settings = CallerIdPool(**{"choice": CallerIdChoice.ROTATION, **pool})  # type: ignore[arg-type]
    campaign = store.create_campaign(replace(SPRING, caller_ids=settings))
    store.add_leads(campaign.campaign_id, [NewLead(number=number(index)) for index in range(5)])
    return campaign


def showing(lead: Lead, caller_id: str = OURS, now: float = NOON) -> Attempt:
    return replace(next_attempt(lead, now), caller_id=caller_id)


def task_of(store: CampaignStore, campaign: Campaign, now: float = NOON) -> CampaignTask:
    return next(task for task in store.tasks(now) if task.campaign.campaign_id == campaign.campaign_id)


def test_numbers_are_registered_labelled_and_taken_off_for_one_tenant(store: CampaignStore) -> None:
    assert store.add_caller_ids([SPARE, OURS, OURS], "Washington", NOON) == 2
    assert store.add_caller_ids([OURS], "main", NOON + 1) == 0
    assert store.add_caller_ids([OURS], "theirs", NOON, tenant_id=2) == 1
    assert [(one.number, one.label, one.added_at) for one in store.caller_ids()] == [
        (OURS, "main", NOON),
        (SPARE, "Washington", NOON),
    ]
    store.remove_caller_id(OURS)
    with pytest.raises(CallerIdNotFoundError):
        store.remove_caller_id(OURS)
    assert [one.number for one in store.caller_ids()] == [SPARE]
    assert [one.label for one in store.caller_ids(2)] == ["theirs"]


def test_a_task_has_the_numbers_of_its_pool(store: CampaignStore) -> None:
    store.add_caller_ids([OURS, SPARE], "", NOON)
    store.add_caller_ids(["+442079460000"], "", NOON, tenant_id=2)
    whole, part = pooled(store), pooled(store, numbers=(SPARE, "+1900"))
    listed = pooled(store, choice=CallerIdChoice.BY_LIST, by_list={"north": OURS, "south": "+1901"})
    north = store.open_list(listed.campaign_id, "north")
    store.open_list(listed.campaign_id, "south")
    fixed = store.create_campaign(SPRING)
    assert [one.number for one in task_of(store, whole).caller_ids] == [OURS, SPARE]
    assert [one.number for one in task_of(store, part).caller_ids] == [SPARE]
    assert task_of(store, listed).caller_id_by_list == {north: OURS}
    assert task_of(store, fixed).caller_ids == ()


def test_attempts_are_counted_over_all_campaigns_also_those_without_a_pool(store: CampaignStore) -> None:
    store.add_caller_ids([OURS], "", NOON)
    campaign = pooled(store)
    fixed = store.create_campaign(replace(SPRING, caller_id=OURS))
    store.add_leads(fixed.campaign_id, [NewLead(number=number(9))])
    leads = [*reserve(store, campaign, 2), *reserve(store, fixed, 1)]
    assert len(store.record_attempts([showing(lead) for lead in leads])) == 3
    (own,) = task_of(store, campaign).caller_ids
    assert (own.use.calls, own.use.last_at) == (3, NOON)
    assert [calls_within(own.use, within, NOON + 1800.0) for within in ShownWithin] == [3, 3, 3]
    assert [calls_within(own.use, within, NOON + 7200.0) for within in ShownWithin] == [0, 3, 3]


def test_an_attempt_over_the_cap_or_during_a_rest_is_not_written(store: CampaignStore) -> None:
    store.add_caller_ids([OURS, SPARE], "", NOON)
    campaign = pooled(store, calls_per_hour_max=3, rest_after_calls=2, rest_s=600.0)
    first, second, third, fourth, fifth = reserve(store, campaign, 5, lease_s=7200.0)
    written = store.record_attempts([showing(one) for one in (first, second, third)])
    assert list(written) == ["1-1", "2-1"], "two calls, then it rests"
    assert list(store.record_attempts([showing(third, SPARE)])) == ["3-1"]
    assert list(store.record_attempts([showing(fourth, now=NOON + 599.0)])) == []
    assert list(store.record_attempts([showing(fourth, now=NOON + 600.0)])) == ["4-1"]
    assert list(store.record_attempts([showing(fifth, now=NOON + 1300.0)])) == [], "three in the hour"
    assert list(store.record_attempts([showing(fifth, now=NOON + 3600.0)])) == [], "the hour has not slid past its step"
    assert list(store.record_attempts([showing(fifth, now=NOON + 3675.0)])) == ["5-1"]


def test_an_attempt_under_a_number_that_is_not_ours_is_not_written(store: CampaignStore) -> None:
    store.add_caller_ids([OURS, SPARE], "", NOON)
    store.add_caller_ids(["+442079460000"], "", NOON, tenant_id=2)
    campaign = pooled(store, numbers=(OURS,))
    first, second, third, *_ = reserve(store, campaign, 5)
    wanted = [showing(first, SPARE), showing(second, "+442079460000"), showing(third)]
    assert list(store.record_attempts(wanted)) == ["3-1"]
    store.remove_caller_id(OURS)
    assert list(store.record_attempts([showing(first)])) == []


def test_lists_are_found_by_name_when_leads_are_on_them(store: CampaignStore) -> None:
    store.add_caller_ids([OURS], "", NOON)
    campaign = pooled(store, choice=CallerIdChoice.BY_LIST, by_list={"north": OURS})
    north = store.open_list(campaign.campaign_id, "north")
    store.add_leads(campaign.campaign_id, [NewLead(number=number(50))], replace(ADD_RULES, list_id=north))
    assert north in {lead.list_id for lead in reserve(store, campaign, 9)}
    assert task_of(store, campaign).caller_id_by_list == {north: OURS}
