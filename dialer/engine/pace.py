"""Pacing at work: whom to ask, when to skip the question, and carrying out the answer.

Campaigns that share agents. Every campaign's snapshot shows all agents of its skill group and all calls in flight and
waiting for that group, whichever campaign they belong to, and campaigns decide one after the other: highest priority
first, equals in turn. So a call placed for one campaign is already in flight when the next one is asked, and no agent
is promised twice. Where groups share agents, the other group's calls in flight count in the proportion of its agents
that are shared.
"""

from collections.abc import Iterator
from itertools import chain

from campaigns.model import Attempt, Campaign, Lead, Treatment
from campaigns.rules.checks import Seen
from dialer.ccs.roster import SkillGroup
from dialer.engine.callbacks import callbacks_to_dial, note_awaited, reserve_callbacks
from dialer.engine.ending import cancel
from dialer.engine.launching import Refused, launch, send
from dialer.engine.leads import refill
from dialer.engine.state import EngineState
from dialer.messages import ReportDecision
from dialer.pds.dialing import (
    cancel_after_s,
    kept,
    may_cancel,
    number_may_cancel,
    part_of,
    serving_order,
    snapshot,
)
from dialer.pds.scores import Offer, in_order_of
from dialer.pds.tasks import CampaignWork
from dialer.routing.router import Busy
from pacing.model import CallInFlight, Decision, Snapshot

CALLS_PER_DECISION_MAX = 500
LEADS_PASSED_OVER_MAX = 32
"""Leads whose trunks are busy that are looked past for one whose are not."""
NO_OFFER = Offer()
TICK_SHARE = 0.5
"""On a tick, pacing that has been asked within this share of the time between ticks is not asked again, nor while its
answer holds."""
REPORT_S_MIN = 1.0
"""Decisions that place nothing are reported no more often than this."""


def pace(state: EngineState, now: float) -> None:
    """Decide for every running campaign whose skill group this event has touched."""
    touched, state.touched = state.touched, {}
    for name in touched:
        works = state.tasks.by_group.get(name)
        if works is None:
            continue
        group = state.roster.groups.get(name) or SkillGroup(name)
        for work in works if len(works) == 1 else serving_order(works):
            _decide(state, work, group, now)


def _decide(state: EngineState, work: CampaignWork, group: SkillGroup, now: float) -> None:
    campaign = work.campaign
    is_agentless = campaign.treatment is Treatment.MESSAGE
    is_tick = state.is_tick
    if (is_tick or not len(work.hopper)) and (group.members or is_agentless):
        refill(state, work, now)
        reserve_callbacks(state, work, group, now)
    if is_tick and now < work.quiet_until:
        return
    at_work = group.at_work
    asked_anyway = is_tick and len(work.in_flight) > 0
    if not at_work and not is_agentless and not asked_anyway:
        work.decision = f"no agent of skill group {campaign.skill_group!r} is at work"
        return
    callbacks = callbacks_to_dial(state, work, group, now)
    waiting = len(work.hopper)
    leads = len(callbacks) + waiting
    calls_max, limit = min(CALLS_PER_DECISION_MAX, leads), ""
    if calls_max:
        calls_max, limit = _calls_max(state, campaign, calls_max, now)
    if not calls_max and not asked_anyway:
        work.decision = limit if leads else "there are no leads to dial now"
        return
    offer = NO_OFFER
    if is_agentless:
        decision = Decision(calls=calls_max, reason=f"agentless: the trunks take {calls_max} now")
    elif work.policy is None:
        work.decision = work.policy_error
        return
    else:
        if waiting and calls_max:
            offer = work.scores.offer(campaign, work.hopper, state.history, now)
        decision = work.decide(_snapshot(state, work, group, calls_max, offer, now))
    work.quiet_until = now + max(TICK_SHARE * state.settings.tick_s, decision.holds_s)
    calls = min(decision.calls, calls_max) if at_work or is_agentless else 0
    leads_in_order = chain(callbacks, _leads(work, offer, decision)) if callbacks else _leads(work, offer, decision)
    placed = _dial(state, work, leads_in_order, calls, decision.risks, now) if calls > 0 else 0
    cancelled = _cancel(state, work, decision.cancel, now) if decision.cancel else 0
    _report(state, work, group, decision, placed, placed + cancelled > 0, now)


