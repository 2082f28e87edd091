"""Session timers over a network in memory: who refreshes, who gives up, and what happens when both begin at once."""

import pytest

from dialer.gateway.sip import Ending, Request, SessionOffered, UserAgentEvent, parse_message
from dialer.gateway.sip.derived import HeaderLines, make_response
from dialer.gateway.sip.session_timer import Interval, parse_interval
from tests.dialer.gateway.sip.test_reliable import PEER, Hand

SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1800", Interval(1800, "")),
        ("90;refresher=UAC", Interval(90, "uac")),
        (" 90 ; refresher=uas;x", Interval(90, "uas")),
        ("0;refresher=uas", Interval(2, "uas")),
        ("999999999", Interval(86_400, "")),
        ('90;x="', Interval(90, "")),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_session_expires(value: str | None, expected: Interval | None) -> None:
    assert parse_interval(value) == expected


class Up(Hand):
    """With a call that is up, on the terms of the answer."""

    def __init__(self, expires: str, allow: str) -> None:
        super().__init__()
        headers: HeaderLines = (("Session-Expires", expires), ("Allow", allow), ("Contact", "<sip:x@192.0.2.2>"))
        answer = make_response(self.invite, 200, to_tag="x", headers=headers, body=SDP)
        self.agent.receive_datagram(answer.to_bytes(), PEER, 0.0)
        self.sent()
        self.agent.next_events()

    def at(self, now: float) -> list[Request]:
        self.agent.handle_timers(now)
        return self.sent()

    def answer(self, request: Request, status: int, now: float, headers: HeaderLines = ()) -> list[Request]:
        self.agent.receive_datagram(make_response(request, status, headers=headers).to_bytes(), PEER, now)
        return self.sent()

    def ending(self) -> tuple[Ending, str]:
        (event,) = [each for each in self.agent.next_events() if hasattr(each, "ending")]
        return event.ending, event.reason

    def ask(self, method: str, cseq: int, headers: str = "", body: bytes = b"") -> UserAgentEvent | str:
        """A request of the far end in the dialog; the status line of the answer."""
        text = (
            f"{method} sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK{method}{cseq}\r\n"
            f"From: {self.invite.get('To')};tag=x\r\nTo: {self.invite.get('From')}\r\n"
            f"Call-ID: {self.invite.call_id}\r\n"
            f"CSeq: {cseq} {method}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        )
        self.agent.receive_datagram(text.encode() + body, PEER, 5.0)
        return self.agent.datagrams_to_send()[-1].data.decode()


def test_a_refresh_by_update_at_half_the_time_and_again_after_it() -> None:
    up = Up("100;refresher=uac", "INVITE, UPDATE")
    assert up.at(49.0) == []
    (update,) = up.at(50.0)
    assert (update.method, update.get("Session-Expires")) == ("UPDATE", "100;refresher=uac")
    up.answer(update, 200, 50.1, (("Session-Expires", "100;refresher=uac"),))
    (again,) = up.at(101.0)
    assert again.method == "UPDATE"


def test_a_far_end_that_promised_and_is_silent_is_hung_up_before_the_time_is_over() -> None:
    up = Up("300;refresher=uas", "INVITE")
    assert up.at(267.0) == []
    (bye,) = up.at(268.1)
    assert bye.method == "BYE"
    assert up.ending() == (Ending.NO_REFRESH, "the far end did not refresh the session")


def test_their_refresh_moves_the_end() -> None:
    up = Up("300;refresher=uas", "INVITE")
    answer = up.ask("UPDATE", 1, "Session-Expires: 300;refresher=uac\r\nSupported: timer\r\n")
    assert "SIP/2.0 200 OK" in str(answer)
    assert "Require: timer\r\nSession-Expires: 300;refresher=uac" in str(answer)
    assert up.at(270.0) == []
    assert [each.method for each in up.at(274.0)] == ["BYE"]


@pytest.mark.parametrize("status", [481, 408])
def test_a_far_end_that_knows_the_call_no_longer_ends_it(status: int) -> None:
    up = Up("100;refresher=uac", "UPDATE")
    (update,) = up.at(50.0)
    assert [each.method for each in up.answer(update, status, 50.1)] == ["BYE"]
    assert up.ending() == (Ending.NO_REFRESH, "the far end no longer knows the call")


def test_a_refresh_that_is_not_answered_ends_the_call() -> None:
    up = Up("100;refresher=uac", "UPDATE")
    up.at(50.0)
    for second in range(51, 85):
        up.at(float(second))
    assert up.ending() == (Ending.NO_REFRESH, "the far end did not answer a refresh")


def test_an_invite_that_meets_ours_is_refused_and_ours_is_tried_again() -> None:
    up = Up("100;refresher=uac", "INVITE")
    up.agent._table.get("1-1").local_body = SDP
    (invite,) = up.at(50.0)
    assert invite.method == "INVITE"
    assert "SIP/2.0 491 Request Pending" in str(up.ask("INVITE", 1, body=SDP))
    (ack,) = up.answer(invite, 491, 50.1)
    assert ack.method == "ACK"
    assert up.at(52.1) == []
    (again,) = [each for each in up.at(54.2) if each.method == "INVITE"]
    answered = up.answer(again, 200, 54.3)
    assert [(each.method, each.cseq) for each in answered] == [("ACK", again.cseq)]


def test_a_stray_update_or_prack_has_no_dialog() -> None:
    up = Up("100", "INVITE")
    for method in ("UPDATE", "PRACK"):
        data = (
            f"{method} sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK{method}\r\n"
            f"From: <sip:x@h>;tag=1\r\nTo: <sip:y@h>\r\nCall-ID: other\r\nCSeq: 1 {method}\r\n\r\n"
        )
        up.agent.receive_datagram(data.encode(), PEER, 1.0)
        assert parse_message(up.agent.datagrams_to_send()[-1].data).status == 481  # type: ignore[union-attr]
    assert not any(isinstance(event, SessionOffered) for event in up.agent.next_events())
