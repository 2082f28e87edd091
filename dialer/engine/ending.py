"""Ending calls: hanging up, abandoning, and what the one final event of every call sets in motion."""

from campaigns.model import Outcome
from campaigns.ports import Result
from dialer.engine import guests
from dialer.engine.acw import begin_acw
from dialer.engine.connecting import preview_failed, release_agent, reserved_agent
from dialer.engine.parties import close_party
from dialer.engine.placing import move_to_another_trunk
from dialer.engine.state import EngineState
from dialer.ivr.treatment import message_of, message_outcome
from dialer.messages import CallEnded, CancelCall, HangUpCall, MessagePlayed, PlayMessage, RecordResult
from dialer.model import CallCause, CallState
from dialer.pds.attempts import placed_result
from dialer.pds.calls import IN_FLIGHT, Call, CallTrigger, advance
from dialer.pds.dialing import remembers_numbers
from dialer.pds.outcomes import outcome_at_end, result_of
from dialer.pds.tasks import CampaignWork
from pacing.model import AnswerObserved, CallObserved, CallResult, DetectionObserved

GREETING_S_MAX = 30.0
"""A machine whose greeting goes on for longer is given up."""


def hang_up(state: EngineState, call: Call, outcome: Outcome, cause: str, now: float) -> None:
    """End an answered call, and the leg of whoever it is handed on to; the final event follows."""
    close_party(state, call, now)
    advance(call, CallTrigger.HANG_UP)
    call.outcome = outcome
    call.cause = cause
    call.ended_at = now
    state.commands.append(HangUpCall(call_id=call.call_id))


def cancel(state: EngineState, call: Call, work: CampaignWork, cause: str, now: float) -> None:
    """Give up a call that nobody has answered; its outcome waits for the final event, as an answer may cross."""
    advance(call, CallTrigger.HANG_UP)
    call.cause = cause
    del work.in_flight[call.call_id]
    observe(call, work, CallResult.CANCELLED, now - call.placed_at, now)
    state.commands.append(CancelCall(call_id=call.call_id))


def observe(call: Call, work: CampaignWork, result: CallResult, duration_s: float, now: float) -> None:
    """Let the policy and the answer model learn how a call came to its answer or its end."""
    work.learn(CallObserved(at=now, result=result, duration_s=duration_s, answer_probability=call.answer_probability))
    if call.features is not None:
        work.scores.learn(call.features, result, now, call.signal)


def count_answer(call: Call, work: CampaignWork, now: float) -> None:
    """Enter a call that a person answered in the campaign's account, and let pacing learn from it."""
    assert call.answered_at is not None
    work.account.count_answered()
    work.regulators.count_answered(now)
    observe(call, work, CallResult.ANSWERED, call.answered_at - call.placed_at, now)


def count_abandoned(call: Call, work: CampaignWork, now: float) -> None:
    """Charge a call to the campaign's abandon account."""
    work.account.count_abandoned()
    work.regulators.count_abandoned(now)
    work.learn(AnswerObserved(at=now, abandoned=True, waited_s=now - call.waited_from, risk=call.risk))


def end_menu(state: EngineState, call: Call, work: CampaignWork, wants_agent: bool, now: float) -> None:
    """A menu that leads to agents is over: only now is it known whether the answer was one that wants an agent."""
    walk = state.walks.pop(call.call_id)
    if not walk.menu.leads_to_agents:
        return
    assert call.answered_at is not None
    work.detecting -= 1
    state.touch(work)
    # Without delay: the answer limit begins with the key, so the menu takes nothing off the time to find an agent.
    work.learn(DetectionObserved(at=now, is_person=wants_agent, delay_s=0.0))
    if wants_agent:
        count_answer(call, work, now)
    else:
        observe(call, work, CallResult.MACHINE, call.answered_at - call.placed_at, now)


def play_message(state: EngineState, call: Call, now: float) -> None:
    """Play the campaign's message to a person: the agentless treatment, or the safe-harbour message."""
    work = state.work_of(call)
    advance(call, CallTrigger.PLAY)
    call.outcome = message_outcome(work.campaign)
    if call.outcome is Outcome.ABANDONED:
        since = "the answer" if call.asked_at is None else "the menu's key"
        call.cause = f"no agent within {work.campaign.answer_limit_s:g} s of {since}"
        count_abandoned(call, work, now)
    state.commands.append(PlayMessage(call_id=call.call_id, message=message_of(work.campaign)))
    state.set_timer(f"message:{call.call_id}", now + state.settings.message_s_max)
    preview_failed(state, call, "", now)


