"""Preview dialing: an agent looks at a lead and dials it, or not; who answers is theirs.

The lead stays leased while it is looked at, and is dialed by the way of every attempt: gate, caller ID, trunk, the
attempt durable before the call is placed. A lead that is skipped, or looked at until its lease ends, is not given back:
it comes up again when the lease is over, and so not at once before the next agent. Why it was skipped is written.
"""

from itertools import chain

from campaigns.model import Treatment, attempt_id
from campaigns.rules.checks import Seen
from campaigns.skips import RAN_OUT, Skip, skip_problem
from campaigns.terms import PreviewLimit
from dialer.ccs.agents import Agent, AgentTrigger, Preview
from dialer.engine.connecting import end_preview, screen_of
from dialer.engine.launching import Refused, launch, send
from dialer.engine.leads import refill, release
from dialer.engine.state import EngineState
from dialer.messages import PreviewAsked, PreviewDialed, PreviewSkipped, RecordSkip
from dialer.model import AgentState
from dialer.pds.dialing import serving_order
from dialer.pds.tasks import CampaignWork
from dialer.routing.router import Busy

POLICY = "preview"
TRUNKS_BUSY_S = 1.0
"""After so long a lead is tried again that is to be dialed at its limit and finds no free trunk."""


def on_preview_asked(state: EngineState, event: PreviewAsked, now: float) -> None:
    """Show an idle agent the next lead."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, f"agent {event.agent_id!r} is not logged in; log in first")
        return
    if agent.state is not AgentState.IDLE:
        state.answer(event.request_id, f"agent {event.agent_id!r} is {agent.state}, not idle")
        return
    works = _works_of(state, agent)
    for work in works:
        preview = _take(state, work, agent, now)
        if preview is not None:
            _show(state, work, agent, preview, now)
            state.answer(event.request_id)
            return
    nothing = "there is no lead to dial now; ask again in a few seconds"
    nobody = f"no campaign with the pacing policy {POLICY!r} runs for the agent's skill groups"
    state.answer(event.request_id, nothing if works else nobody)


def on_preview_dialed(state: EngineState, event: PreviewDialed, now: float) -> None:
    """Call the lead; the request is answered once the call is placed, or with the reason why it is not."""
    agent = _previewer(state, event)
    if agent is None or agent.preview is None:
        return
    preview = agent.preview
    work = state.tasks.works.get(preview.campaign_id)
    if work is None or not work.is_running or work.campaign.treatment is not Treatment.AGENT:
        preview.request_id = event.request_id
        release(state, preview.campaign_id, (preview.lead.lead_id,))
        end_preview(state, agent, "not called: the campaign does not run for agents any more", now)
        return
    if now >= preview.leased_until:
        # The timer is late: the lead may be another engine's by now.
        preview.request_id = event.request_id
        end_preview(state, agent, "not called: the lead was looked at for too long; ask for the next", now)
        return
    call = launch(state, work, preview.lead, Seen(blocked=state.blocked[work.campaign.tenant_id]), now)
    if isinstance(call, Busy):
        state.answer(event.request_id, "the trunks or the caller IDs take no more calls now; dial again in a moment")
        return
    preview.request_id = event.request_id
    if isinstance(call, Refused):
        # As in pacing, the lead is not given back: its lease runs out by itself.
        end_preview(state, agent, f"not called: {call.reason}", now)
        return
    agent.attempt_id = call.call_id
    state.previewed[call.call_id] = agent.agent_id
    send(state, work, (call.attempt,), now)
    state.show(agent)


def on_preview_skipped(state: EngineState, event: PreviewSkipped, now: float) -> None:
    """The agent is idle again, the lead comes up again when its lease is over."""
    agent = _previewer(state, event)
    if agent is None or agent.preview is None:
        return
    work = state.tasks.works.get(agent.preview.campaign_id)
    # A campaign that has been stopped meanwhile has no reasons any more: what the agent says is written as it is.
    problem = None if work is None else skip_problem(work.campaign.skip_reasons, event.reason, event.note)
    if problem is not None:
        field, error = problem
        state.answer(event.request_id, error, field)
        return
    state.counters.count("previews_skipped")
    _record_skip(state, agent, agent.preview, event.reason, event.note.strip(), now)
    end_preview(state, agent, "", now)
    state.answer(event.request_id)


def end_long_preview(state: EngineState, agent: Agent, preview: Preview, now: float) -> None:
    """The agent has looked for as long as they may: the lead is skipped, or dialed where the campaign says so.

    When its lease ends it is always skipped: another engine may be given it.
    """
    state.counters.count("previews_run_out")
    work = state.tasks.works.get(preview.campaign_id)
    dials = work is not None and work.campaign.pacing.preview_at_limit is PreviewLimit.DIAL
    if not dials or preview.until >= preview.leased_until:
        _record_skip(state, agent, preview, RAN_OUT, "", now)
        end_preview(state, agent, "", now)
        return
    on_preview_dialed(state, PreviewDialed(agent_id=agent.agent_id), now)
    if agent.preview is preview and not agent.attempt_id:
        _set_limit(state, agent, preview, now + TRUNKS_BUSY_S)


def leave_preview(state: EngineState, agent: Agent, now: float) -> None:
    """The agent is gone: the lead goes back at once; one that is being called rings on, for whoever is idle then."""
    preview = agent.preview
    if preview is None:
        return
    agent.preview = None
    if agent.attempt_id:
        del state.previewed[agent.attempt_id]
        state.answer(preview.request_id, f"agent {agent.agent_id!r} has logged out")
    elif now < preview.leased_until:
        release(state, preview.campaign_id, (preview.lead.lead_id,))


def _record_skip(state: EngineState, agent: Agent, preview: Preview, reason: str, note: str, now: float) -> None:
    skip = Skip(
        campaign_id=preview.campaign_id,
        lead_id=preview.lead.lead_id,
        number=preview.lead.number,
        agent_id=agent.agent_id,
        skipped_at=now,
        looked_s=now - agent.since,
        reason=reason,
        note=note,
    )
    state.commands.append(RecordSkip(skip=skip))


def _previewer(state: EngineState, event: PreviewDialed | PreviewSkipped) -> Agent | None:
    """The agent who looks at a lead that is not being called yet; None once it is said why not."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None:
        state.answer(event.request_id, f"agent {event.agent_id!r} is not logged in; log in first")
        return None
    if agent.preview is None:
        state.answer(event.request_id, f"agent {event.agent_id!r} looks at no lead; ask for one first")
        return None
    if agent.attempt_id:
        state.answer(event.request_id, "the lead is being called already")
        return None
    return agent


