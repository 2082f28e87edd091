import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.uri import (
    Uri,
    bracketed,
    escape_user,
    has_known_scheme,
    host_of,
    is_ip_address,
    parse_hostport,
    parse_uri,
)


def test_a_full_uri() -> None:
    uri = parse_uri("sip:alice:secret@Example.com:5080;transport=TCP;lr?subject=hi")
    assert (uri.scheme, uri.user, uri.host, uri.port) == ("sip", "alice:secret", "Example.com", 5080)
    assert uri.parameters == {"transport": "TCP", "lr": None}
    assert uri.headers == "subject=hi"
    assert str(uri) == "sip:alice:secret@Example.com:5080;transport=TCP;lr?subject=hi"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("sip:192.0.2.1", ("192.0.2.1", 5060)),
        ("SIPS:host.example", ("host.example", 5061)),
        ("sip:+1@[2001:db8::1]:5070;lr", ("2001:db8::1", 5070)),
        ("sip:user;par=1@host", ("host", 5060)),
        ("sip:a?b@host:5062", ("host", 5062)),
    ],
)
def test_where_a_request_goes(text: str, address: tuple[str, int]) -> None:
    assert parse_uri(text).address == address


def test_ipv6_hosts_are_written_in_brackets() -> None:
    assert str(parse_uri("sip:[::1]:5060")) == "sip:[::1]:5060"
    assert bracketed("::1") == "[::1]"
    assert bracketed("192.0.2.1") == "192.0.2.1"


@pytest.mark.parametrize(
    "text",
    [
        "tel:+12025550100",
        "sip:",
        "sip:user@",
        "sip:h:0",
        "sip:h:65536",
        "sip:h:port",
        "sip:[::1",
        "sip:[::1]x",
        "nothing",
    ],
)
def test_what_is_no_uri(text: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_uri(text)


def test_hostports_may_have_spaces_around() -> None:
    assert parse_hostport(" 192.0.2.1 : 5060 ") == ("192.0.2.1", 5060)
    assert parse_hostport("[::1]") == ("::1", None)
    with pytest.raises(MalformedMessage):
        parse_hostport("two words")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("192.0.2.1", True), ("::1", True), ("host.example", False), ("1.2.3", False), ("", False), ("999.1.1.1", False)],
)
def test_ip_addresses_are_told_from_names(host: str, expected: bool) -> None:
    assert is_ip_address(host) is expected


def test_what_may_not_stand_in_a_user_part_is_escaped() -> None:
    assert escape_user("+12025550100") == "+12025550100"
    assert escape_user("*31#5550100") == "*31#5550100"
    assert escape_user("a b@c\r\né") == "a%20b%40c%0D%0A%C3%A9"


@given(st.text())
def test_any_text_is_a_uri_or_the_named_error(text: str) -> None:
    for candidate in (text, f"sip:{text}", f"sip:{text}@{text}"):
        with contextlib.suppress(MalformedMessage):
            assert isinstance(parse_uri(candidate), Uri)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_an_escaped_user_survives_the_round_trip(user: str) -> None:
    assert parse_uri(f"sip:{escape_user(user)}@host").user == escape_user(user)


def test_schemes_of_telephony() -> None:
    assert [has_known_scheme(uri) for uri in ("sip:a@b", "SIPS:a@b", "tel:+1", "soap.beep://h", "", "sip")] == [
        True, True, True, False, False, True,
    ]  # fmt: skip


def test_the_host_of_anything() -> None:
    assert [host_of(uri) for uri in ("sip:a@b:5070", "tel:+1", "")] == ["b", "", ""]
