"""Many small carriers: how each call ends, and that nothing of it is left (see `Bench.close`)."""

import pytest

from dialer.messages import CallAnswered, CallEnded
from dialer.model import CallCause
from tests.interop.conftest import StartSipp
from tests.interop.test_sipp_carrier import Reaction, hang_up_after, hang_up_when_answered, nothing, run

pytestmark = pytest.mark.sipp

LOSSY = ("answer_after_retransmission", "bye_repeated", "refusal_repeated")
"""Here sipp's own idea of which message repeats which gets in the way of the loss that the scenario plays."""
SOON = hang_up_after(0.6)

ENDS: list[tuple[str, Reaction, bool, CallCause, int | None]] = [
    ("answer_at_once", hang_up_when_answered, True, CallCause.DIALER, None),
    ("answer_pcma", hang_up_when_answered, True, CallCause.DIALER, None),
    ("answer_without_audio", nothing, True, CallCause.TRUNK_FAILURE, None),
    ("answer_on_hold", hang_up_when_answered, True, CallCause.DIALER, None),
    ("answer_after_retransmission", hang_up_when_answered, True, CallCause.DIALER, None),
    ("bye_repeated", hang_up_when_answered, True, CallCause.DIALER, None),
    ("bye_unknown", hang_up_when_answered, True, CallCause.DIALER, None),
    ("early_media_then_busy", nothing, False, CallCause.BUSY, 486),
    ("early_media_then_unallocated", nothing, False, CallCause.INVALID_NUMBER, 404),
    ("rings_then_declines", nothing, False, CallCause.REJECTED, 603),
    ("rings_then_unavailable", nothing, False, CallCause.NO_ANSWER, 480),
    ("refusal_repeated", nothing, False, CallCause.BUSY, 486),
    ("asks_options_in_call", SOON, True, CallCause.DIALER, None),
    ("sends_info_in_call", SOON, True, CallCause.DIALER, None),
    ("refers_in_call", SOON, True, CallCause.DIALER, None),
    ("moves_its_audio", SOON, True, CallCause.DIALER, None),
    ("offers_nothing_usable", SOON, True, CallCause.DIALER, None),
    ("asks_out_of_order", SOON, True, CallCause.DIALER, None),
    ("hangs_up_congested", nothing, True, CallCause.FAR_END, None),
]


@pytest.mark.parametrize(
    ("scenario", "react", "is_answered", "cause", "status"), ENDS, ids=[scenario for scenario, *_ in ENDS]
)
def test_how_it_ends(
    start_sipp: StartSipp, scenario: str, react: Reaction, is_answered: bool, cause: CallCause, status: int | None
) -> None:
    sipp = start_sipp(scenario, options=("-nr",) if scenario in LOSSY else ())
    events = run(sipp, react)
    last = events[-1]
    assert isinstance(last, CallEnded)
    assert (last.cause, last.sip_status) == (cause, status)
    assert (CallAnswered(call_id="4711-2") in events) is is_answered


def test_we_say_why_we_hang_up(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer_at_once")
    run(sipp, hang_up_when_answered)
    assert 'Reason: Q.850;cause=16;text="Normal call clearing"' in sipp.messages()


def test_and_why_we_give_up(start_sipp: StartSipp) -> None:
    sipp = start_sipp("never_answers")
    run(sipp, ring_timeout_s=0.4)
    assert 'Reason: Q.850;cause=19;text="No answer from the user"' in sipp.messages()
