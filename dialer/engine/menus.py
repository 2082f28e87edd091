"""Menus at work: the walk's next step carried out, and what a menu counts for in pacing and the abandon account.

Until they have pressed a key for an agent, nobody has promised the person one: they enter the abandon account with that
key, and the answer limit counts from it. While they listen they are to pacing what a call is to which AMD listens: an
answer that may want an agent, at the share of those that did before.
"""

from typing import assert_never

from campaigns.dispositions import Callback, Meaning, meaning_of
from campaigns.menus import MenuAction, MenuChoice
from dialer.engine.connecting import enqueue, seek_agent
from dialer.engine.ending import count_answer, end_menu, hang_up, message_over
from dialer.engine.leads import bar_numbers
from dialer.engine.state import EngineState
from dialer.ivr.menu import Leave, MenuWalk, Next, Play, Wait
from dialer.ivr.treatment import menu_outcome
from dialer.messages import MessagePlayed, PlayMessage, RecordDisposition, StopMessage
from dialer.model import CallState
from dialer.pds.calls import Call, CallTrigger, advance
from dialer.pds.tasks import CampaignWork

CALLBACK_WINDOW_S = 3600.0
"""How long it stays a callback: from then on the lead is tried as any other."""


def begin_menu(state: EngineState, call: Call, work: CampaignWork, now: float) -> None:
    """A person has answered a campaign that has a menu: its prompt begins at once."""
    menu = work.campaign.menu
    assert menu is not None, f"campaign {work.campaign_id} has no menu"
    walk = state.walks[call.call_id] = MenuWalk(menu, state.settings.message_s_max)
    call.outcome = menu_outcome(menu)
    if menu.leads_to_agents:
        work.detecting += 1
    else:
        count_answer(call, work, now)
    advance(call, CallTrigger.ASK)
    _do(state, call, walk.begin(now), now)


def key_pressed(state: EngineState, call: Call, key: str, now: float) -> bool:
    """A key during the menu; False where the menu has no such key, and it may be the campaign's opt-out digit."""
    walk = state.walks[call.call_id]
    if key == state.campaign_of(call).opt_out_digit and key not in walk.menu.keys:
        return False
    _do(state, call, walk.press(key, now), now)
    return True


def on_message_played(state: EngineState, event: MessagePlayed, now: float) -> None:
    """A message or a menu's prompt is over."""
    call = state.calls.get(event.call_id)
    if call is not None and call.state is CallState.MENU:
        _do(state, call, state.walks[call.call_id].prompt_over(now), now)
    else:
        message_over(state, event, now)


def menu_timeout(state: EngineState, call_id: str, now: float) -> None:
    """The prompt has gone on for too long, or no key has come."""
    call = state.calls.get(call_id)
    if call is None or call.state is not CallState.MENU:
        return
    step = state.walks[call_id].time_up(now)
    if step is None:
        return
    if isinstance(step, Wait):
        state.commands.append(StopMessage(call_id=call_id))
    _do(state, call, step, now)


def opt_out(state: EngineState, call: Call, key: str, now: float) -> None:
    """Whoever hears the menu presses the campaign's opt-out digit."""
    end_menu(state, call, state.work_of(call), False, now)
    do_not_call(state, call, key, now)


def do_not_call(state: EngineState, call: Call, key: str, now: float) -> None:
    """A do-not-call request by key: the number is barred at once, and the call ends (47 CFR 64.1200(b)(3))."""
    dispositions = state.campaign_of(call).dispositions
    name = next((one.name for one in dispositions if one.meaning is Meaning.DO_NOT_CALL), "")
    state.counters.count("opt_outs")
    _record(state, call, name, None)
    bar_numbers(state, state.campaign_of(call).tenant_id, (call.attempt.number,))
    assert call.outcome is not None
    before = f"{call.cause}; " if call.cause else ""
    hang_up(state, call, call.outcome, f"{before}pressed {key}: do not call", now)


def _do(state: EngineState, call: Call, step: Next | None, now: float) -> None:
    match step:
        case Play(message, until):
            state.commands.append(PlayMessage(call_id=call.call_id, message=message))
            state.set_timer(f"menu:{call.call_id}", until)
        case Wait(until):
            state.set_timer(f"menu:{call.call_id}", until)
        case Leave(choice, key):
            _leave(state, call, choice, key, now)
        case None:
            state.counters.count("events_out_of_place")
        case _:
            assert_never(step)


def _leave(state: EngineState, call: Call, choice: MenuChoice, key: str, now: float) -> None:
    wants_agent = choice.action is MenuAction.AGENT
    end_menu(state, call, state.work_of(call), wants_agent, now)
    why = f"menu: pressed {key}" if key else "menu: no key was pressed"
    if wants_agent:
        _to_agent(state, call, choice, now)
    elif choice.action is MenuAction.MESSAGE:
        _play_last(state, call, choice.message, f"{why}: message {choice.message}", now)
    elif choice.action is MenuAction.DISPOSITION:
        _dispose(state, call, choice, key, why, now)
    else:
        _hang_up(state, call, why, now)


def _to_agent(state: EngineState, call: Call, choice: MenuChoice, now: float) -> None:
    """From now on the person is owed an agent."""
    work = state.work_of(call)
    call.asked_at = now
    call.deadline = now + work.campaign.answer_limit_s
    call.outcome = None
    call.skill_group = choice.skill_group
    advance(call, CallTrigger.QUEUE)
    state.commands.append(StopMessage(call_id=call.call_id))
    state.set_timer(f"answer:{call.call_id}", call.deadline)
    if not seek_agent(state, call, now):
        enqueue(state, call)


def _dispose(state: EngineState, call: Call, choice: MenuChoice, key: str, why: str, now: float) -> None:
    campaign = state.campaign_of(call)
    meaning = meaning_of(campaign.dispositions, choice.disposition)
    why = f"{why}: {choice.disposition}"
    if meaning is Meaning.DO_NOT_CALL:
        do_not_call(state, call, key, now)
        return
    if meaning is None:
        # Edited away while the call was on its way.
        state.counters.count("menu_dispositions_unknown")
    else:
        starts_at = now + choice.callback_after_s
        callback = Callback(starts_at=starts_at, ends_at=starts_at + CALLBACK_WINDOW_S)
        _record(state, call, choice.disposition, callback if meaning is Meaning.CALLBACK else None)
    if choice.message:
        _play_last(state, call, choice.message, why, now)
    else:
        _hang_up(state, call, why, now)


def _record(state: EngineState, call: Call, disposition: str, callback: Callback | None) -> None:
    call.disposition = disposition
    state.commands.append(
        RecordDisposition(
            attempt_id=call.call_id, agent_id="", disposition=disposition, callback=callback, request_id=0
        )
    )


def _play_last(state: EngineState, call: Call, message: str, cause: str, now: float) -> None:
    """Play a message after which the call ends."""
    call.cause = cause
    advance(call, CallTrigger.PLAY)
    state.commands.append(PlayMessage(call_id=call.call_id, message=message))
    state.set_timer(f"message:{call.call_id}", now + state.settings.message_s_max)


def _hang_up(state: EngineState, call: Call, cause: str, now: float) -> None:
    assert call.outcome is not None
    hang_up(state, call, call.outcome, cause, now)
