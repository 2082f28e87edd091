"""The calling side, against our own answering side or against answers written by hand."""

import pytest

from dialer.gateway.sip import (
    Credentials,
    Ending,
    SessionAnswered,
    SessionEnded,
    SessionOffered,
    SessionProgressed,
    TooManySessions,
    UserAgentEvent,
    UserAgentSettings,
    parse_message,
)
from dialer.gateway.sip.derived import make_response
from dialer.gateway.sip.message import Request
from tests.dialer.gateway.sip.conftest import CALLEE, Link


def last_invite(link: Link) -> Request:
    text = next(text for text in reversed(link.texts) if text.startswith("INVITE"))
    request = parse_message(text.encode())
    assert isinstance(request, Request)
    return request


def reply(link: Link, status: int, tag: str = "x", body: bytes = b"", **headers: str) -> None:
    """Let the caller hear a response to its last INVITE, as if from the callee."""
    extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    response = make_response(last_invite(link), status, to_tag=tag, headers=extra, body=body)
    link.caller.receive_datagram(response.to_bytes(), CALLEE, link.now)


def alone(link: Link) -> Link:
    """Nobody answers by itself."""
    link.fate = lambda datagram, source: ()
    link.call()
    link.run(0.1)
    return link


def sent_by_caller(link: Link) -> list[str]:
    return [name for side, name in link.sent if side == "caller"]


