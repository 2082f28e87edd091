"""Leads on their way into the hopper and out of it again."""

from campaigns.model import CampaignStatus
from dialer.engine.state import EngineState
from dialer.messages import CallbacksReserved, LeadsReserved, NumbersBlocked, ReleaseLeads, ReserveLeads
from dialer.pds.tasks import CampaignWork

BLOCKED_MAX = 100_000
"""Numbers blocked of late that are remembered here; the store, which is asked before every call, forgets none."""


def refill(state: EngineState, work: CampaignWork, now: float) -> None:
    """Give back leads whose lease is ending, and ask for more where the hopper runs low."""
    expired = work.callbacks.expire(now) + work.hopper.expire(now)
    if expired:
        release(state, work.campaign_id, expired)
    count = work.hopper.count_to_reserve(now)
    if count:
        state.commands.append(ReserveLeads(campaign_id=work.campaign_id, count=count))


def release(state: EngineState, campaign_id: int, lead_ids: tuple[int, ...]) -> None:
    """Give leads back to the store."""
    if lead_ids:
        state.commands.append(ReleaseLeads(campaign_id=campaign_id, lead_ids=lead_ids))


def on_leads_reserved(state: EngineState, event: LeadsReserved, now: float) -> None:
    """Put reserved leads into the hopper; a campaign that has been stopped meanwhile gives them back."""
    work = state.tasks.works.get(event.campaign_id)
    if work is None or work.campaign.status not in (CampaignStatus.RUNNING, CampaignStatus.PAUSED):
        release(state, event.campaign_id, tuple(lead.lead_id for lead in event.leads))
        return
    barred = state.blocked[work.campaign.tenant_id]
    blocked = tuple(lead.lead_id for lead in event.leads if lead.number in barred)
    leads = tuple(lead for lead in event.leads if lead.number not in barred) if blocked else event.leads
    too_many = work.hopper.add(leads, now)
    release(state, event.campaign_id, blocked + tuple(lead.lead_id for lead in too_many))
    if event.leads:
        state.touch(work)


def on_callbacks_reserved(state: EngineState, event: CallbacksReserved, now: float) -> None:
    """Keep reserved callbacks at hand; a campaign that has been stopped meanwhile gives them back."""
    work = state.tasks.works.get(event.campaign_id)
    if work is None or work.campaign.status not in (CampaignStatus.RUNNING, CampaignStatus.PAUSED):
        release(state, event.campaign_id, tuple(lead.lead_id for lead in event.leads))
        return
    barred = state.blocked[work.campaign.tenant_id]
    release(state, event.campaign_id, tuple(lead.lead_id for lead in event.leads if lead.number in barred))
    work.callbacks.add((lead for lead in event.leads if lead.number not in barred), now)
    if event.leads:
        state.touch(work)


def on_numbers_blocked(state: EngineState, event: NumbersBlocked, now: float) -> None:
    """Numbers are on a tenant's do-not-call list, or on a campaign's own."""
    del now
    if event.campaign_id is not None:
        work = state.tasks.works.get(event.campaign_id)
        if work is not None and work.campaign.tenant_id == event.tenant_id:
            # Leads on their way here are not remembered: the store, which is asked before every call, knows the list.
            _take_out(state, work, frozenset(event.numbers))
        return
    bar_numbers(state, event.tenant_id, event.numbers)


def bar_numbers(state: EngineState, tenant_id: int, numbers: tuple[str, ...]) -> None:
    """Take blocked numbers out of the tenant's hoppers at once, and remember them for leads that are on their way."""
    blocked = state.blocked[tenant_id]
    blocked.update(dict.fromkeys(numbers))
    while len(blocked) > BLOCKED_MAX:
        del blocked[next(iter(blocked))]
    barred = frozenset(numbers)
    for work in state.tasks.works.values():
        if work.campaign.tenant_id == tenant_id:
            _take_out(state, work, barred)


def _take_out(state: EngineState, work: CampaignWork, barred: frozenset[str]) -> None:
    found = work.callbacks.remove_numbers(barred) + work.hopper.remove_numbers(barred)
    release(state, work.campaign_id, found)
