"""What every campaign store must do with leads that agents looked at and did not call."""

import pytest
from msgspec.structs import replace

from campaigns.model import NewLead
from campaigns.ports import CampaignStore
from campaigns.service.erasing import erase_person
from campaigns.service.errors import InvalidListingError
from campaigns.skips import Skip, SkipFilter
from tests.contracts.test_campaign_store import NOON, SPRING, number

SKIP = Skip(
    campaign_id=1,
    lead_id=1,
    number=number(0),
    agent_id="ann",
    skipped_at=NOON,
    looked_s=4.5,
    reason="other",
    note="has moved to their sister's",
)


def filled(store: CampaignStore) -> list[Skip]:
    """Six skips of three leads, two campaigns and two tenants, oldest first."""
    for tenant_id in (1, 2):
        campaign = store.create_campaign(replace(SPRING, tenant_id=tenant_id))
        store.add_leads(campaign.campaign_id, [NewLead(number=number(index)) for index in range(2)])
    said = [
        SKIP,
        replace(SKIP, lead_id=2, number=number(1)),
        replace(SKIP, skipped_at=NOON + 60, agent_id="bob", reason="ran_out", note=""),
        replace(SKIP, skipped_at=NOON + 120, reason="", note="again"),
        replace(SKIP, skipped_at=NOON + 120, lead_id=2, number=number(1), reason="bad_time", note=""),
        replace(SKIP, skipped_at=NOON + 180, lead_id=3, campaign_id=2, agent_id="2~ann"),
    ]
    store.record_skips(said[:3])
    store.record_skips([])
    store.record_skips([*said[3:], replace(said[0], reason="changed")])
    return said


def test_skips_are_kept_once_and_listed_newest_first(store: CampaignStore) -> None:
    said = filled(store)
    assert list(store.skips(SkipFilter()).items) == said[::-1]
    found: list[Skip] = []
    cursor = None
    while True:
        page = store.skips(SkipFilter(limit=2, cursor=cursor))
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert found == said[::-1]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (SkipFilter(tenant_id=1), [4, 3, 2, 1, 0]),
        (SkipFilter(tenant_id=2), [5]),
        (SkipFilter(tenant_id=1, campaign_id=2), []),
        (SkipFilter(campaign_id=1, lead_id=2), [4, 1]),
        (SkipFilter(agent_id="bob"), [2]),
        (SkipFilter(reason="ran_out"), [2]),
        (SkipFilter(since=NOON + 60, until=NOON + 120), [2]),
    ],
)
def test_a_listing_has_what_is_asked_for(store: CampaignStore, wanted: SkipFilter, places: list[int]) -> None:
    said = filled(store)
    assert list(store.skips(wanted).items) == [said[place] for place in places]


@pytest.mark.parametrize("cursor", ["", "x", "1.0", "1.0:x", "1.0:-3", "x:1", "1:2:3"])
def test_a_cursor_of_something_else_is_refused(store: CampaignStore, cursor: str) -> None:
    with pytest.raises(InvalidListingError):
        store.skips(SkipFilter(cursor=cursor))
    with pytest.raises(InvalidListingError):
        store.skips(SkipFilter(limit=0))


def test_who_is_erased_is_named_by_no_note(store: CampaignStore) -> None:
    said = filled(store)
    erase_person(store, number(0), NOON + 600)
    told = {one: (one.number, one.note) for one in store.skips(SkipFilter(tenant_id=1)).items}
    assert {value for one, value in told.items() if one.lead_id == 1} == {("erased-1", "")}
    assert {one for one in told if one.lead_id == 2} == {said[1], said[4]}
    assert store.skips(SkipFilter(tenant_id=2)).items == (said[5],)
