"""What a malformed request is answered, and what is not answered at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.malformed import refusal_of

SOURCE = ("192.0.2.2", 40000)
HEAD = (
    "Via: SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n"
    "i: c@h\r\nCSeq: 1 OPTIONS\r\nSubject: secret\r\n\r\n"
)


def refusal(start_line: str, head: str = HEAD) -> tuple[str, tuple[str, int]]:
    made = refusal_of(f"{start_line}\r\n{head}".encode(), SOURCE, "no good\r\nX: y")
    assert made is not None
    return made[0].decode(), (made[1][0], made[1][1])


def test_it_repeats_what_a_response_repeats_and_nothing_else() -> None:
    text, destination = refusal("OPTIONS  sip:b@h SIP/2.0")
    assert text == (
        "SIP/2.0 400 Bad Request: no goodX: y\r\nVia: SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bKx\r\n"
        "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=malformed\r\nCall-ID: c@h\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    assert destination == ("192.0.2.2", 5070)


def test_another_version_is_told_so() -> None:
    assert refusal("OPTIONS sip:b@h SIP/3.0")[0].startswith("SIP/2.0 505 Version Not Supported\r\n")


def test_a_via_that_cannot_be_read_is_answered_the_way_it_came() -> None:
    text, destination = refusal("OPTIONS sip:b@h SIP/2.0", HEAD.replace("SIP/2.0/UDP", "nonsense"))
    assert destination == SOURCE
    assert "Via: nonsense 192.0.2.2:5070" in text


def test_a_to_with_a_tag_keeps_it() -> None:
    assert (
        "To: <sip:b@h>;tag=own\r\n" in refusal("BYE sip:b@h SIP/2.0", HEAD.replace("<sip:b@h>", "<sip:b@h>;tag=own"))[0]
    )


@pytest.mark.parametrize("start_line", ["ACK sip:b@h SIP/2.0", "SIP/2.0 200 OK", "HELLO", "GET / HTTP/1.1", ""])
def test_no_answer_is_owed_to(start_line: str) -> None:
    assert refusal_of(f"{start_line}\r\n{HEAD}".encode(), SOURCE, "no good") is None


def test_without_a_via_there_is_no_way_back() -> None:
    assert refusal_of(b"OPTIONS sip:b@h SIP/2.0\r\nTo: x\r\n\r\n", SOURCE, "no good") is None


@given(st.binary(max_size=300))
def test_whatever_comes_a_refusal_is_one_head_with_no_body(data: bytes) -> None:
    made = refusal_of(b"OPTIONS x SIP/2.0\r\nVia: y\r\nTo:" + data, SOURCE, data.decode("latin-1"))
    if made is not None:
        assert made[0].startswith(b"SIP/2.0 400 ")
        assert made[0].count(b"\r\n\r\n") == 1
        assert made[0].endswith(b"\r\n\r\n")
