import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.message import Request, Response, parse_message

INVITE = (
    b"INVITE sip:bob@biloxi.com SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds\r\n"
    b"Max-Forwards: 70\r\n"
    b"To: Bob <sip:bob@biloxi.com>\r\n"
    b"From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n"
    b"Call-ID: a84b4c76e66710@pc33.atlanta.com\r\n"
    b"CSeq: 314159 INVITE\r\n"
    b"Contact: <sip:alice@pc33.atlanta.com>\r\n"
    b"Content-Type: application/sdp\r\n"
    b"Content-Length: 4\r\n"
    b"\r\n"
    b"v=0\n"
)
"""RFC 3261 section 4, with a shorter body."""

TORTUOUS = (
    b"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
    b"TO :\r\n"
    b" sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
    b'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n'
    b"  ;\r\n"
    b"  tag = 98asjd8\r\n"
    b"MaX-fOrWaRdS: 0068\r\n"
    b"Call-ID: wsinv.ndaksdj@192.0.2.1\r\n"
    b"Content-Length   : 4\r\n"
    b"cseq: 0009\r\n"
    b"  INVITE\r\n"
    b"Via  : SIP  /   2.0\r\n"
    b" /UDP\r\n"
    b"    192.0.2.2;branch=390skdjuw\r\n"
    b"s :\r\n"
    b"NewFangledHeader:   newfangled value\r\n"
    b" continued newfangled value\r\n"
    b"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
    b"Content-Type: application/sdp\r\n"
    b"Route:\r\n"
    b" <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
    b"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
    b"  branch  =   z9hG4bK9ikj8  ,\r\n"
    b" SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n"
    b" z9hG4bK30239\r\n"
    b'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n'
    b"      newvalue ;\r\n"
    b"  secondparam ; q = 0.33\r\n"
    b"\r\n"
    b"v=0\n"
)
"""RFC 4475 section 3.1.1.1, "a short tortuous INVITE"."""


def test_a_request() -> None:
    request = parse_message(INVITE)
    assert isinstance(request, Request)
    assert (request.method, request.uri, request.cseq) == ("INVITE", "sip:bob@biloxi.com", 314159)
    assert (request.from_tag, request.to_tag, request.branch) == ("1928301774", None, "z9hG4bK776asdhds")
    assert request.call_id == "a84b4c76e66710@pc33.atlanta.com"
    assert request.get("Contact") == "<sip:alice@pc33.atlanta.com>"
    assert request.get("Subject") is None
    assert request.body == b"v=0\n"


def test_what_is_read_is_written_and_read_again() -> None:
    first = parse_message(INVITE)
    again = parse_message(first.to_bytes())
    assert isinstance(again, Request)
    assert (again.headers, again.body, again.uri) == (first.headers, first.body, "sip:bob@biloxi.com")


def test_a_response_in_compact_form_without_a_reason() -> None:
    data = (
        b"SIP/2.0 180 \r\nv:SIP/2.0/UDP h;branch=z9hG4bK1\r\nf:<sip:a@h>;tag=1\r\n"
        b"t: <sip:b@h>;tag=2\r\ni:x\r\nCSeq:1 INVITE\r\nl:0\r\n\r\n"
    )
    response = parse_message(data)
    assert isinstance(response, Response)
    assert (response.status, response.reason, response.method, response.to_tag) == (180, "", "INVITE", "2")


def test_a_tortuous_invite() -> None:
    request = parse_message(TORTUOUS)
    assert isinstance(request, Request)
    assert (request.cseq, request.from_tag, request.to_tag) == (9, "98asjd8", "1918181833n")
    assert request.branch == "390skdjuw"
    assert len(request.get_list("Via")) == 3
    assert request.get("Newfangledheader") == "newfangled value continued newfangled value"
    assert request.get("Subject") == ""
    assert request.get("Max-Forwards") == "0068"


def test_several_lines_of_one_header_are_one_list() -> None:
    data = INVITE.replace(b"Max-Forwards: 70\r\n", b"Route: <sip:a;lr>, <sip:b>\r\nroute: <sip:c>\r\n")
    assert parse_message(data).get_list("Route") == ["<sip:a;lr>", "<sip:b>", "<sip:c>"]


def test_bytes_after_the_body_are_ignored_and_a_missing_length_takes_them_all() -> None:
    assert parse_message(INVITE + b"more").body == b"v=0\n"
    assert parse_message(INVITE.replace(b"Content-Length: 4\r\n", b"") + b"more").body == b"v=0\nmore"


def test_names_in_latin_1_do_not_cost_the_call() -> None:
    assert "José" in (parse_message(INVITE.replace(b"Alice", "José".encode("latin-1"))).get("From") or "")


