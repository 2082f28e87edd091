import pytest

from dialer.gateway.sip import (
    Credentials,
    Ending,
    SessionAnswered,
    SessionConfirmed,
    SessionOffered,
    UserAgentEvent,
    parse_message,
)
from dialer.gateway.sip.derived import make_response
from dialer.gateway.sip.message import Request
from tests.dialer.gateway.sip.conftest import CALLEE, Link


@pytest.fixture
def up(link: Link) -> Link:
    """A link with one call that is up."""

    def react(side: str, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            link.answer()

    link.react = react
    link.call(credentials=Credentials(username="u", password="p"))
    link.run(1)
    assert isinstance(link.events["caller"][-1], SessionAnswered)
    assert isinstance(link.events["callee"][-1], SessionConfirmed)
    return link


def test_either_side_may_hang_up(up: Link) -> None:
    up.callee.hang_up("in-1", up.now)
    up.run(100)
    assert up.ending("callee").ending is Ending.HUNG_UP
    assert up.ending("caller").ending is Ending.FAR_END
    assert up.is_empty()


def test_a_call_is_over_when_the_bye_is_out(up: Link) -> None:
    up.fate = lambda datagram, source: ()
    up.caller.hang_up("1-1", up.now)
    up.run(0)
    assert up.ending().ending is Ending.HUNG_UP
    assert up.caller.session_ids == ()
    assert up.caller.requests_under_way == 1
    up.run(33)
    assert up.caller.dialogs == 0
    assert up.caller.requests_under_way == 0


def test_both_hang_up_at_once(up: Link) -> None:
    up.caller.hang_up("1-1", up.now)
    up.callee.hang_up("in-1", up.now)
    up.run(100)
    assert up.ending("caller").ending is up.ending("callee").ending is Ending.HUNG_UP
    assert [name for _, name in up.sent].count("200 BYE") == 2
    assert up.is_empty()


def test_a_bye_after_the_end_is_told_so(up: Link) -> None:
    bye = None

    def keep(datagram: object, source: object) -> tuple[float, ...]:
        return (0.01,)

    up.fate = keep
    up.caller.hang_up("1-1", up.now)
    up.run(0)
    bye = up.texts[-1].replace("branch=", "branch=z9hG4bKagain")
    up.run(100)
    up.callee.receive_datagram(bye.encode(), ("192.0.2.1", 5060), up.now)
    up.run(0)
    assert up.sent[-1] == ("callee", "481 BYE")


def test_a_bye_out_of_order_is_refused_and_changes_nothing(up: Link) -> None:
    up.fate = lambda datagram, source: ()
    up.caller.hang_up("1-1", up.now)
    up.run(0)
    bye = up.texts[-1].replace("CSeq: 2 BYE", "CSeq: 1 BYE")
    up.callee.receive_datagram(bye.encode(), ("192.0.2.1", 5060), up.now)
    up.run(0)
    assert up.sent[-1] == ("callee", "500 BYE")
    assert up.callee.session_ids == ("in-1",)


def test_a_challenge_to_the_bye_is_answered_once(up: Link) -> None:
    up.fate = lambda datagram, source: ()
    up.caller.hang_up("1-1", up.now)
    up.run(0)
    for _ in range(2):
        bye = parse_message(up.texts[-1].encode())
        assert isinstance(bye, Request)
        challenge = (("WWW-Authenticate", 'Digest realm="r", nonce="n"'),)
        up.caller.receive_datagram(make_response(bye, 401, headers=challenge).to_bytes(), CALLEE, up.now)
        up.run(0)
    byes = [text for text in up.texts if text.startswith("BYE")]
    assert len(byes) == 2
    assert 'Authorization: Digest username="u"' in byes[1]
    assert up.caller.dialogs == 0


def test_a_bye_with_no_room_to_wait_for_its_answer_is_sent_all_the_same(make_link: type[Link]) -> None:
    from dialer.gateway.sip import UserAgentSettings

    link = make_link(UserAgentSettings(transactions_max=1))
    link.react = lambda side, event: link.answer() if isinstance(event, SessionOffered) else None
    link.call()
    link.run(1)
    link.caller.hang_up("1-1", link.now)
    link.run(0.001)
    assert link.sent[-1] == ("caller", "BYE")
    assert link.ending().ending is Ending.HUNG_UP
    assert link.caller.dialogs == 0
