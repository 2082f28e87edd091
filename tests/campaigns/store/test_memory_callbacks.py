from msgspec.structs import replace

from campaigns.dispositions import Callback
from campaigns.imports import AddRules
from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead
from campaigns.rules.checks import Seen
from campaigns.rules.gate import gate_of
from campaigns.store.memory_callbacks import due_by_agent, reserve
from campaigns.store.memory_leads import MemoryLeads

NOW = 1_770_000_000.0
SPRING = Campaign(
    campaign_id=1,
    name="x",
    skill_group="s",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)


def test_callbacks_go_to_their_agent_until_their_window_is_over() -> None:
    leads = MemoryLeads({1: SPRING})
    leads.open_campaign(1)
    for index, agent in enumerate(("ann", "bob", "")):
        leads.add(1, NewLead(number=f"+1202555010{index}"), AddRules())
        slot = leads.slot(index + 1)
        appointed = Callback(starts_at=NOW, ends_at=NOW + 600.0, agent_id=agent)
        leads.move(slot, replace(slot.lead, callback=appointed, not_before=NOW))
    assert due_by_agent(leads, 1, NOW) == {"ann": 1, "bob": 1, "": 1}
    assert due_by_agent(leads, 1, NOW + 600.0) == {"": 3}

    def take(count: int, now: float) -> list[int]:
        found = reserve(leads, gate_of(SPRING), lambda _: Seen(), ["ann"], count, now, ("engine-1", now + 60.0))
        return [lead.lead_id for lead in found]

    assert take(0, NOW) == []
    assert take(9, NOW) == [1, 3]
    assert take(9, NOW + 600.0) == [1, 2, 3], "the leases have run out, and anybody takes them"
