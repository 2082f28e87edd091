"""REFER inside a call: what is asked, how it is answered, and who is told how it went."""

import pytest

from dialer.gateway.sip import MalformedMessage, SessionReferred
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.referring import read_refer_to
from tests.dialer.gateway.sip.conftest import CALLEE, CALLER, Link
from tests.dialer.gateway.sip.test_info import in_call, info

OTHER = "Refer-To: <sip:bob@192.0.2.9>\r\n"


@pytest.fixture
def up(link: Link) -> Link:
    """A call that the callee has answered."""
    link.call()
    link.run(1.0)
    link.answer()
    link.run(1.0)
    return link


def notified(link: Link) -> list[str]:
    """The status lines of every NOTIFY so far."""
    return [text.partition("\r\n\r\n")[2].strip() for text in link.texts if text.startswith("NOTIFY ")]


def status_of(link: Link, extra: str = OTHER, cseq: int = 5) -> int:
    """What a REFER is answered at once; 0 where it waits."""
    try:
        text = in_call(link, "REFER", cseq, extra)
    except IndexError:
        return 0
    return int(text.split(" ")[1])


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("<sip:bob@192.0.2.9>", ("bob", "")),
        ("sip:+12025550177@example.com", ("+12025550177", "")),
        ("<sip:+12025550177;phone-context=x@h;user=phone>", ("+12025550177", "")),
        ("<tel:+1202-555-0177;ext=3>", ("+1202-555-0177", "")),
        ('"Bob" <sips:b%6Fb@h;method=INVITE>', ("bob", "")),
        (
            "<sip:bob@h?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Accept-Contact=x>",
            ("bob", "a@b;to-tag=1;from-tag=2"),
        ),
    ],
)
def test_whom_a_refer_names(value: str, read: tuple[str, str]) -> None:
    assert read_refer_to(info(Refer_To=value)) == read


@pytest.mark.parametrize("value", ["<http://h>", "<sip:b@h;method=BYE>", "<sip:b%0D%0Ab@h>", "x", "<>"])
def test_whom_nobody_can_call_is_malformed(value: str) -> None:
    with pytest.raises(MalformedMessage):
        read_refer_to(info(Refer_To=value))


def test_accepted_it_is_told_how_it_goes(up: Link) -> None:
    assert status_of(up) == 0
    assert up.events["caller"][-1] == SessionReferred(session_id="1-1", target="bob", replaces="")
    up.caller.answer_refer("1-1", 202, up.now)
    up.caller.answer_refer("1-1", 200, up.now)
    up.run(1.0)
    assert "202 REFER" in [name for _, name in up.sent]
    assert notified(up) == ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"]
    last = [text for text in up.texts if text.startswith("NOTIFY ")][-1]
    for line in ("Event: refer;id=5", "Subscription-State: terminated;reason=noresource",
                 "Content-Type: message/sipfrag;version=2.0"):  # fmt: skip
        assert line in last
    up.caller.answer_refer("1-1", 503, up.now)
    up.run(1.0)
    assert len(notified(up)) == 2, "there is one end"
    assert status_of(up, cseq=6) == 0, "and then another transfer may be asked for"


def test_refused_nothing_is_notified(up: Link) -> None:
    status_of(up)
    up.caller.answer_refer("1-1", 403, up.now)
    up.run(1.0)
    assert "403 REFER" in [name for _, name in up.sent]
    assert notified(up) == []


def test_who_wants_no_notification_gets_none(up: Link) -> None:
    """RFC 4488."""
    status_of(up, f"{OTHER}Refer-Sub: false\r\nRequire: norefersub\r\n")
    up.caller.answer_refer("1-1", 202, up.now)
    up.caller.answer_refer("1-1", 200, up.now)
    up.run(1.0)
    assert notified(up) == []
    assert any("202 Accepted" in text and "Refer-Sub: false" in text for text in up.texts)


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ("", 400),
        (f"{OTHER}{OTHER}", 400),
        ("Refer-To: <mailto:bob@h>\r\n", 400),
        (f"{OTHER}Require: tdialog\r\n", 420),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(up: Link, extra: str, status: int) -> None:
    assert status_of(up, extra) == status
    assert "SessionReferred" not in up.kinds("caller")


def test_one_at_a_time(up: Link) -> None:
    status_of(up)
    assert status_of(up, cseq=6) == 491


def test_nobody_answers_it(up: Link) -> None:
    status_of(up)
    up.run(10.0)
    assert "500 REFER" in [name for _, name in up.sent]
    up.caller.answer_refer("1-1", 202, up.now)
    up.run(1.0)
    assert notified(up) == []
    assert status_of(up, cseq=6) == 0


def test_the_call_ends_before_it_is_answered(up: Link) -> None:
    status_of(up, cseq=0)
    up.callee.hang_up("in-1", up.now)
    up.run(60.0)
    assert "500 REFER" in [name for _, name in up.sent]
    up.run(60.0)
    assert up.is_empty()


def test_a_notify_that_is_refused_ends_the_subscription_alone(up: Link) -> None:
    status_of(up)
    up.caller.answer_refer("1-1", 202, up.now)
    up.run(1.0)
    assert "405 NOTIFY" in [name for _, name in up.sent], "the callee knows no NOTIFY"
    up.caller.answer_refer("1-1", 200, up.now)
    up.run(40.0)
    assert notified(up) == ["SIP/2.0 100 Trying"]
    assert up.caller.session_ids == ("1-1",)


def test_outside_a_call_nobody_has_anything_to_hand_on(link: Link) -> None:
    request = Request("REFER", "sip:x@h", {**info().headers, "To": ["<sip:b@h>"], "CSeq": ["1 REFER"]})
    link.callee.receive_datagram(request.to_bytes(), CALLER, link.now)
    link.run(0.0)
    assert link.sent == [("callee", "403 REFER")]
    assert CALLEE != CALLER