def leave_message(state: EngineState, call: Call, cause: str, now: float) -> None:
    """Play the campaign's message for machines once its greeting is over."""
    work = state.work_of(call)
    advance(call, CallTrigger.PLAY)
    call.outcome = Outcome.MACHINE
    call.cause = cause
    message = work.campaign.amd.machine_message
    state.commands.append(PlayMessage(call_id=call.call_id, message=message, after_beep=True))
    state.set_timer(f"message:{call.call_id}", now + GREETING_S_MAX + state.settings.message_s_max)
    preview_failed(state, call, "", now)


def abandon(state: EngineState, call: Call, now: float) -> None:
    """The answer limit has passed: the person hears the safe-harbour message, the agent who was coming is let go."""
    if call.state is CallState.QUEUED:
        state.queue.remove(call.call_id)
        play_message(state, call, now)
    else:
        agent = reserved_agent(state, call)
        play_message(state, call, now)
        release_agent(state, agent, now)
    state.touch(state.work_of(call))


def message_over(state: EngineState, event: MessagePlayed, now: float) -> None:
    """The message has been played: hang up."""
    call = state.calls.get(event.call_id)
    if call is None or call.state is not CallState.MESSAGE:
        state.counters.count("events_out_of_place")
        return
    assert call.outcome is not None
    hang_up(state, call, call.outcome, call.cause or "message played", now)


def on_call_ended(state: EngineState, event: CallEnded, now: float) -> None:
    """The one final event of a call: its outcome is certain now, and goes to the store."""
    call = state.calls.get(event.call_id)
    if call is None:
        state.counters.count("unknown_calls")
        return
    if call.state is CallState.RECORDING:
        state.counters.count("events_out_of_place")
        return
    work = state.work_of(call)
    if move_to_another_trunk(state, call, work, event, now):
        return
    outcome = outcome_at_end(call, event.cause, now)
    call.cause = call.cause or event.reason or str(event.cause)
    call.quality = event.quality
    before = advance(call, CallTrigger.END)
    close_party(state, call, now)
    ended_at = now if call.ended_at is None else call.ended_at
    _settle(state, call, work, before, outcome, event.cause, now)
    if remembers_numbers(work.campaign.pacing):
        state.history.note(call.attempt.number, call.placed_at, outcome, call.is_given_up)
    state.router.release(call.trunk)
    finish(state, call, work, placed_result(call, outcome, event.sip_status, ended_at))
    preview_failed(state, call, "", now)


def finish(state: EngineState, call: Call, work: CampaignWork, result: Result) -> None:
    """Hand the result of an attempt to the store and let its call leave memory."""
    outcome = result.attempt.outcome
    assert outcome is not None
    del state.calls[call.call_id]
    if state.guests:
        guests.call_over(state, call)
    work.open_calls -= 1
    work.outcomes[outcome] = work.outcomes.get(outcome, 0) + 1
    state.commands.append(RecordResult(result=result))
    state.counters.count("results_sent")
    state.touch(work)


def _settle(
    state: EngineState,
    call: Call,
    work: CampaignWork,
    before: CallState,
    outcome: Outcome,
    cause: CallCause,
    now: float,
) -> None:
    """Undo what the call held in the state it ended in, and enter it where it counts."""
    if before in IN_FLIGHT:
        del work.in_flight[call.call_id]
        observe(call, work, result_of(outcome), now - call.placed_at, now)
        if cause in (CallCause.TRUNK_FAILURE, CallCause.TRUNK_LOST):
            state.counters.count("trunk_failures")
        return
    if before is CallState.DETECTING:
        work.detecting -= 1
        # Whoever hung up before the verdict is counted as a person: the account must not look better than it is.
        count_answer(call, work, now)
    elif before is CallState.MENU:
        end_menu(state, call, work, False, now)
    elif before is CallState.QUEUED:
        state.queue.remove(call.call_id)
    elif before is CallState.BRIDGING:
        release_agent(state, reserved_agent(state, call), now)
    elif before is CallState.BRIDGED:
        begin_acw(state, state.roster.agents[call.agent_id], now)
    if before in (CallState.DETECTING, CallState.QUEUED, CallState.BRIDGING) and call.bridged_at is None:
        if outcome is Outcome.ABANDONED:
            count_abandoned(call, work, now)
        else:
            work.learn(AnswerObserved(at=now, abandoned=False, waited_s=now - call.waited_from, risk=call.risk))
