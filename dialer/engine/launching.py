"""From a lead to an attempt on its way to the store: gate, caller ID and trunk, the same whoever wants it dialed."""

from typing import NamedTuple

from campaigns.model import Attempt, Campaign, Lead
from campaigns.rules.checks import Seen
from dialer.engine.state import EngineState
from dialer.messages import RecordAttempts
from dialer.pds.attempts import new_attempt
from dialer.pds.calls import Call
from dialer.pds.dialing import number_may_cancel
from dialer.pds.tasks import CampaignWork
from dialer.routing.router import Busy, NoRoute, Route
from pacing.model import CallInFlight


class Refused(NamedTuple):
    """Why a lead is not dialed, now or at all."""

    reason: str
    is_no_route: bool = False


def launch(state: EngineState, work: CampaignWork, lead: Lead, seen: Seen, now: float) -> Call | Refused | Busy:
    """Turn a lead into a call that takes its trunk and caller ID; `send` its attempt, and it is placed once durable."""
    refused = work.gate.refusals(lead, now, seen)
    if refused:
        state.counters.count(f"leads_refused.{refused[0].rule}")
        return Refused(refused[0].reason)
    campaign = work.campaign
    route = _route(state, campaign, lead, now)
    if isinstance(route, Busy):
        return route
    if isinstance(route, NoRoute):
        state.counters.count("leads_refused.no_route")
        return Refused(route.reason, is_no_route=True)
    attempt = new_attempt(campaign, lead, route.caller_id, route.trunk, now)
    if attempt.attempt_id in state.calls:
        state.counters.count("leads_refused.being_dialed")
        return Refused("the lead is being called already")
    state.router.take(route.trunk, now)
    state.caller_ids.take(campaign, route.caller_id, now)
    call = Call(attempt, lead, route.number)
    _put_in_flight(state, work, call, now)
    return call


def send(state: EngineState, work: CampaignWork, attempts: tuple[Attempt, ...], now: float) -> None:
    """Have attempts written; nothing is sent to the gateway before they are durable."""
    work.open_calls += len(attempts)
    state.served += len(attempts)
    work.served = state.served
    work.hopper.count_dialed(len(attempts), now)
    state.commands.append(RecordAttempts(attempts=attempts))


def _route(state: EngineState, campaign: Campaign, lead: Lead, now: float) -> Route | NoRoute | Busy:
    caller_id = state.caller_ids.choose(campaign, lead, now)
    if not isinstance(caller_id, str):
        return caller_id
    return state.router.choose(campaign.trunk_group, lead.number, caller_id, now)


def _put_in_flight(state: EngineState, work: CampaignWork, call: Call, now: float) -> None:
    campaign = work.campaign
    call.features, call.answer_probability = work.scores.score(campaign, call.lead, state.history, now, call.trunk)
    state.calls[call.call_id] = call
    work.in_flight[call.call_id] = CallInFlight(
        call_id=call.call_id,
        placed_at=now,
        answer_probability=call.answer_probability,
        may_cancel=number_may_cancel(campaign.pacing, call.lead.number, state.history),
    )