def test_a_call_is_answered_and_hung_up(link: Link) -> None:
    def react(side: str, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            link.callee.ring(event.session_id, link.now)
            link.call_later(2.0, link.answer)
        elif isinstance(event, SessionAnswered):
            link.call_later(30.0, lambda: link.caller.hang_up("1-1", link.now))

    link.react = react
    link.call()
    link.run(200)
    assert link.kinds("caller") == ["SessionProgressed", "SessionAnswered", "SessionEnded"]
    assert link.ending().ending is Ending.HUNG_UP
    assert link.ending("callee").ending is Ending.FAR_END
    assert sent_by_caller(link) == ["INVITE", "ACK", "BYE"]
    assert link.is_empty()


def test_nobody_there(link: Link) -> None:
    link.fate = lambda datagram, source: ()
    link.call()
    link.run(31.9)
    assert link.events["caller"] == []
    link.run(0.2)
    ended = link.ending()
    assert (ended.ending, ended.status, ended.was_answered) == (Ending.NO_RESPONSE, None, False)
    assert sent_by_caller(link) == ["INVITE"] * 7
    link.run(100)
    assert link.is_empty()


def test_the_ring_timeout_counts_from_the_first_ringing(link: Link) -> None:
    alone(link)
    reply(link, 100)
    link.run(10)
    reply(link, 180)
    link.run(19.8)
    assert "CANCEL" not in sent_by_caller(link)
    link.run(0.5)
    assert sent_by_caller(link)[-1] == "CANCEL"
    reply(link, 487)
    assert link.kinds("caller") == ["SessionProgressed"]
    link.run(0)
    assert link.ending().ending is Ending.RING_TIMEOUT


def test_more_ringing_does_not_prolong_it(link: Link) -> None:
    alone(link)
    for status in (180, 183, 180):
        reply(link, status)
        link.run(6.6)
    assert "CANCEL" not in sent_by_caller(link)
    link.run(0.5)
    assert "CANCEL" in sent_by_caller(link)


def test_a_cancel_waits_for_the_first_response(link: Link) -> None:
    alone(link)
    link.caller.hang_up("1-1", link.now)
    link.run(1)
    assert "CANCEL" not in sent_by_caller(link)
    reply(link, 100)
    link.run(0.1)
    assert sent_by_caller(link)[-1] == "CANCEL"
    assert link.events["caller"] == []
    reply(link, 180)
    link.run(0.1)
    assert sent_by_caller(link).count("CANCEL") == 1


def test_a_cancelled_call_that_never_gets_a_response_ends_as_one(link: Link) -> None:
    alone(link)
    link.caller.hang_up("1-1", link.now)
    link.run(40)
    assert link.ending().ending is Ending.NO_RESPONSE


def test_a_cancel_that_is_not_heard_ends_the_call_all_the_same(link: Link) -> None:
    alone(link)
    reply(link, 180)
    link.caller.hang_up("1-1", link.now)
    link.run(40)
    ended = link.ending()
    assert (ended.ending, ended.status) == (Ending.CANCELLED, None)
    link.run(100)
    assert link.is_empty()


def test_another_refusal_may_cross_the_cancel(link: Link) -> None:
    alone(link)
    reply(link, 180)
    link.caller.hang_up("1-1", link.now)
    reply(link, 486)
    link.run(0.1)
    assert (link.ending().ending, link.ending().status) == (Ending.REFUSED, 486)


def test_an_answer_that_crosses_the_cancel_is_hung_up(link: Link) -> None:
    alone(link)
    reply(link, 180)
    link.caller.hang_up("1-1", link.now)
    reply(link, 200, Contact="<sip:b@192.0.2.2:5070>")
    link.run(0.1)
    answered = link.events["caller"][1]
    assert isinstance(answered, SessionAnswered)
    assert answered.crossed_cancel
    assert link.ending().ending is Ending.HUNG_UP
    assert link.ending().was_answered
    assert sent_by_caller(link)[-3:] == ["CANCEL", "ACK", "BYE"]
    assert link.caller.counters()["answers_crossed_cancel"] == 1


def test_an_answer_that_crosses_the_ring_timeout_is_kept(link: Link) -> None:
    alone(link)
    reply(link, 180)
    link.run(20.5)
    reply(link, 200)
    link.run(100)
    answered = link.events["caller"][-1]
    assert isinstance(answered, SessionAnswered)
    assert not answered.crossed_cancel
    assert "ACK" in sent_by_caller(link)
    assert "BYE" not in sent_by_caller(link)
    assert link.caller.session_ids == ("1-1",)


def test_an_answer_that_comes_again_is_acknowledged_again_even_after_the_end(link: Link) -> None:
    alone(link)
    reply(link, 200)
    reply(link, 200)
    link.caller.hang_up("1-1", link.now)
    reply(link, 200)
    link.run(0.1)
    acks = [text for text in link.texts if text.startswith("ACK")]
    assert len(acks) == 3
    assert len(set(acks)) == 1
    assert link.kinds("caller") == ["SessionAnswered", "SessionEnded"]
    assert link.caller.counters()["answers_repeated"] == 2


def test_a_second_phone_that_answers_is_hung_up(link: Link) -> None:
    alone(link)
    reply(link, 200, tag="first")
    reply(link, 200, tag="second")
    reply(link, 200, tag="second")
    link.run(0.1)
    assert sent_by_caller(link)[1:] == ["ACK", "ACK", "BYE", "ACK"]
    assert "tag=second" in next(text for text in link.texts if text.startswith("BYE"))
    assert link.caller.counters()["answers_forked"] == 1
    assert link.kinds("caller") == ["SessionAnswered"]


def test_an_answer_after_we_gave_up_is_acknowledged_and_hung_up(link: Link) -> None:
    alone(link)
    link.run(40)
    assert link.ending().ending is Ending.NO_RESPONSE
    reply(link, 200)
    link.run(0.1)
    assert sent_by_caller(link)[-2:] == ["ACK", "BYE"]
    assert link.caller.counters()["answers_late"] == 1
    link.ending()
    link.run(100)
    reply(link, 200, tag="y")
    link.run(0.1)
    assert sent_by_caller(link).count("ACK") == 1
    assert link.is_empty()


def test_an_answer_without_sdp_brings_that_of_the_early_media(link: Link) -> None:
    alone(link)
    reply(link, 183, body=b"v=0\r\n", Content_Type="application/sdp")
    reply(link, 200)
    link.run(0.1)
    progressed, answered = link.events["caller"]
    assert isinstance(progressed, SessionProgressed)
    assert progressed.status == 183
    assert isinstance(answered, SessionAnswered)
    assert answered.body == b"v=0\r\n"


def test_a_refusal_is_told_with_its_status_and_cause(link: Link) -> None:
    alone(link)
    reply(link, 503, Reason="Q.850;cause=34", Retry_After="10")
    link.run(0.1)
    ended = link.ending()
    assert (ended.ending, ended.status, ended.q850, ended.retry_after_s) == (Ending.REFUSED, 503, 34, 10.0)
    assert sent_by_caller(link)[-1] == "ACK"


CHALLENGE = 'Digest realm="r", nonce="n1", qop="auth"'
KNOWN = Credentials(username="u", password="p")


def test_a_challenge_is_answered_in_the_same_call(link: Link) -> None:
    link.fate = lambda datagram, source: ()
    link.call(credentials=KNOWN)
    link.run(0.1)
    first = last_invite(link)
    reply(link, 407, Proxy_Authenticate=CHALLENGE)
    link.run(0.1)
    second = last_invite(link)
    assert (second.call_id, second.from_tag, second.cseq) == (first.call_id, first.from_tag, 2)
    assert second.branch != first.branch
    assert 'username="u"' in (second.get("Proxy-Authorization") or "")
    reply(link, 200)
    link.run(0.1)
    ack = next(text for text in reversed(link.texts) if text.startswith("ACK"))
    assert "Proxy-Authorization" in ack
    assert "CSeq: 2 ACK" in ack
    link.caller.hang_up("1-1", link.now)
    link.run(0.1)
    bye = link.texts[-1]
    assert "CSeq: 3 BYE" in bye
    assert "nc=00000002" in bye
    assert link.caller.counters()["invites_sent"] == 2


def test_the_same_challenge_again_ends_the_call(link: Link) -> None:
    link.fate = lambda datagram, source: ()
    link.call(credentials=KNOWN)
    link.run(0.1)
    for _ in range(2):
        reply(link, 407, Proxy_Authenticate=CHALLENGE)
        link.run(0.1)
    assert (link.ending().ending, link.ending().status) == (Ending.REFUSED, 407)


def test_a_challenge_to_a_call_that_is_given_up_ends_it(link: Link) -> None:
    link.fate = lambda datagram, source: ()
    link.call(credentials=KNOWN)
    link.run(0.1)
    link.caller.hang_up("1-1", link.now)
    reply(link, 401, WWW_Authenticate=CHALLENGE)
    link.run(0.1)
    assert link.ending().ending is Ending.CANCELLED


def test_what_cannot_be_placed_leaves_nothing_behind(make_link: type[Link]) -> None:
    link = make_link(UserAgentSettings(sessions_max=1))
    link.call()
    with pytest.raises(TooManySessions):
        link.call("2-1")
    roomy = make_link()
    with pytest.raises(ValueError, match="line end"):
        roomy.call("3-1", headers=(("X-Note", "a\r\nb"),))
    assert roomy.is_empty()
    few = make_link(UserAgentSettings(transactions_max=0))
    with pytest.raises(TooManySessions):
        few.call()
    assert few.is_empty()


def test_headers_of_the_invitation_are_sent(link: Link) -> None:
    link.call(headers=(("X-Attempt-Id", "1-1"),), callee="<sip:someone@else>")
    link.run(0.001)
    invite = last_invite(link)
    assert invite.get("X-Attempt-Id") == "1-1"
    assert invite.get("To") == "<sip:someone@else>"
    assert invite.get("Content-Type") == "application/sdp"
    assert isinstance(link.events["callee"], list)


def test_two_calls_never_share_an_id(link: Link) -> None:
    link.call("1-1")
    link.call("1-2")
    link.run(0.001)
    invites = [parse_message(text.encode()) for text in link.texts]
    assert len({invite.call_id for invite in invites}) == 2
    assert len({invite.from_tag for invite in invites}) == 2


def test_ended_means_ended(link: Link) -> None:
    alone(link)
    reply(link, 404)
    reply(link, 180)
    reply(link, 200)
    link.run(100)
    assert [type(event) for event in link.events["caller"]] == [SessionEnded]
