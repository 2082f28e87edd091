"""INFO inside a call: keys, and what is not for us."""

import pytest

from dialer.gateway.sip import DigitSent, SessionAnswered
from dialer.gateway.sip.info import answer_info
from dialer.gateway.sip.message import Request
from tests.dialer.gateway.sip.conftest import CALLEE, Link


def info(body: bytes = b"", **headers: str) -> Request:
    given = {name.replace("_", "-"): [value] for name, value in headers.items()}
    usual = {"Via": ["SIP/2.0/UDP h;branch=z9hG4bK1"], "From": ["<sip:a@h>;tag=1"], "To": ["<sip:b@h>;tag=2"]}
    return Request("INFO", "sip:b@h", {**usual, "Call-ID": ["c"], "CSeq": ["2 INFO"], **given}, body)


@pytest.mark.parametrize(
    ("content_type", "body", "key"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", b"Signal= *\nDuration=250", "*"),
        ("Application/DTMF-Relay;x=y", b"Duration=160\r\nsignal=#", "#"),
        ("application/dtmf-relay", b"Signal=11\r\n", "#"),
        ("application/dtmf", b"9", "9"),
        ("application/dtmf", b" d\r\n", "D"),
    ],
)
def test_a_key(content_type: str, body: bytes, key: str) -> None:
    answer = answer_info(info(body, Content_Type=content_type))
    assert (answer.status, answer.key) == (200, key)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/dtmf-relay", b"Duration=1"), ("application/dtmf", b"16"), ("application/dtmf", b"\xff\xfe")],
)
def test_a_key_that_there_is_not(content_type: str, body: bytes) -> None:
    assert answer_info(info(body, Content_Type=content_type)).status == 400


def test_a_package_that_we_do_not_have() -> None:
    assert answer_info(info(b"x", Info_Package="conference")) == (469, (("Recv-Info", "nil"),), "")


def test_another_body_is_told_what_is_read() -> None:
    assert answer_info(info(b"<x/>", Content_Type="application/media_control+xml")) == (
        415,
        (("Accept", "application/dtmf-relay, application/dtmf"),),
        "",
    )


def test_an_empty_one_is_a_sign_of_life() -> None:
    assert answer_info(info()) == (200, (), "")


def in_call(link: Link, method: str, cseq: int, extra: str = "", body: str = "") -> str:
    """A request of the callee inside the call; what the caller answers."""
    ack = next(text for text in link.texts if text.startswith("ACK"))
    lines = dict(line.split(": ", 1) for line in ack.split("\r\n")[1:] if ": " in line)
    text = (
        f"{method} sip:x@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bK{method}{cseq}\r\n"
        f"From: {lines['To']}\r\nTo: {lines['From']}\r\nCall-ID: {lines['Call-ID']}\r\nCSeq: {cseq} {method}\r\n"
        f"{extra}Content-Length: {len(body)}\r\n\r\n{body}"
    )
    before = len(link.texts)
    link.caller.receive_datagram(text.encode(), CALLEE, link.now)
    link.run(0.0)
    return link.texts[before]


def test_a_key_inside_a_call_is_reported_once(link: Link) -> None:
    link.call()
    link.run(1.0)
    link.answer()
    link.run(1.0)
    assert any(isinstance(event, SessionAnswered) for event in link.events["caller"])
    extra, body = "Content-Type: application/dtmf-relay\r\n", "Signal=7\r\nDuration=100"
    assert in_call(link, "INFO", 5, extra, body).startswith("SIP/2.0 200 ")
    assert in_call(link, "INFO", 5, extra, body).startswith("SIP/2.0 200 "), "come again"
    assert link.events["caller"][-1] == DigitSent(session_id="1-1", key="7")
    assert link.kinds("caller").count("DigitSent") == 1
    assert in_call(link, "INFO", 4, extra, body).startswith("SIP/2.0 500 "), "out of order"
    assert in_call(link, "INFO", 6, "Info-Package: x\r\n").startswith("SIP/2.0 469 ")


def test_outside_a_call_there_is_nobody_to_tell(link: Link) -> None:
    link.call()
    link.run(1.0)
    link.answer()
    link.run(1.0)
    link.caller.hang_up("1-1", link.now)
    link.run(40.0)
    assert in_call(link, "INFO", 5).startswith("SIP/2.0 481 ")