def _snapshot(
    state: EngineState, work: CampaignWork, group: SkillGroup, calls_max: int, offer: Offer, now: float
) -> Snapshot:
    works = state.tasks.by_group[group.name]
    others: tuple[CallInFlight, ...] = ()
    if len(works) > 1:
        for other in works:
            if other is not work:
                others += tuple(_unbound(state, other).values())
    shared = state.roster.shared.get(group.name)
    if shared:
        for name, count in shared.items():
            members = len(state.roster.groups[name].members)
            for other in state.tasks.by_group.get(name, ()):
                others += part_of(_unbound(state, other), count, members)
    if others and work.campaign.pacing.cancel_after_s is not None:
        others = kept(others)
    talking, acw = _counted_on(group.talking, group), _counted_on(group.acw, group)
    return snapshot(
        work,
        idle_agents=len(group.idle),
        talking_since=talking.values(),
        acw_since=acw.values(),
        talking_ids=talking,
        acw_ids=acw,
        promises=group.promises.values(),
        calls=(*_unbound(state, work).values(), *others),
        queued_calls=state.queue.waiting(group.name),
        detecting_calls=sum(each.detecting for each in works),
        calls_max=calls_max,
        offer=offer,
        now=now,
    )


def _unbound(state: EngineState, work: CampaignWork) -> dict[str, CallInFlight]:
    """The calls in flight that will want an agent: whoever dialed one from a preview is there already."""
    if not state.previewed:
        return work.in_flight
    return {call_id: flight for call_id, flight in work.in_flight.items() if call_id not in state.previewed}


def _counted_on(busy: dict[str, float], group: SkillGroup) -> dict[str, float]:
    """Since when agents are busy so, those left out who have said more about it, or that they leave."""
    if not group.leaving and not group.promises:
        return busy
    return {
        agent_id: since
        for agent_id, since in busy.items()
        if agent_id not in group.leaving and agent_id not in group.promises
    }


def _leads(work: CampaignWork, offer: Offer, decision: Decision) -> Iterator[Lead]:
    """The leads to dial: those chosen, or the hopper in its order."""
    if offer.leads and decision.leads and work.campaign.pacing.chooses_leads:
        return in_order_of(offer, decision.leads, work.hopper)
    return work.hopper.peek()


def _dial(
    state: EngineState, work: CampaignWork, leads: Iterator[Lead], count: int, risks: tuple[float, ...], now: float
) -> int:
    """Turn leads into attempts and have them written; nothing is sent to the gateway before they are durable."""
    attempts: list[Attempt] = []
    passed_over = 0
    seen = Seen(blocked=state.blocked[work.campaign.tenant_id])
    taken: list[int] = []
    for lead in leads:
        call = launch(state, work, lead, seen, now)
        if isinstance(call, Busy):
            passed_over += 1
            if passed_over > LEADS_PASSED_OVER_MAX:
                break
            continue
        taken.append(lead.lead_id)
        if isinstance(call, Refused):
            # Not given back: its lease runs out by itself, so a lead that store and gate judge differently is seen
            # again after `lease_s`, not at once and for ever.
            if call.is_no_route:
                work.decision = call.reason
            continue
        call.risk = risks[len(attempts)] if len(attempts) < len(risks) else None
        note_awaited(state, call, now)
        attempts.append(call.attempt)
        if len(attempts) == count:
            break
    work.take(taken)
    if attempts:
        send(state, work, tuple(attempts), now)
    if taken:
        refill(state, work, now)
    return len(attempts)


def _calls_max(state: EngineState, campaign: Campaign, wanted: int, now: float) -> tuple[int, str]:
    """How many of the calls wanted may be placed at this moment, and what stands in the way where it is none."""
    trunks = min(wanted, state.router.calls_max(campaign.trunk_group, now))
    calls = state.caller_ids.calls_max(campaign, trunks, now)
    return calls, "every caller ID rests or is used up for now" if trunks else "the trunks take no more calls now"


def _cancel(state: EngineState, work: CampaignWork, call_ids: tuple[str, ...], now: float) -> int:
    pacing = work.campaign.pacing
    after_s = cancel_after_s(pacing)
    count = 0
    for call_id in call_ids:
        flight = work.in_flight.get(call_id)
        if flight is None or not may_cancel(flight, after_s, now):
            state.counters.count("cancels_refused")
            continue
        call = state.calls[call_id]
        if not number_may_cancel(pacing, call.attempt.number, state.history):
            state.counters.count("cancels_refused.late_cancels_max")
            continue
        call.is_given_up = True
        cancel(state, call, work, "given up: no agent was expected to be free", now)
        count += 1
    work.late_cancels += count
    state.counters.count("late_cancels", count)
    return count


def _report(
    state: EngineState,
    work: CampaignWork,
    group: SkillGroup,
    decision: Decision,
    placed: int,
    has_acted: bool,
    now: float,
) -> None:
    is_new = decision.reason != work.reported
    work.decision = decision.reason
    if not has_acted and not (is_new and now - work.reported_at >= REPORT_S_MIN):
        return
    work.reported = decision.reason
    work.reported_at = now
    state.commands.append(
        ReportDecision(
            campaign_id=work.campaign_id,
            calls=placed,
            reason=decision.reason,
            numbers=decision.numbers,
            agents_free=len(group.idle),
            agents_soon_free=len(group.talking) + len(group.acw),
        )
    )
