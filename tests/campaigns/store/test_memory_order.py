from msgspec.structs import replace

from campaigns.model import Campaign, Lead
from campaigns.store.memory_leads import LeadSlot
from campaigns.store.memory_order import in_order, is_usual, take_mixed
from campaigns.terms import LeadOrder

CAMPAIGN = Campaign(campaign_id=1, name="x", skill_group="s")


def slots(*lists: int) -> list[LeadSlot]:
    return [
        LeadSlot(Lead(lead_id=index, campaign_id=1, number="+12025550101", list_id=list_id))
        for index, list_id in enumerate(lists, 1)
    ]


def test_only_what_is_unusual_is_looked_through() -> None:
    assert is_usual(CAMPAIGN)
    assert not is_usual(replace(CAMPAIGN, lead_order=LeadOrder.NEWEST))
    assert not is_usual(replace(CAMPAIGN, list_weights={"a": 1.0}))


def test_the_newest_first_but_those_tried_by_their_time() -> None:
    found = slots(0, 0, 0, 0)
    found[3].lead = replace(found[3].lead, not_before=9.0)
    found[2].lead = replace(found[2].lead, not_before=5.0)
    order = in_order(replace(CAMPAIGN, lead_order=LeadOrder.NEWEST), found)
    assert [slot.lead.lead_id for slot in order] == [2, 1, 3, 4]
    assert [slot.lead.lead_id for slot in in_order(CAMPAIGN, found)] == [1, 2, 3, 4]


def test_turns_are_kept_for_the_next_time() -> None:
    campaign = replace(CAMPAIGN, list_weights={"a": 1.0, "b": 1.0})
    turns: dict[int, float] = {}
    due = slots(1, 1, 2, 2)
    first = take_mixed(campaign, {1: "a", 2: "b"}, turns, due, 1, lambda some, count: [next(some).lead])
    rest = [slot for slot in due if slot.lead not in first]
    second = take_mixed(campaign, {1: "a", 2: "b"}, turns, rest, 1, lambda some, count: [next(some).lead])
    assert [lead.list_id for lead in first + second] == [1, 2]
