"""After-call work: how it begins and the four ways it ends; and the disposition."""

from campaigns.dispositions import Meaning, meaning_of
from dialer.ccs.agents import Agent, AgentTrigger
from dialer.engine.connecting import pause, serve
from dialer.engine.leads import bar_numbers
from dialer.engine.state import EngineState
from dialer.messages import DispositionRecorded, DispositionSet, RecordDisposition
from dialer.model import AgentState, ScreenPop
from dialer.pds.dispositions import disposition_error
from pacing.model import AcwObserved, PromiseObserved, TalkObserved

SURPRISE_S = 1.0
"""A pause asked for no longer than this before it begins was of no use to pacing."""


def begin_acw(state: EngineState, agent: Agent, now: float) -> None:
    """The agent's call is over."""
    work = state.tasks.works.get(agent.campaign_id)
    if work is not None:
        work.learn(TalkObserved(at=now, duration_s=now - agent.since, agent_id=agent.agent_id))
    state.roster.move(agent, AgentTrigger.CALL_OVER, now)
    state.set_timer(f"acw:{agent.agent_id}", now + agent.acw_s_max)
    state.show(agent)


def end_acw(state: EngineState, agent: Agent, now: float) -> None:
    """After-call work is done: the agent becomes idle, or pauses if that was asked for."""
    work = state.tasks.works.get(agent.campaign_id)
    if work is not None:
        is_surprise = agent.wants_pause and now - agent.pause_said_at < SURPRISE_S
        work.learn(AcwObserved(at=now, duration_s=now - agent.since, agent_id=agent.agent_id, is_surprise=is_surprise))
        promise = agent.promise
        if promise is not None:
            promised_s = None if promise.free_at is None else promise.free_at - promise.made_at
            work.learn(PromiseObserved(at=now, lasted_s=now - promise.made_at, promised_s=promised_s))
    agent.attempt_id_before, agent.screen_before = agent.attempt_id, agent.screen
    agent.attempt_id = ""
    agent.screen = None
    if agent.wants_pause:
        pause(state, agent, now)
    else:
        become_idle(state, agent, now)


def become_idle(state: EngineState, agent: Agent, now: float) -> None:
    """The agent is ready: the most urgent waiting call is theirs."""
    state.roster.move(agent, AgentTrigger.READY, now)
    state.show(agent)
    serve(state, agent, now)


def on_disposition_set(state: EngineState, event: DispositionSet, now: float) -> None:
    """Write what the agent said; during after-call work it ends it."""
    agent = state.roster.agents.get(event.agent_id)
    screen, error = _spoken_of(agent, event)
    campaign = None if screen is None else state.known_campaign(screen.campaign_id)
    if campaign is not None:
        error = disposition_error(campaign, event, now)
    if error:
        state.answer(event.request_id, error)
        return
    assert agent is not None
    if campaign is not None and screen is not None:
        meaning = meaning_of(campaign.dispositions, event.disposition)
        if meaning is Meaning.DO_NOT_CALL:
            # At once, whatever becomes of the writing: this engine dials the number no more.
            bar_numbers(state, campaign.tenant_id, (screen.number,))
    call = state.calls.get(event.attempt_id)
    if call is not None:
        call.disposition = event.disposition
    if event.request_id:
        state.dispositions[event.attempt_id, event.request_id] = None
    state.commands.append(
        RecordDisposition(
            attempt_id=event.attempt_id,
            agent_id=event.agent_id,
            disposition=event.disposition,
            callback=event.callback,
            request_id=event.request_id,
        )
    )
    if agent.state is AgentState.ACW and agent.attempt_id == event.attempt_id:
        end_acw(state, agent, now)


def on_disposition_recorded(state: EngineState, event: DispositionRecorded, now: float) -> None:
    """The disposition is durable: answer the request that brought it."""
    del now
    if not event.request_id:
        return
    key = (event.attempt_id, event.request_id)
    if key in state.dispositions:
        del state.dispositions[key]
        state.answer(event.request_id)
    else:
        state.counters.count("events_out_of_place")


def _spoken_of(agent: Agent | None, event: DispositionSet) -> tuple[ScreenPop | None, str]:
    """The call that an agent speaks of, or why they cannot."""
    if agent is None:
        return None, f"agent {event.agent_id!r} is not logged in; log in first"
    if not event.disposition:
        return None, "the disposition is empty; say what came of the call"
    if event.attempt_id == agent.attempt_id and agent.state in (AgentState.TALKING, AgentState.ACW):
        return agent.screen, ""
    if event.attempt_id and event.attempt_id == agent.attempt_id_before:
        return agent.screen_before, ""
    return None, (
        f"attempt {event.attempt_id!r} is not a call of agent {event.agent_id!r}; name the present call or the last one"
    )
