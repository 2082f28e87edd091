"""Callbacks in memory; the same as `campaigns.store.sql_callbacks` does in SQL."""

from collections import Counter
from collections.abc import Collection

from campaigns.model import Lead
from campaigns.rules.gate import Gate
from campaigns.store import judging
from campaigns.store.memory_leads import MemoryLeads


def reserve(
    leads: MemoryLeads,
    gate: Gate,
    seen: judging.SeenOf,
    agents: Collection[str],
    count: int,
    now: float,
    lease: tuple[str, float],
) -> tuple[Lead, ...]:
    """Lease callbacks that are due, oldest first; see `CampaignStore.reserve_callbacks`.

    Args:
        leads: all there are.
        gate: of the campaign.
        seen: what is known of a number.
        agents: who would take callbacks of their own.
        count: how many at most.
        now: Unix seconds.
        lease: the engine, and until when it has them.
    """
    campaign_id = gate.campaign.campaign_id
    if count <= 0 or gate.campaign_refusals(now):
        return ()
    leads.free_expired_leases(campaign_id, now)
    reserved: list[Lead] = []
    for slot in leads.callbacks_due(campaign_id, now):
        callback = slot.lead.callback
        assert callback is not None
        if callback.agent_id and callback.agent_id not in agents and callback.ends_at > now:
            continue
        _, refused = judging.judge(gate, (slot.lead,), now, seen)
        if refused:
            leads.move(slot, refused[0][1])
        elif len(reserved) < count:
            reserved.append(leads.lease(slot, *lease))
    return tuple(reserved)


def due_by_agent(leads: MemoryLeads, campaign_id: int, now: float) -> Counter[str]:
    """Callbacks that are due, by the agent who is to call; those for anybody under ""."""
    due: Counter[str] = Counter()
    for slot in leads.callbacks_due(campaign_id, now):
        callback = slot.lead.callback
        assert callback is not None
        due["" if callback.ends_at <= now else callback.agent_id] += 1
    return due
