"""Matching, addresses of responses, limits; the timers' effect is tested with the user agents."""

import msgspec
import pytest

from dialer.gateway.sip import Ending, UserAgentSettings, parse_message
from tests.dialer.gateway.sip.conftest import CALLEE, CALLER, Link


def options(
    via: str = "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1", *, method: str = "OPTIONS", tag: str = "a"
) -> bytes:
    return (
        f"{method} sip:b@192.0.2.2:5070 SIP/2.0\r\nVia: {via}\r\nFrom: <sip:a@h>;tag={tag}\r\nTo: <sip:b@h>\r\n"
        f"Call-ID: c1\r\nCSeq: 1 {method}\r\n\r\n"
    ).encode()


def ask(link: Link, data: bytes, source: tuple[str, int] = CALLER) -> list[tuple[str, tuple[str, int]]]:
    """What the callee answers, and where it sends it."""
    answers: list[tuple[str, tuple[str, int]]] = []
    link.on_send = lambda datagram, _: answers.append((datagram.data.decode(), datagram.destination))
    link.fate = lambda datagram, _: ()
    link.callee.receive_datagram(data, source, link.now)
    link.run(0)
    return answers


@pytest.mark.parametrize(
    ("via", "source", "destination", "noted"),
    [
        ("192.0.2.1:5060", ("192.0.2.1", 9999), ("192.0.2.1", 5060), ""),
        ("192.0.2.1", ("192.0.2.1", 9999), ("192.0.2.1", 5060), ""),
        (
            "10.0.0.1:5060;rport",
            ("192.0.2.9", 4444),
            ("192.0.2.9", 4444),
            "rport=4444;branch=z9hG4bK1;received=192.0.2.9",
        ),
        ("phone.local:5080", ("192.0.2.9", 4444), ("192.0.2.9", 5080), ";received=192.0.2.9"),
        ("h:5080;maddr=192.0.2.77", ("192.0.2.9", 4444), ("192.0.2.77", 5080), ";received=192.0.2.9"),
    ],
)
def test_where_responses_go(
    link: Link, via: str, source: tuple[str, int], destination: tuple[str, int], noted: str
) -> None:
    ((text, sent_to),) = ask(link, options(f"SIP/2.0/UDP {via};branch=z9hG4bK1"), source)
    assert sent_to == destination
    assert noted in text


def test_only_the_first_hop_is_noted(link: Link) -> None:
    via = "SIP/2.0/UDP proxy:5060;rport;branch=z9hG4bK1, SIP/2.0/UDP behind;branch=z9hG4bK0"
    ((text, _),) = ask(link, options(via), ("192.0.2.9", 5060))
    assert "rport=5060;branch=z9hG4bK1;received=192.0.2.9, SIP/2.0/UDP behind;branch=z9hG4bK0" in text


def test_a_repeated_request_is_answered_from_memory(link: Link) -> None:
    first = ask(link, options())
    second = ask(link, options())
    assert first == second
    assert link.callee.counters()["requests_received"] == 1
    assert link.callee.counters()["retransmissions"] == 1


def test_requests_of_old_peers_without_a_magic_cookie_are_told_apart(link: Link) -> None:
    ask(link, options("SIP/2.0/UDP 192.0.2.1:5060;branch=1"))
    ask(link, options("SIP/2.0/UDP 192.0.2.1:5060;branch=1"))
    ask(link, options("SIP/2.0/UDP 192.0.2.1:5060;branch=1", tag="b"))
    assert link.callee.counters()["requests_received"] == 2


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\r\n\r\n", b"\x00", b"   \r\n"])
def test_keep_alives_are_not_even_counted(link: Link, data: bytes) -> None:
    assert ask(link, data) == []
    assert link.callee.counters()["malformed"] == 0


def test_what_is_not_sip_is_counted_and_forgotten(link: Link) -> None:
    assert ask(link, b"GET / HTTP/1.1\r\n\r\n") == []
    assert ask(link, b"\xff\xfe\x00") == []
    assert link.callee.counters()["malformed"] == 2


