"""Keys that people press: the opt-out digit of a message, or those of the campaign's menu."""

from campaigns.model import Outcome
from dialer.engine.menus import do_not_call, key_pressed, opt_out
from dialer.engine.state import EngineState
from dialer.messages import DigitHeard
from dialer.model import CallState

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
