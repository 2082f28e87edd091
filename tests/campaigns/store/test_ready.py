from hypothesis import given
from hypothesis import strategies as st

from campaigns.model import Lead
from campaigns.store.ready import ReadyLeads, place_of

leads = st.builds(
    Lead,
    lead_id=st.integers(1, 1000),
    campaign_id=st.just(1),
    number=st.just("+12025550101"),
    time_zone=st.sampled_from(["", "UTC", "Asia/Tokyo"]),
    priority=st.integers(-2, 2),
    not_before=st.integers(0, 9).map(float),
)


@given(st.lists(leads, unique_by=lambda lead: lead.lead_id), st.integers(0, 9), st.sets(st.sampled_from(["", "UTC"])))
def test_due_leads_of_open_zones_come_best_first(found: list[Lead], now: int, zones: set[str]) -> None:
    ready = ReadyLeads()
    for lead in found:
        ready.push(lead)
    due = [lead for lead in found if lead.time_zone in zones and lead.not_before <= now]
    due.sort(key=lambda lead: (-lead.priority, lead.not_before, lead.lead_id))
    assert list(ready.pop_due(now, zones)) == [(lead.lead_id, place_of(lead)) for lead in due]
    assert list(ready.pop_due(now, zones)) == []
    assert ready.time_zones == {lead.time_zone for lead in found}
