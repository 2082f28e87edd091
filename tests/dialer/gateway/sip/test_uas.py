"""The answering side, against our own calling side or against requests written by hand."""

import pytest

from dialer.gateway.sip import (
    Ending,
    SessionAnswered,
    SessionConfirmed,
    SessionModified,
    SessionOffered,
    UnknownSession,
    UserAgentEvent,
    UserAgentSettings,
    WrongState,
    make_offer,
    parse_sdp,
)
from tests.dialer.gateway.sip.conftest import CALLEE, CALLER, Link

OFFER = make_offer("192.0.2.1", 40000, origin_id=7)


def request(
    method: str, *, to_tag: str = "", cseq: int = 1, branch: str = "z9hG4bK1", body: bytes = b"", extra: str = ""
) -> bytes:
    tag = f";tag={to_tag}" if to_tag else ""
    kind = "Content-Type: application/sdp\r\n" if body and "Content-Type" not in extra else ""
    return (
        f"{method} sip:b@192.0.2.2:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\n"
        f"From: <sip:a@h>;tag=theirs\r\nTo: <sip:b@h>{tag}\r\nCall-ID: c1\r\nCSeq: {cseq} {method}\r\n"
        f"Contact: <sip:a@192.0.2.1:5060>\r\n{kind}{extra}\r\n"
    ).encode() + body  # fmt: skip


def hear(link: Link, data: bytes) -> None:
    link.callee.receive_datagram(data, CALLER, link.now)
    link.run(0)


def sent_by_callee(link: Link) -> list[str]:
    return [name for side, name in link.sent if side == "callee"]


def tag_given(link: Link) -> str:
    """The tag that the callee put on its last answer."""
    return link.texts[-1].split("To: <sip:b@h>;tag=")[1].split("\r\n")[0]


def mute(link: Link) -> Link:
    link.fate = lambda datagram, source: ()
    return link


def offered(link: Link) -> str:
    hear(mute(link), request("INVITE", body=OFFER))
    assert isinstance(link.events["callee"][0], SessionOffered)
    return "in-1"


def answered(link: Link) -> str:
    offered(link)
    link.answer()
    link.run(0)
    tag = tag_given(link)
    hear(link, request("ACK", to_tag=tag, branch="z9hG4bK2"))
    assert isinstance(link.events["callee"][-1], SessionConfirmed)
    return tag


def test_a_call_is_offered_with_the_whole_invite(link: Link) -> None:
    offered(link)
    event = link.events["callee"][0]
    assert isinstance(event, SessionOffered)
    assert (event.request.uri, event.source) == ("sip:b@192.0.2.2:5070", CALLER)
    assert parse_sdp(event.request.body).port == 40000


def test_silence_is_covered_by_a_100(link: Link) -> None:
    offered(link)
    link.run(0.5)
    assert sent_by_callee(link) == ["100 INVITE"]


def test_a_repeated_invite_gets_the_same_answer_and_is_one_call(link: Link) -> None:
    offered(link)
    link.callee.ring("in-1", link.now)
    link.run(0)
    hear(link, request("INVITE", body=OFFER))
    assert sent_by_callee(link) == ["180 INVITE", "180 INVITE"]
    assert link.texts[0] == link.texts[1]
    assert link.kinds("callee") == ["SessionOffered"]


def test_an_answer_is_repeated_until_its_ack(link: Link) -> None:
    offered(link)
    link.answer()
    link.run(4.0)
    assert sent_by_callee(link) == ["200 INVITE"] * 4
    hear(link, request("ACK", to_tag=tag_given(link), branch="z9hG4bK2"))
    link.run(20)
    assert sent_by_callee(link) == ["200 INVITE"] * 4
    assert link.kinds("callee") == ["SessionOffered", "SessionConfirmed"]


def test_an_answer_that_is_never_acknowledged_is_hung_up(link: Link) -> None:
    offered(link)
    link.answer()
    link.run(33)
    assert link.ending("callee").ending is Ending.NO_ACK
    assert sent_by_callee(link).count("200 INVITE") == 11
    assert sent_by_callee(link)[-1] == "BYE"
    link.run(100)
    assert link.is_empty()