def test_a_request_that_turns_out_malformed_is_refused_once(link: Link) -> None:
    invite = options(method="INVITE").replace(b"CSeq", b'Require: "open\r\nCSeq')
    ((text, _),) = ask(link, invite.replace(b"Require: ", b"Require: a, "))
    assert text.startswith("SIP/2.0 400 Bad Request")
    assert link.callee.counters()["malformed"] == 1


def test_a_response_to_nothing_is_counted(link: Link) -> None:
    data = options().replace(b"OPTIONS sip:b@192.0.2.2:5070 SIP/2.0", b"SIP/2.0 200 OK")
    ask(link, data)
    invite = data.replace(b"1 OPTIONS", b"1 INVITE")
    ask(link, invite)
    assert link.callee.counters()["unmatched_responses"] == 2
    assert link.callee.counters()["responses_2xx"] == 2


def test_a_full_table_refuses_calls_and_drops_the_rest(make_link: type[Link]) -> None:
    link = make_link(UserAgentSettings(transactions_max=0))
    assert ask(link, options()) == []
    ((text, _),) = ask(link, options(method="INVITE"))
    assert text.startswith("SIP/2.0 503")
    assert "Retry-After" in text
    assert link.callee.counters()["refused_full"] == 2
    assert link.callee.transactions == 0


def test_what_cannot_be_sent_ends_the_call(link: Link) -> None:
    link.call()
    (datagram,) = link.caller.datagrams_to_send()
    link.caller.datagram_failed(datagram, link.now)
    link.run(0)
    assert link.ending().ending == "transport_error"
    assert link.is_empty()
    link.caller.datagram_failed(datagram, link.now)
    link.caller.datagram_failed(msgspec.structs.replace(datagram, key=None), link.now)


def test_the_100_of_a_slow_user_is_not_mixed_up_with_its_answer(link: Link) -> None:
    link.call()
    link.run(1)
    assert [name for _, name in link.sent] == ["INVITE", "100 INVITE"]
    assert parse_message(link.texts[1].encode()).to_tag is None


def long_call(link: Link, *, has_tcp: bool) -> None:
    if has_tcp:
        link.caller.listen_on("tcp", 5060)
    link.call(headers=(("Identity", "x" * 1400),))


def test_a_request_too_long_for_a_packet_takes_tcp(link: Link) -> None:
    long_call(link, has_tcp=True)
    (datagram,) = link.caller.datagrams_to_send()
    assert datagram.destination == (*CALLEE, "tcp")
    assert b"Via: SIP/2.0/TCP 192.0.2.1:5060;" in datagram.data
    assert link.caller.counters()["switched_to_tcp"] == 1
    link.caller.handle_timers(link.now + 1)
    assert link.caller.datagrams_to_send() == [], "nothing is sent twice over a connection"


def test_and_udp_where_we_have_no_tcp(link: Link) -> None:
    long_call(link, has_tcp=False)
    (datagram,) = link.caller.datagrams_to_send()
    assert datagram.destination == CALLEE


def test_and_udp_after_all_where_they_have_none(link: Link) -> None:
    long_call(link, has_tcp=True)
    (datagram,) = link.caller.datagrams_to_send()
    link.caller.datagram_failed(datagram, link.now)
    (again,) = link.caller.datagrams_to_send()
    assert again.destination == CALLEE
    assert b"Via: SIP/2.0/UDP " in again.data
    link.caller.handle_timers(link.now + 0.6)
    assert [datagram.destination for datagram in link.caller.datagrams_to_send()] == [CALLEE], "now it is repeated"


def test_a_lost_connection_ends_what_nothing_has_answered(link: Link) -> None:
    link.call(destination=(*CALLEE, "tcp"))
    link.caller.connection_lost((*CALLEE, "tcp"), link.now)
    link.run(0)
    assert link.ending().ending is Ending.TRANSPORT_ERROR