def _works_of(state: EngineState, agent: Agent) -> list[CampaignWork]:
    """The running preview campaigns of an agent's skill groups, in the order in which they are served."""
    works = (work for name in agent.skill_groups for work in state.tasks.by_group.get(name, ()))
    return serving_order(work for work in works if _previews(work))


def _previews(work: CampaignWork) -> bool:
    return work.campaign.pacing.policy == POLICY and work.campaign.treatment is Treatment.AGENT


def _take(state: EngineState, work: CampaignWork, agent: Agent, now: float) -> Preview | None:
    """The next lead that may be dialed now, out of the hopper: the agent's callbacks first."""
    refill(state, work, now)
    seen = Seen(blocked=state.blocked[work.campaign.tenant_id])
    taken: list[int] = []
    found: Preview | None = None
    callbacks = work.callbacks.dialable(lambda agent_id: agent_id == agent.agent_id, now)
    for lead in chain(callbacks, work.hopper.peek()):
        taken.append(lead.lead_id)
        refused = work.gate.refusals(lead, now, seen)
        if refused:
            state.counters.count(f"leads_refused.{refused[0].rule}")
        elif attempt_id(lead.lead_id, lead.attempts_made + 1) in state.calls:
            state.counters.count("leads_refused.being_dialed")
        else:
            leased_until = work.leased_until(lead.lead_id)
            found = Preview(work.campaign_id, lead, leased_until, leased_until)
            break
    work.take(taken)
    refill(state, work, now)
    return found


def _show(state: EngineState, work: CampaignWork, agent: Agent, preview: Preview, now: float) -> None:
    lead = preview.lead
    agent.preview = preview
    agent.campaign_id = work.campaign_id
    agent.screen = screen_of(work.campaign, lead, attempt_id(lead.lead_id, lead.attempts_made + 1))
    state.roster.move(agent, AgentTrigger.PREVIEW, now)
    preview_s = work.campaign.pacing.preview_s
    _set_limit(state, agent, preview, now + preview_s if preview_s else preview.leased_until)
    state.show(agent)
    state.counters.count("previews_shown")


def _set_limit(state: EngineState, agent: Agent, preview: Preview, at: float) -> None:
    preview.until = min(at, preview.leased_until)
    state.set_timer(f"preview:{agent.agent_id}", preview.until)
