"""Re-INVITEs of ours: taken, refused, at the same time as the far end's, and without an answer."""

import pytest

from dialer.gateway.sip import (
    Ending,
    OfferRefused,
    SessionModified,
    SessionOffered,
    UserAgentEvent,
    WrongState,
    make_answer,
    offer_again,
    parse_sdp,
)
from tests.dialer.gateway.sip.conftest import Link
from tests.dialer.gateway.sip.test_session_timer import SDP, Up


def up(link: Link) -> Link:
    def react(side: str, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            body = make_answer(parse_sdp(event.request.body), "192.0.2.2", 30000, origin_id=9)
            link.callee.answer(event.session_id, body, link.now)

    link.react = react
    link.call()
    link.run(1.0)
    return link


def elsewhere(link: Link) -> bytes:
    return offer_again(link.caller.local_body("1-1"), "198.51.100.9", 7000, (0,))


def test_the_next_offer_is_the_same_session_one_version_on(link: Link) -> None:
    before, after = parse_sdp(up(link).caller.local_body("1-1")), parse_sdp(elsewhere(link))
    assert after.origin == (before.origin[0], before.origin[1] + 1)
    assert (after.host, after.port, after.codecs) == ("198.51.100.9", 7000, (0,))


def test_the_far_end_sends_elsewhere_from_then_on(link: Link) -> None:
    up(link).caller.offer("1-1", elsewhere(link), link.now)
    link.run(1.0)
    heard = [event for event in link.events["callee"] if isinstance(event, SessionModified)]
    assert parse_sdp(heard[0].body).host == "198.51.100.9"
    (told,) = (event for event in link.events["caller"] if isinstance(event, SessionModified))
    assert parse_sdp(told.body).host == "192.0.2.2"
    assert parse_sdp(link.caller.local_body("1-1")).host == "198.51.100.9"
    assert link.sent[-2:] == [("callee", "200 INVITE"), ("caller", "ACK")]
    link.caller.hang_up("1-1", link.now)
    link.run(70.0)
    assert link.ending().ending is Ending.HUNG_UP
    assert link.is_empty()


def test_a_second_offer_waits_for_the_first() -> None:
    link = up(Link())
    link.caller.offer("1-1", elsewhere(link), link.now)
    with pytest.raises(WrongState, match="under way"):
        link.caller.offer("1-1", elsewhere(link), link.now)


def test_a_call_that_is_not_up_is_offered_nothing(link: Link) -> None:
    link.call()
    with pytest.raises(WrongState, match="nothing can be offered"):
        link.caller.offer("1-1", SDP, link.now)


@pytest.mark.parametrize("status", [488, 491, 500, 603])
def test_what_is_refused_changes_nothing(status: int) -> None:
    hand = Up("1800;refresher=uas", "")
    before = hand.agent.local_body("1-1")
    hand.agent.offer("1-1", SDP, 1.0)
    (invite,) = hand.sent()
    (ack,) = hand.answer(invite, status, 1.1)
    assert ack.method == "ACK"
    assert hand.agent.next_events() == [OfferRefused(session_id="1-1", status=status)]
    assert hand.agent.local_body("1-1") == before
    hand.agent.offer("1-1", SDP, 2.0)
    assert [each.method for each in hand.sent()] == ["INVITE"], "and it may be tried again"


def test_a_far_end_that_knows_nothing_of_the_call_has_ended_it() -> None:
    hand = Up("1800;refresher=uas", "")
    hand.agent.offer("1-1", SDP, 1.0)
    (invite,) = hand.sent()
    hand.answer(invite, 481, 1.1)
    assert hand.ending()[0] is Ending.NO_REFRESH


def test_no_answer_at_all_ends_the_call() -> None:
    hand = Up("1800;refresher=uas", "")
    hand.agent.offer("1-1", SDP, 1.0)
    for second in range(2, 80):
        hand.at(float(second))
    assert hand.ending() == (Ending.NO_REFRESH, "the far end did not answer a re-INVITE")


def test_an_answer_after_the_end_is_acknowledged_and_no_more() -> None:
    hand = Up("1800;refresher=uas", "")
    hand.agent.offer("1-1", SDP, 1.0)
    (invite,) = hand.sent()
    hand.agent.hang_up("1-1", 1.5)
    hand.sent()
    hand.agent.next_events()
    sent = hand.answer(invite, 200, 1.6)
    assert "ACK" in [each.method for each in sent]
    assert not [each for each in hand.agent.next_events() if isinstance(each, SessionModified)]
