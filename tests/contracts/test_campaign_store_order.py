"""Lead order and list mix: the same in every campaign store."""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from campaigns.imports import AddRules
from campaigns.model import Campaign, CampaignStatus, Lead, NewLead, Outcome, RetryRule
from campaigns.ports import CampaignStore
from campaigns.rules.shuffling import shuffled_rank
from campaigns.store.memory import MemoryStore
from campaigns.store.ranking import rank_leads
from campaigns.store.sql import SqlStore
from campaigns.terms import LeadOrder
from tests.contracts.test_campaign_store import ANY_TIME, NOON, dial, ended, number

CAMPAIGN = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=ANY_TIME,
    retry_rules={Outcome.BUSY: RetryRule(delay_s=60.0, attempts_max=9)},
)


def fill(store: CampaignStore, campaign: Campaign, name: str, count: int, first: int, priority: int = 0) -> int:
    list_id = store.open_list(campaign.campaign_id, name) if name else 0
    leads = [NewLead(number=number(first + index), priority=priority) for index in range(count)]
    assert store.add_leads(campaign.campaign_id, leads, AddRules(list_id=list_id)).accepted == count
    return list_id


def reserve(store: CampaignStore, campaign: Campaign, count: int, now: float = NOON) -> list[int]:
    return [one.lead_id for one in store.reserve_leads(campaign.campaign_id, count, now, 600.0, "engine-1")]


def test_the_newest_go_first_and_those_tried_last(store: CampaignStore) -> None:
    campaign = store.create_campaign(replace(CAMPAIGN, lead_order=LeadOrder.NEWEST))
    fill(store, campaign, "", 3, 0)
    fill(store, campaign, "", 2, 10, priority=1)
    assert reserve(store, campaign, 2) == [5, 4]
    for lead_id in (4, 5):
        result = ended(dial(store, store.lead(lead_id)), Outcome.BUSY, at=NOON)
        store.record_results([result], NOON)
    assert reserve(store, campaign, 2) == [3, 2]
    store.release_leads([3, 2])
    # Priorities go before; then the order; those that have been tried by how long they are due.
    fill(store, campaign, "", 1, 20, priority=1)
    assert reserve(store, campaign, 9, NOON + 60) == [6, 4, 5, 3, 2, 1]


def test_those_tried_least_go_first(store: CampaignStore) -> None:
    campaign = store.create_campaign(replace(CAMPAIGN, lead_order=LeadOrder.FEWEST_ATTEMPTS, attempts_max=9))
    fill(store, campaign, "", 4, 0)

    def busy(lead_id: int, now: float) -> None:
        store.record_results([ended(dial(store, store.lead(lead_id)), Outcome.BUSY, at=now)], now)

    assert reserve(store, campaign, 3) == [1, 2, 3]
    # Lead 1 is tried twice and would be due longest; 3 before 2.
    busy(1, NOON - 600)
    assert reserve(store, campaign, 1, NOON - 500) == [4]
    store.release_leads([4])
    busy(3, NOON - 300)
    busy(2, NOON - 200)
    store.reserve_leads(campaign.campaign_id, 9, NOON - 540, 1.0, "engine-1")
    busy(1, NOON - 520)
    assert reserve(store, campaign, 2, NOON) == [4, 3]
    # Not before their time, whatever their attempts.
    assert reserve(store, campaign, 9, NOON) == [2, 1]
    assert reserve(store, campaign, 9, NOON) == []


def test_random_order_is_the_same_after_every_crash(store: CampaignStore) -> None:
    campaign = store.create_campaign(replace(CAMPAIGN, lead_order=LeadOrder.RANDOM))
    fill(store, campaign, "", 30, 0)
    fill(store, campaign, "", 5, 100, priority=1)
    shuffled = [*sorted(range(31, 36), key=shuffled_rank), *sorted(range(1, 31), key=shuffled_rank)]
    assert shuffled[5:] != list(range(1, 31))
    first = reserve(store, campaign, 12)
    assert first == shuffled[:12]
    # The engine dies with all of them: its leases run out, and it begins where it was.
    assert store.interrupt_attempts("engine-1", NOON) == 0
    assert reserve(store, campaign, 12) == first
    result = ended(dial(store, store.lead(first[0])), Outcome.BUSY, at=NOON)
    store.record_results([result], NOON)
    assert reserve(store, campaign, 99) == shuffled[12:]
    # Those tried come when they are due, by their time.
    assert reserve(store, campaign, 99, NOON + 60) == [first[0]]


def rank(store: CampaignStore, campaign_id: int, ranks: Mapping[int, int], is_anew: bool = False) -> int:
    def ranks_of(some: Sequence[Lead]) -> dict[int, int]:
        return {lead.lead_id: ranks[lead.lead_id] for lead in some if lead.lead_id in ranks}

    if isinstance(store, MemoryStore):
        return store.rank_leads(campaign_id, ranks_of, is_anew=is_anew)
    assert isinstance(store, SqlStore)
    return rank_leads(store.database, campaign_id, ranks_of, is_anew=is_anew)


def test_those_with_the_best_score_go_first(store: CampaignStore) -> None:
    campaign = store.create_campaign(replace(CAMPAIGN, lead_order=LeadOrder.SCORE))
    fill(store, campaign, "", 6, 0)
    fill(store, store.create_campaign(CAMPAIGN), "", 1, 100)
    assert rank(store, campaign.campaign_id, {1: 50, 3: 10, 4: 20, 7: 1}) == 3
    # Those without a score come after those with one; a score that is there is kept, or given anew.
    assert rank(store, campaign.campaign_id, {1: 5, 3: 10, 4: 20}) == 0
    assert reserve(store, campaign, 4) == [3, 4, 1, 2]
    store.release_leads([3, 4, 1, 2])
    result = ended(dial(store, store.lead(4)), Outcome.BUSY, at=NOON)
    store.record_results([result], NOON)
    assert rank(store, campaign.campaign_id, {1: 5, 3: 10, 4: 1}, is_anew=True) == 1
    assert reserve(store, campaign, 9) == [1, 3, 2, 5, 6]
    # Those tried come when they are due.
    assert reserve(store, campaign, 9, NOON + 60) == [4]


def test_a_change_of_order_holds_at_once(store: CampaignStore) -> None:
    campaign = store.create_campaign(CAMPAIGN)
    fill(store, campaign, "", 4, 0)
    assert reserve(store, campaign, 1) == [1]
    store.update_campaign(replace(campaign, lead_order=LeadOrder.NEWEST))
    assert reserve(store, campaign, 1) == [4]
    store.update_campaign(campaign)
    assert reserve(store, campaign, 9) == [2, 3]


def test_lists_share_by_weight_whatever_their_priorities(store: CampaignStore) -> None:
    campaign = store.create_campaign(replace(CAMPAIGN, list_weights={"March": 3.0, "old": 0.0}))
    march = fill(store, campaign, "March", 40, 0)
    fill(store, campaign, "old", 5, 100, priority=9)
    fill(store, campaign, "", 20, 200, priority=5)
    taken: Counter[int] = Counter()
    for _ in range(8):
        ids = reserve(store, campaign, 2)
        assert len(ids) == 2
        taken.update(store.lead(lead_id).list_id for lead_id in ids)
    assert taken == {march: 12, 0: 4}
    # A list that runs dry leaves its share to the others; one of weight 0 is never called.
    assert len(reserve(store, campaign, 100)) == 40 + 20 - 16
    assert reserve(store, campaign, 100) == []
    store.update_campaign(replace(campaign, list_weights={}))
    assert len(reserve(store, campaign, 100)) == 5
