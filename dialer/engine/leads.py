"""Leads on their way into the hopper and out of it again."""

from campaigns.model import CampaignStatus
from dialer.engine.state import EngineState
from dialer.messages import LeadsReserved, NumbersBlocked, ReleaseLeads, ReserveLeads
from dialer.pds.tasks import CampaignWork

BLOCKED_MAX = 100_000
"""Numbers blocked of late that are remembered here; the store, which is asked before every call, forgets none."""


def refill(state: EngineState, work: CampaignWork, now: float) -> None:
    """Give back leads whose lease is ending, and ask for more where the hopper runs low."""
    expired = work.hopper.expire(now)
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
    blocked = tuple(lead.lead_id for lead in event.leads if lead.number in state.blocked)
    leads = tuple(lead for lead in event.leads if lead.number not in state.blocked) if blocked else event.leads
    too_many = work.hopper.add(leads, now)
    release(state, event.campaign_id, blocked + tuple(lead.lead_id for lead in too_many))
    if event.leads:
        state.touch(work)


def on_numbers_blocked(state: EngineState, event: NumbersBlocked, now: float) -> None:
    """Take blocked numbers out of every hopper at once, and remember them for leads that are on their way."""
    del now
    for number in event.numbers:
        state.blocked[number] = None
    while len(state.blocked) > BLOCKED_MAX:
        del state.blocked[next(iter(state.blocked))]
    numbers = frozenset(event.numbers)
    for work in state.tasks.works.values():
        release(state, work.campaign_id, work.hopper.remove_numbers(numbers))
