"""From attempts that are durable to calls that are placed."""

from msgspec.structs import replace

from dialer.engine.connecting import preview_failed
from dialer.engine.ending import finish
from dialer.engine.placing import why_not_placed
from dialer.engine.state import EngineState
from dialer.ivr.treatment import amd_of
from dialer.messages import AttemptsRecorded, AttemptsRefused, ResultsRecorded
from dialer.model import CallState
from dialer.pds.attempts import place_call, unplaced_result
from dialer.pds.calls import Call, CallTrigger, advance
from dialer.pds.tasks import CampaignWork


def on_attempts_recorded(state: EngineState, event: AttemptsRecorded, now: float) -> None:
    """Place the calls of durable attempts, unless there is a reason by now not to."""
    for attempt_id in event.attempt_ids:
        call = state.calls.get(attempt_id)
        if call is None or call.state is not CallState.RECORDING:
            state.counters.count("attempts_out_of_place")
            continue
        work = state.work_of(call)
        work.attempts += 1
        why = why_not_placed(state, call, work, now)
        if why:
            _drop(state, call, work, why, now)
            continue
        advance(call, CallTrigger.PLACE)
        call.placed_at = now
        work.in_flight[attempt_id] = replace(work.in_flight[attempt_id], placed_at=now)
        state.commands.append(place_call(call, work.campaign.ring_timeout_s, amd_of(work.campaign, state.settings)))
        state.counters.count("calls_placed")
        if attempt_id in state.previewed:
            _confirm(state, state.previewed[attempt_id])


def on_attempts_refused(state: EngineState, event: AttemptsRefused, now: float) -> None:
    """Forget calls whose attempts were not written; the lead's lease runs out by itself."""
    for attempt_id in event.attempt_ids:
        call = state.calls.get(attempt_id)
        if call is None or call.state is not CallState.RECORDING:
            state.counters.count("attempts_out_of_place")
            continue
        work = state.work_of(call)
        advance(call, CallTrigger.DROP)
        _let_go(state, call, work)
        del state.calls[attempt_id]
        work.open_calls -= 1
        state.counters.count("attempts_refused")
        preview_failed(state, call, f"the store did not take the attempt: {event.reason}", now)
        state.touch(work)


def on_results_recorded(state: EngineState, event: ResultsRecorded, now: float) -> None:
    """Results are durable; their calls have left memory already."""
    del now
    state.counters.count("results_recorded", len(event.attempt_ids))


def _drop(state: EngineState, call: Call, work: CampaignWork, why: str, now: float) -> None:
    advance(call, CallTrigger.DROP)
    _let_go(state, call, work)
    state.counters.count("attempts_not_placed")
    finish(state, call, work, unplaced_result(call, why, now))
    preview_failed(state, call, f"not called: {why}", now)


def _confirm(state: EngineState, agent_id: str) -> None:
    """Answer the agent who asked for the call that has just been placed."""
    preview = state.roster.agents[agent_id].preview
    assert preview is not None, f"agent {agent_id} looks at no lead"
    state.answer(preview.request_id)
    preview.request_id = 0


def _let_go(state: EngineState, call: Call, work: CampaignWork) -> None:
    del work.in_flight[call.call_id]
    state.router.release(call.trunk)
