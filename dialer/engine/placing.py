"""Whether a recorded attempt may still be placed, and the move of its call to another trunk when one fails."""

from msgspec.structs import replace

from campaigns.model import Treatment
from campaigns.rules.checks import Seen
from dialer.engine.state import EngineState
from dialer.ivr.treatment import amd_of
from dialer.messages import CallEnded
from dialer.model import CallCause, CallState
from dialer.pds.attempts import place_call
from dialer.pds.calls import Call
from dialer.pds.tasks import CampaignWork
from dialer.routing.router import Route

TRUNKS_TRIED_MAX = 5


def why_not_placed(state: EngineState, call: Call, work: CampaignWork, now: float) -> str:
    """Why a recorded attempt should not be placed after all; empty when it should be."""
    campaign = work.campaign
    if not work.is_running:
        return f"the campaign is {campaign.status}"
    if call.attempt.number in state.blocked[campaign.tenant_id]:
        return "the number was put on the do-not-call list"
    wants_agent = campaign.treatment is Treatment.AGENT and call.call_id not in state.previewed
    if wants_agent and not state.roster.at_work(campaign.skill_group):
        return f"no agent of skill group {campaign.skill_group!r} is at work any more"
    seen = Seen(blocked=state.blocked[campaign.tenant_id], caller_id=call.attempt.caller_id)
    refused = work.gate.refusals(call.lead, now, seen)
    return refused[0].reason if refused else ""


def is_trunks_fault(event: CallEnded) -> bool:
    """Whether a call failed in the trunk and not at the person: no response, no way to send, or a 5xx.

    Not `TRUNK_LOST`: that trunk had taken the call on, and the telephone may be ringing.
    """
    if event.sip_status is None:
        return event.cause is CallCause.TRUNK_FAILURE
    return event.cause in (CallCause.TRUNK_FAILURE, CallCause.CONGESTION) and 500 <= event.sip_status < 600


def move_to_another_trunk(state: EngineState, call: Call, work: CampaignWork, event: CallEnded, now: float) -> bool:
    """Place a call that its trunk failed over the next one; False where it rang, or no other trunk takes it now.

    It is the same attempt: same number, same caller ID, one result. A call that has rung is never moved, because the
    telephone would ring twice for one attempt.
    """
    if call.state is not CallState.PLACED or not is_trunks_fault(event) or why_not_placed(state, call, work, now):
        return False
    if state.is_shutting_down or len(call.trunks_tried) + 1 >= TRUNKS_TRIED_MAX:
        return False
    tried = {*call.trunks_tried, call.trunk}
    route = state.router.choose(work.campaign.trunk_group, call.attempt.number, call.attempt.caller_id, now, tried)
    if not isinstance(route, Route):
        return False
    state.router.release(call.trunk)
    state.router.take(route.trunk, now)
    call.trunks_tried = (*call.trunks_tried, call.trunk)
    call.trunk, call.number = route.trunk, route.number
    call.attempt = replace(call.attempt, trunk=route.trunk)
    state.commands.append(place_call(call, work.campaign.ring_timeout_s, amd_of(work.campaign, state.settings)))
    state.counters.count("calls_moved")
    return True
