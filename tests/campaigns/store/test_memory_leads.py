import pytest
from msgspec.structs import replace

from campaigns.dispositions import Callback
from campaigns.imports import AddRules
from campaigns.model import Campaign, LeadStatus, NewLead
from campaigns.service.errors import LeadNotFoundError
from campaigns.store.memory_leads import MemoryLeads
from campaigns.store.progress import closed

NOW = 1_770_000_000.0


def stocked(count: int = 2) -> MemoryLeads:
    leads = MemoryLeads({1: Campaign(campaign_id=1, name="x", skill_group="s")})
    leads.open_campaign(1)
    for index in range(count):
        leads.add(1, NewLead(number=f"+1202555010{index}"), AddRules())
    return leads


def test_leads_are_found_by_id_and_number() -> None:
    leads = stocked()
    assert [slot.lead.lead_id for slot in leads.all()] == [1, 2]
    assert leads.known("+12025550101", 1, AddRules()) == 2
    assert leads.find(9) is None
    with pytest.raises(LeadNotFoundError):
        leads.slot(9)
    leads.remove(leads.slot(2).lead)
    assert leads.known("+12025550101", 1, AddRules()) is None


def test_open_leads_are_counted_closed_and_opened_again() -> None:
    leads = stocked()
    slot = leads.slot(1)
    leads.move(slot, closed(slot.lead, "sale"))
    leads.move(slot, closed(slot.lead, "sale"))
    assert leads.open_counts[1] == 1
    leads.move(slot, replace(slot.lead, status=LeadStatus.OPEN, closed_reason=""))
    assert leads.open_counts[1] == 2
    assert {one.lead.lead_id for one in leads.pop_due(1, NOW, leads.time_zones(1))} == {1, 2}


def test_a_lead_with_a_callback_is_no_ordinary_one() -> None:
    leads = stocked()
    for slot in leads.all():
        callback = Callback(starts_at=NOW - slot.lead.lead_id, ends_at=NOW + 60)
        leads.move(slot, replace(slot.lead, callback=callback, not_before=callback.starts_at))
    assert list(leads.pop_due(1, NOW, leads.time_zones(1))) == []
    assert [slot.lead.lead_id for slot in leads.callbacks_due(1, NOW)] == [2, 1]
    leads.lease(leads.slot(2), "engine-1", NOW + 5)
    leads.move(leads.slot(1), closed(leads.slot(1).lead, "sale"))
    assert leads.callbacks_due(1, NOW) == []
    leads.free_expired_leases(1, NOW + 5)
    assert [slot.lead.lead_id for slot in leads.callbacks_due(1, NOW + 5)] == [2]