def test_hanging_up_before_the_ack_waits_for_it(link: Link) -> None:
    offered(link)
    link.answer()
    link.callee.hang_up("in-1", link.now)
    link.run(0)
    assert "BYE" not in sent_by_callee(link)
    hear(link, request("ACK", to_tag=tag_given(link), branch="z9hG4bK2"))
    assert sent_by_callee(link)[-1] == "BYE"
    assert link.ending("callee").ending is Ending.HUNG_UP


def test_a_refusal_is_repeated_until_its_ack_and_ends_the_call(link: Link) -> None:
    offered(link)
    link.callee.refuse("in-1", 486, link.now, reason="Busy", headers=(("Reason", "Q.850;cause=17"),))
    link.run(1.6)
    assert sent_by_callee(link) == ["486 INVITE"] * 3
    assert "SIP/2.0 486 Busy" in link.texts[-1]
    hear(link, request("ACK", to_tag=tag_given(link)))
    link.run(60)
    assert sent_by_callee(link) == ["486 INVITE"] * 3
    ended = link.ending("callee")
    assert (ended.ending, ended.status, ended.q850) == (Ending.REFUSED, 486, 17)
    assert link.is_empty()


def test_a_cancel_before_the_answer_ends_the_call(link: Link) -> None:
    offered(link)
    link.callee.ring("in-1", link.now)
    hear(link, request("CANCEL", extra='Reason: SIP;cause=200;text="elsewhere"\r\n'))
    assert sent_by_callee(link) == ["180 INVITE", "200 CANCEL", "487 INVITE"]
    ended = link.ending("callee")
    assert (ended.ending, ended.status) == (Ending.FAR_END, 487)


def test_a_cancel_after_the_answer_changes_nothing(link: Link) -> None:
    answered(link)
    hear(link, request("CANCEL"))
    assert sent_by_callee(link)[-1] == "200 CANCEL"
    assert link.callee.session_ids == ("in-1",)


def test_a_cancel_of_nothing(link: Link) -> None:
    hear(mute(link), request("CANCEL"))
    assert sent_by_callee(link) == ["481 CANCEL"]


def test_a_bye_instead_of_a_cancel(link: Link) -> None:
    offered(link)
    link.callee.ring("in-1", link.now)
    link.run(0)
    hear(link, request("BYE", to_tag=tag_given(link), cseq=2, branch="z9hG4bK3"))
    assert sent_by_callee(link)[-2:] == ["200 BYE", "487 INVITE"]
    assert link.ending("callee").ending is Ending.FAR_END


@pytest.mark.parametrize(
    ("extra", "body", "status", "header"),
    [
        ("Require: 100rel, timer\r\n", OFFER, 420, "Unsupported: 100rel\r\n"),
        ("Content-Type: text/plain\r\n", b"hello", 415, "Accept: application/sdp"),
    ],
)
def test_what_we_cannot_do_is_refused_with_what_we_can(
    link: Link, extra: str, body: bytes, status: int, header: str
) -> None:
    hear(mute(link), request("INVITE", extra=extra, body=body))
    assert sent_by_callee(link) == [f"{status} INVITE"]
    assert header in link.texts[0]
    assert link.events["callee"] == []


def test_a_full_table_says_when_to_come_again(make_link: type[Link]) -> None:
    link = mute(make_link(UserAgentSettings(sessions_max=0)))
    hear(link, request("INVITE", body=OFFER))
    assert sent_by_callee(link) == ["503 INVITE"]
    assert "Retry-After: 5" in link.texts[0]


def test_a_reinvite_is_answered_and_reported(link: Link) -> None:
    tag = answered(link)
    hold = make_offer("192.0.2.7", 41000, origin_id=7, version=2, codecs=(8,)).replace(b"sendrecv", b"sendonly")
    hear(link, request("INVITE", to_tag=tag, cseq=2, branch="z9hG4bK5", body=hold))
    assert sent_by_callee(link)[-1] == "200 INVITE"
    answer = parse_sdp(link.texts[-1].partition("\r\n\r\n")[2].encode())
    assert (answer.codecs, answer.direction, answer.port, answer.origin) == ((8,), "recvonly", 30000, ("9", 2))
    event = link.events["callee"][-1]
    assert isinstance(event, SessionModified)
    assert parse_sdp(event.body).host == "192.0.2.7"
    link.run(1)
    assert sent_by_callee(link).count("200 INVITE") >= 3
    hear(link, request("ACK", to_tag=tag, cseq=2, branch="z9hG4bK6"))
    before = len(link.sent)
    link.run(60)
    assert len(link.sent) == before
    assert link.callee.session_ids == ("in-1",)


