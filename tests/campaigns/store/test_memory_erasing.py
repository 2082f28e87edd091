import pytest

from campaigns.erasures import Erased
from campaigns.model import NewLead
from campaigns.service.erasing import CallUnderWayError
from campaigns.store.memory import MemoryStore
from tests.contracts.test_campaign_store import NOON, SPRING, dial

FIRST = "+12025550101"


def test_nobody_is_erased_while_they_are_called() -> None:
    store = MemoryStore()
    campaign = store.create_campaign(SPRING)
    store.add_leads(campaign.campaign_id, [NewLead(number=FIRST, name="Jane")])
    (jane,) = store.reserve_leads(campaign.campaign_id, 1, NOON, 600.0, "engine-1")
    dial(store, jane)
    with pytest.raises(CallUnderWayError):
        store.erase(FIRST, NOON)
    assert store.lead(1).name == "Jane"


def test_who_is_not_there_is_only_suppressed() -> None:
    assert MemoryStore().erase(FIRST, NOON) == Erased(suppressed=(FIRST,))