def test_an_ack_that_names_the_cseq_of_its_invite_is_taken() -> None:
    assert parse_message(INVITE.replace(b"INVITE sip", b"ACK sip")).method == "ACK"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\r\n\r\n", b"\r\n"),
        (b"INVITE sip:bob@biloxi.com SIP/2.0", b"INVITE sip:bob@biloxi.com SIP/7.0"),
        (b"INVITE sip:bob@biloxi.com SIP/2.0", b"INVITE <sip:bob @biloxi.com> SIP/2.0"),
        (b"INVITE sip:bob@biloxi.com SIP/2.0", b"SIP/2.0 99 Low"),
        (b"INVITE sip:bob@biloxi.com SIP/2.0", b"SIP/2.0 2000 High"),
        (b"Call-ID: a84b4c76e66710@pc33.atlanta.com\r\n", b""),
        (b"Call-ID: a84b4c76e66710@pc33.atlanta.com\r\n", b"Call-ID:\r\n"),
        (b"CSeq: 314159 INVITE\r\n", b"CSeq: 314159 INVITE\r\nCSeq: 1 INVITE\r\n"),
        (b"CSeq: 314159 INVITE", b"CSeq: 314159 OPTIONS"),
        (b"CSeq: 314159 INVITE", b"CSeq: 36893488147419103232 INVITE"),
        (b"CSeq: 314159 INVITE", b"CSeq: -1 INVITE"),
        (b"CSeq: 314159 INVITE", b"CSeq: 314159"),
        (b"Content-Length: 4", b"Content-Length: 5"),
        (b"Content-Length: 4", b"Content-Length: -999"),
        (b"Content-Length: 4", b"Content-Length: 4\r\nl: 4"),
        (b"Max-Forwards: 70", b"Max-Forwards"),
        (b"Max-Forwards: 70", b"Max Forwards: 70"),
        (b"Max-Forwards: 70", b"Max-Forwards: 7\n0"),
        (b"Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds", b"Via: nothing"),
        (b"From: Alice <sip", b'From: "Alice <sip'),
    ],
)
def test_what_is_no_message(old: bytes, new: bytes) -> None:
    assert old in INVITE
    with pytest.raises(MalformedMessage):
        parse_message(INVITE.replace(old, new))


def test_sizes_are_bounded() -> None:
    with pytest.raises(MalformedMessage, match="at most 65535"):
        parse_message(INVITE + b"x" * 65536)
    with pytest.raises(MalformedMessage, match="header lines"):
        parse_message(INVITE.replace(b"Max-Forwards: 70\r\n", b"X-A: 1\r\n" * 300))


def test_a_line_end_cannot_be_smuggled_into_a_message_of_ours() -> None:
    request = parse_message(INVITE)
    request.headers["Subject"] = ["hello\r\nX-Evil: 1"]
    with pytest.raises(ValueError, match="line end"):
        request.to_bytes()


def test_a_request_that_we_wrote_ourselves_is_what_it_would_be_if_read() -> None:
    read = parse_message(INVITE)
    assert isinstance(read, Request)
    lines = INVITE.partition(b"\r\n")[2].partition(b"Content-Length")[0].decode()
    written = Request.written(
        "INVITE", "sip:bob@biloxi.com", lines, b"v=0\n", sender=read.sender, call_id=read.call_id,
        cseq=314159, branch="z9hG4bK776asdhds", from_tag="1928301774",
    )  # fmt: skip
    as_sent = written.to_bytes()
    assert as_sent == INVITE
    for name in ("method", "uri", "sender", "call_id", "cseq", "branch", "from_tag", "to_tag", "headers", "body"):
        assert getattr(written, name) == getattr(read, name)
    assert written.to_bytes() == as_sent
    assert "INVITE" in repr(written)
    with pytest.raises(AttributeError):
        written.status  # type: ignore[attr-defined]  # noqa: B018


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_the_named_error(data: bytes) -> None:
    for candidate in (
        data,
        b"INVITE sip:a SIP/2.0\r\n" + data + b"\r\n\r\n",
        b"SIP/2.0 200 OK\r\n" + data + b"\r\n\r\n",
    ):
        with contextlib.suppress(MalformedMessage):
            parse_message(candidate)


@given(st.integers(0, len(TORTUOUS) - 1), st.binary(max_size=4), st.integers(0, 6))
def test_a_message_with_a_dent_is_a_message_or_the_named_error(at: int, put: bytes, cut: int) -> None:
    for whole in (TORTUOUS, INVITE):
        try:
            message = parse_message(whole[:at] + put + whole[at + cut :])
        except MalformedMessage:
            continue
        assert parse_message(message.to_bytes()).headers == message.headers


@pytest.mark.parametrize(
    "filling", [b"<" * 60000, b'"' * 60000, b"," * 60000, b";" * 60000, b'"\\' * 30000, b"<>" * 30000, b" \t" * 30000]
)
def test_no_message_costs_more_than_its_length(filling: bytes) -> None:
    data = INVITE.replace(b"Alice <sip:alice@atlanta.com>", filling)
    begun = time.process_time()
    with contextlib.suppress(MalformedMessage):
        parse_message(data).get_list("From")
    assert time.process_time() - begun < 0.5
