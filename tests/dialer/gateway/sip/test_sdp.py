import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.sdp import (
    Direction,
    NothingInCommon,
    answer_again,
    make_answer,
    make_offer,
    parse_sdp,
)

CARRIER = b"""v=0
o=root 1821 4002 IN IP4 192.0.2.50
s=call
c=IN IP4 192.0.2.50
b=AS:64
t=0 0
m=audio 14000 RTP/AVP 18 8 0 96
a=rtpmap:18 G729/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-16
a=ptime:20
a=sendrecv
m=video 14002 RTP/AVP 31
a=sendonly
"""


def test_a_carriers_offer() -> None:
    offer = parse_sdp(CARRIER)
    assert (offer.host, offer.port, offer.codecs, offer.telephone_event) == ("192.0.2.50", 14000, (8, 0), 96)
    assert offer.direction is Direction.SENDRECV
    assert offer.origin == ("1821", 4002)
    assert offer.wants_media


def test_the_answer_takes_the_common_codecs_and_refuses_the_video() -> None:
    text = make_answer(parse_sdp(CARRIER), "192.0.2.10", 40000, origin_id=5).decode()
    assert "m=audio 40000 RTP/AVP 8 0 96\r\n" in text
    assert "m=video 0 RTP/AVP 31\r\n" in text
    assert "a=rtpmap:96 telephone-event/8000\r\n" in text
    assert text.endswith("\r\n")
    answer = parse_sdp(text.encode())
    assert (answer.host, answer.port, answer.codecs, answer.origin) == ("192.0.2.10", 40000, (8, 0), ("5", 1))


def test_the_order_of_the_media_lines_is_kept() -> None:
    offer = parse_sdp(CARRIER.replace(b"m=audio", b"m=image 5000 udptl t38\nm=audio"))
    lines = [line for line in make_answer(offer, "h", 2, origin_id=1).decode().split("\r\n") if line.startswith("m=")]
    assert lines == ["m=image 0 udptl t38", "m=audio 2 RTP/AVP 8 0 96", "m=video 0 RTP/AVP 31"]


@pytest.mark.parametrize(
    ("offered", "answered"),
    [("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive"), ("sendrecv", "sendrecv")],
)
def test_hold_is_answered_the_other_way_round(offered: str, answered: str) -> None:
    offer = parse_sdp(CARRIER.replace(b"a=ptime:20\na=sendrecv", f"a={offered}".encode()))
    assert parse_sdp(make_answer(offer, "192.0.2.10", 40000, origin_id=1)).direction == answered
    assert offer.wants_media is (offered in ("sendrecv", "recvonly"))


def test_old_fashioned_hold() -> None:
    assert not parse_sdp(CARRIER.replace(b"c=IN IP4 192.0.2.50", b"c=IN IP4 0.0.0.0")).wants_media


def test_a_direction_for_the_whole_session_and_an_address_for_the_stream() -> None:
    body = CARRIER.replace(b"a=ptime:20\na=sendrecv\n", b"c=IN IP4 192.0.2.51\n").replace(b"b=AS:64", b"a=inactive")
    offer = parse_sdp(body)
    assert (offer.host, offer.direction) == ("192.0.2.51", Direction.INACTIVE)


@pytest.mark.parametrize(
    "change",
    [
        (b"RTP/AVP 18 8 0 96", b"RTP/AVP 18 97"),
        (b"m=audio 14000 RTP/AVP", b"m=audio 14000 RTP/SAVP"),
        (b"m=audio 14000", b"m=audio 0"),
        (b"m=audio 14000", b"m=text 14000"),
    ],
)
def test_an_offer_with_nothing_in_common(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(NothingInCommon):
        make_answer(parse_sdp(CARRIER.replace(*change)), "192.0.2.10", 40000, origin_id=1)


@pytest.mark.parametrize(
    "change",
    [
        (b"v=0", b"v=1"),
        (b"c=IN IP4 192.0.2.50", b"c=IN IP4 media.example.com"),
        (b"c=IN IP4 192.0.2.50", b"c=IN"),
        (b"m=audio 14000", b"m=audio 70000"),
        (b"m=audio 14000", b"m=audio many"),
        (b"s=call", b"call"),
    ],
)
def test_what_is_no_sdp(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(MalformedMessage):
        parse_sdp(CARRIER.replace(*change))


def test_a_body_without_end_is_not_read() -> None:
    with pytest.raises(MalformedMessage, match="at most"):
        parse_sdp(CARRIER + b"a=x\n" * 5000)


def test_an_offer_of_ours() -> None:
    offer = parse_sdp(make_offer("2001:db8::1", 40000, origin_id=7, version=3, direction=Direction.SENDONLY))
    assert (offer.host, offer.port, offer.codecs, offer.telephone_event) == ("2001:db8::1", 40000, (0, 8), 101)
    assert (offer.origin, offer.direction) == (("7", 3), Direction.SENDONLY)
    assert b"IN IP6 2001:db8::1" in make_offer("2001:db8::1", 40000, origin_id=7)


def test_a_second_offer_is_answered_from_our_first_sdp_one_version_on() -> None:
    ours = make_offer("192.0.2.10", 40000, origin_id=7)
    again = parse_sdp(answer_again(ours, parse_sdp(CARRIER)))
    assert (again.host, again.port, again.origin) == ("192.0.2.10", 40000, ("7", 2))


@given(st.binary(max_size=400))
def test_any_bytes_are_sdp_or_the_named_error(data: bytes) -> None:
    for candidate in (data, b"v=0\r\n" + data, CARRIER + data, CARRIER.replace(b"14000", data)):
        with contextlib.suppress(MalformedMessage, NothingInCommon):
            make_answer(parse_sdp(candidate), "192.0.2.1", 4000, origin_id=1)
