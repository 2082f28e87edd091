"""Keys that people press while a message plays to them."""

from campaigns.dispositions import Meaning
from campaigns.model import Outcome
from dialer.engine.ending import hang_up
from dialer.engine.leads import bar_numbers
from dialer.engine.state import EngineState
from dialer.messages import DigitHeard, RecordDisposition
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
    campaign = state.campaign_of(call)
    # A machine that was left a message asks for nothing, whatever tones it plays.
    is_person = call.state is CallState.MESSAGE and call.outcome is not Outcome.MACHINE
    if not is_person or event.digit != campaign.opt_out_digit:
        return
    state.counters.count("opt_outs")
    bar_numbers(state, campaign.tenant_id, (call.attempt.number,))
    name = next((one.name for one in campaign.dispositions if one.meaning is Meaning.DO_NOT_CALL), "")
    call.disposition = name
    state.commands.append(
        RecordDisposition(attempt_id=call.call_id, agent_id="", disposition=name, callback=None, request_id=0)
    )
    assert call.outcome is not None
    before = f"{call.cause}; " if call.cause else ""
    hang_up(state, call, call.outcome, f"{before}pressed {event.digit}: do not call", now)
