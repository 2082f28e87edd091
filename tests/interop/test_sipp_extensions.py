"""Extensions against sipp: PRACK, UPDATE, session timers, 491, forks."""

import pytest

from dialer.messages import CallAnswered, CallEnded, CallRinging
from dialer.model import CallCause
from tests.interop.conftest import StartSipp
from tests.interop.test_sipp_carrier import ANSWERED, BY_DIALER, RINGING, hang_up_after, hang_up_when_answered, run

pytestmark = pytest.mark.sipp


def test_reliable_provisional_responses_are_acknowledged(start_sipp: StartSipp) -> None:
    sipp = start_sipp("prack")
    assert run(sipp, hang_up_when_answered) == [CallRinging(call_id="4711-2", sip_status=183), ANSWERED, BY_DIALER]
    assert "CSeq: 4 BYE" in sipp.messages(), "the PRACKs have counted in the same dialog"


def test_an_update_is_answered_and_refreshes(start_sipp: StartSipp) -> None:
    assert run(start_sipp("update"), hang_up_after(0.6)) == [RINGING, ANSWERED, BY_DIALER]


def test_a_far_end_that_gives_no_sign_of_life_is_hung_up(start_sipp: StartSipp) -> None:
    events = run(start_sipp("session_expires"))
    assert events[:2] == [RINGING, ANSWERED]
    last = events[-1]
    assert isinstance(last, CallEnded)
    assert (last.cause, last.reason) == (CallCause.FAR_END, "the far end did not refresh the session")


def test_we_give_the_sign_of_life_by_update(start_sipp: StartSipp) -> None:
    assert run(start_sipp("session_refreshed_by_update"), hang_up_after(1.6)) == [RINGING, ANSWERED, BY_DIALER]


def test_we_give_it_by_invite_and_after_491_once_more(start_sipp: StartSipp) -> None:
    assert run(start_sipp("session_refreshed_by_invite"), hang_up_after(6.0)) == [RINGING, ANSWERED, BY_DIALER]


def test_every_provisional_response_in_a_row(start_sipp: StartSipp) -> None:
    events = run(start_sipp("provisionals"), hang_up_when_answered)
    assert [type(event) for event in events] == [CallRinging, CallAnswered, CallEnded]


def test_a_redirection_on_the_same_host_is_followed(start_sipp: StartSipp) -> None:
    sipp = start_sipp("redirect")
    assert run(sipp, hang_up_when_answered) == [RINGING, ANSWERED, BY_DIALER]
    assert "INVITE sip:moved@127.0.0.1" in sipp.messages()


def test_and_only_once(start_sipp: StartSipp) -> None:
    assert run(start_sipp("redirect_twice")) == [
        CallEnded(call_id="4711-2", cause=CallCause.CONGESTION, sip_status=302, reason="302 Moved Temporarily")
    ]


def test_a_second_telephone_that_answers_is_hung_up(start_sipp: StartSipp) -> None:
    assert run(start_sipp("forked"), hang_up_after(0.6)) == [RINGING, ANSWERED, BY_DIALER]
