"""Keys: those that people press, for the opt-out of a message or in a menu, and those that agents send them."""

from campaigns.model import Outcome
from dialer.engine.menus import do_not_call, key_pressed, opt_out
from dialer.engine.state import EngineState
from dialer.messages import DigitHeard, DigitsAsked, DigitsSent, SendDigits
from dialer.model import AgentState, CallState

DIGITS_MAX = 32
"""More keys than these are not kept of one call."""


def on_digit_heard(state: EngineState, event: DigitHeard, now: float) -> None:
    """Keep the key with the call; the campaign's opt-out digit is a do-not-call request, and ends the call at once."""
    call = state.calls.get(event.call_id)
    if call is None:
        return
    if len(call.digits) < DIGITS_MAX:
        call.digits += event.digit
    if call.state is CallState.MENU:
        if not key_pressed(state, call, event.digit, now):
            opt_out(state, call, event.digit, now)
        return
    # A machine that was left a message asks for nothing, whatever tones it plays.
    is_person = call.state is CallState.MESSAGE and call.outcome is not Outcome.MACHINE
    if is_person and event.digit == state.campaign_of(call).opt_out_digit:
        do_not_call(state, call, event.digit, now)


def on_digits_asked(state: EngineState, event: DigitsAsked, _now: float) -> None:
    """Keys for whoever is on the agent's line: an extension, or a company's menu."""
    agent = state.roster.agents.get(event.agent_id)
    if agent is None or agent.state is not AgentState.TALKING:
        state.answer(event.request_id, f"agent {event.agent_id!r} has no call on the line")
        return
    state.counters.count("digits_asked")
    state.commands.append(SendDigits(call_id=agent.attempt_id, digits=event.digits, request_id=event.request_id))


def on_digits_sent(state: EngineState, event: DigitsSent, _now: float) -> None:
    """The gateway has the keys on their way, or says why not."""
    state.answer(event.request_id, event.error)
