"""What the far end does before and at the answer: ringing, answering, AMD's verdict."""

from msgspec.structs import replace

from campaigns.model import Outcome
from dialer.engine.connecting import enqueue, seek_agent
from dialer.engine.ending import count_abandoned, count_answer, hang_up, leave_message, observe, play_message
from dialer.engine.menus import begin_menu
from dialer.engine.state import EngineState
from dialer.ivr.treatment import NOBODY_THERE, VERDICT_S_MAX, Step, amd_of, on_answer, on_person, on_verdict
from dialer.messages import AmdDecided, CallAnswered, CallRinging
from dialer.model import AmdResult, CallState
from dialer.pds.calls import AmdVerdict, Call, CallTrigger, advance
from dialer.pds.outcomes import result_of
from dialer.pds.tasks import CampaignWork
from pacing.estimators.signalling import Signal
from pacing.model import DetectionObserved


def on_call_ringing(state: EngineState, event: CallRinging, now: float) -> None:
    """The far end rings; only the first report counts."""
    call = state.calls.get(event.call_id)
    if call is None:
        state.counters.count("unknown_calls")
    elif call.state is CallState.PLACED:
        advance(call, CallTrigger.RING)
        call.ringing_at = now
        work = state.work_of(call)
        flight = replace(work.in_flight[call.call_id], ringing_at=now)
        call.signal = Signal(sip_status=event.sip_status, post_dial_delay_s=now - call.placed_at)
        if flight.answer_probability is not None:
            renewed = work.scores.signalled(flight.answer_probability, call.signal, now)
            flight = replace(flight, answer_probability=renewed)
            state.touch(work)
        work.in_flight[call.call_id] = flight
    elif call.state is not CallState.RINGING:
        state.counters.count("events_out_of_place")


def on_call_answered(state: EngineState, event: CallAnswered, now: float) -> None:
    """The far end has answered: treat the call at once."""
    call = state.calls.get(event.call_id)
    if call is None:
        state.counters.count("unknown_calls")
        return
    work = state.work_of(call)
    if call.state is CallState.PLACED or call.state is CallState.RINGING:
        call.answered_at = now
        call.deadline = now + work.campaign.answer_limit_s
        del work.in_flight[call.call_id]
        amd = amd_of(work.campaign, state.settings)
        step = on_answer(work.campaign, amd is not None)
        if step is Step.DETECT:
            advance(call, CallTrigger.DETECT)
            work.detecting += 1
            assert amd is not None
            call.judged_by = min(now + amd.total_s + VERDICT_S_MAX, call.deadline)
            state.set_timer(f"amd:{call.call_id}", call.judged_by)
        else:
            treat_person(state, call, work, step, now)
        if work.campaign.pacing.cancel_after_s is not None:
            # An answer never asks for more calls, but it may ask for fewer.
            state.touch(work)
    elif call.state is CallState.ENDING and call.answered_at is None:
        if call.is_given_up:
            state.counters.count("late_cancels_answered")
        _answered_while_cancelled(call, work, now)
    else:
        state.counters.count("events_out_of_place")


def on_amd_decided(state: EngineState, event: AmdDecided, now: float) -> None:
    """AMD's verdict; one that comes too late changes nothing."""
    call = state.calls.get(event.call_id)
    if call is None:
        state.counters.count("unknown_calls")
        return
    if call.state is not CallState.DETECTING:
        state.counters.count("amd_verdicts_late")
        return
    call.amd = AmdVerdict(event.result, event.confidence, event.reason)
    work = state.work_of(call)
    step = on_verdict(work.campaign, event.result)
    outcome = NOBODY_THERE.get(event.result)
    _end_detection(call, work, outcome is None, now)
    if outcome is not None:
        assert call.answered_at is not None
        if event.result is AmdResult.MACHINE:
            work.regulators.count_machine(now)
        observe(call, work, result_of(outcome), call.answered_at - call.placed_at, now)
        cause = event.reason or "answering machine"
        if step is Step.LEAVE_MESSAGE:
            leave_message(state, call, cause, now)
        else:
            hang_up(state, call, outcome, cause, now)
    else:
        treat_person(state, call, work, step, now)
    state.touch(work)


def take_for_person(state: EngineState, call: Call, now: float) -> None:
    """AMD has not decided in time: nobody may be kept waiting for it."""
    state.counters.count("amd_timeouts")
    work = state.work_of(call)
    _end_detection(call, work, True, now)
    treat_person(state, call, work, on_person(work.campaign), now)
    state.touch(work)


def treat_person(state: EngineState, call: Call, work: CampaignWork, step: Step, now: float) -> None:
    """A person is on the line: an agent at once, or the queue; or the campaign's menu, or its message."""
    if step is Step.MENU and call.call_id not in state.previewed:
        begin_menu(state, call, work, now)
        return
    count_answer(call, work, now)
    if step is Step.MESSAGE:
        play_message(state, call, now)
        return
    advance(call, CallTrigger.QUEUE)
    state.set_timer(f"answer:{call.call_id}", call.deadline)
    if not seek_agent(state, call, now):
        enqueue(state, call)


def _end_detection(call: Call, work: CampaignWork, is_person: bool, now: float) -> None:
    assert call.answered_at is not None
    work.detecting -= 1
    if work.campaign.menu is None:
        work.learn(DetectionObserved(at=now, is_person=is_person, delay_s=now - call.answered_at))
    elif not is_person:
        # A person's menu goes on with what AMD has begun; a machine wants no agent either.
        work.learn(DetectionObserved(at=now, is_person=False, delay_s=0.0))


def _answered_while_cancelled(call: Call, work: CampaignWork, now: float) -> None:
    """The answer crossed our cancelling: a person picked up and hears nothing, which is an abandoned call."""
    call.answered_at = now
    call.deadline = now
    call.outcome = Outcome.ABANDONED
    call.cause = "answered while it was being cancelled"
    count_answer(call, work, now)
    count_abandoned(call, work, now)