def test_a_reinvite_without_offer_gets_ours_and_answers_in_the_ack(link: Link) -> None:
    tag = answered(link)
    hear(link, request("INVITE", to_tag=tag, cseq=2, branch="z9hG4bK5"))
    assert "m=audio 30000" in link.texts[-1]
    assert not isinstance(link.events["callee"][-1], SessionModified)
    hear(link, request("ACK", to_tag=tag, cseq=2, branch="z9hG4bK6", body=make_offer("192.0.2.8", 42000, origin_id=1)))
    event = link.events["callee"][-1]
    assert isinstance(event, SessionModified)
    assert parse_sdp(event.body).host == "192.0.2.8"


@pytest.mark.parametrize("body", [b"nonsense", OFFER.replace(b"RTP/AVP 0 8", b"RTP/AVP 18")])
def test_a_reinvite_that_cannot_be_met_does_no_harm(link: Link, body: bytes) -> None:
    tag = answered(link)
    hear(link, request("INVITE", to_tag=tag, cseq=2, branch="z9hG4bK5", body=body))
    assert sent_by_callee(link)[-1] == "488 INVITE"
    assert link.callee.session_ids == ("in-1",)


def test_a_reinvite_out_of_turn(link: Link) -> None:
    offered(link)
    link.answer()
    link.run(0)
    tag = tag_given(link)
    hear(link, request("INVITE", to_tag=tag, cseq=2, branch="z9hG4bK5", body=OFFER))
    assert sent_by_callee(link)[-1] == "491 INVITE"
    hear(link, request("ACK", to_tag=tag, branch="z9hG4bK2"))
    hear(link, request("INVITE", to_tag=tag, cseq=3, branch="z9hG4bK6", body=OFFER))
    hear(link, request("INVITE", to_tag=tag, cseq=4, branch="z9hG4bK7", body=OFFER))
    assert sent_by_callee(link)[-2:] == ["200 INVITE", "500 INVITE"]
    assert "Retry-After: 1" in link.texts[-1]
    hear(link, request("INVITE", to_tag=tag, cseq=2, branch="z9hG4bK8", body=OFFER))
    assert sent_by_callee(link)[-1] == "500 INVITE"


def test_a_reinvite_whose_answer_is_never_acknowledged_ends_the_call(link: Link) -> None:
    tag = answered(link)
    hear(link, request("INVITE", to_tag=tag, cseq=2, branch="z9hG4bK5", body=OFFER))
    link.run(33)
    assert link.ending("callee").ending is Ending.NO_ACK


def test_a_caller_is_reinvited_too(link: Link) -> None:
    def react(side: str, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            link.answer()

    link.react = react
    link.call()
    link.run(1)
    answer = next(text for text in link.texts if text.startswith("SIP/2.0 200"))
    lines = {line.partition(":")[0]: line.partition(": ")[2] for line in answer.split("\r\n")}
    hold = make_offer("0.0.0.0", 30000, origin_id=9, version=2)
    data = (
        f"INVITE sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bKr\r\nFrom: {lines['To']}\r\n"
        f"To: {lines['From']}\r\nCall-ID: {lines['Call-ID']}\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\n"
    ).encode() + hold
    link.caller.receive_datagram(data, CALLEE, link.now)
    link.run(0)
    event = link.events["caller"][-1]
    assert isinstance(event, SessionModified)
    assert not parse_sdp(event.body).wants_media


def test_answers_out_of_turn_are_our_own_fault(link: Link) -> None:
    answered(link)
    with pytest.raises(WrongState):
        link.callee.ring("in-1", link.now)
    with pytest.raises(WrongState):
        link.callee.answer("in-1", b"", link.now)
    with pytest.raises(WrongState):
        link.callee.refuse("in-1", 486, link.now)
    with pytest.raises(UnknownSession):
        link.callee.ring("in-2", link.now)


def test_an_early_answer_with_media(link: Link) -> None:
    def react(side: str, event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            link.callee.ring(event.session_id, link.now, status=183, body=OFFER)

    link.react = react
    link.call()
    link.run(1)
    assert [event for event in link.events["caller"] if isinstance(event, SessionAnswered)] == []
    assert link.kinds("caller") == ["SessionProgressed"]
    assert "Contact: <sip:192.0.2.2:5070>" in link.texts[-1]
