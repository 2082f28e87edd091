import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import (
    branch_of,
    canonical_name,
    format_parameters,
    parse_name_address,
    parse_parameters,
    parse_via,
    quoted,
    split_list,
    tag_of,
    unquoted,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("i", "Call-ID"),
        ("CALL-ID", "Call-ID"),
        ("call-id", "Call-ID"),
        ("V", "Via"),
        ("cseq", "CSeq"),
        ("CSEQ", "CSeq"),
        ("www-authenticate", "WWW-Authenticate"),
        ("x-attempt-id", "X-Attempt-Id"),
        ("X-ATTEMPT-ID", "X-Attempt-Id"),
        ("m", "Contact"),
    ],
)
def test_every_spelling_of_a_name_is_one(name: str, expected: str) -> None:
    assert canonical_name(name) == expected


@pytest.mark.parametrize("name", ["", "two words", "colon:", "ümlaut", "\x00"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(MalformedMessage):
        canonical_name(name)


@pytest.mark.parametrize(
    ("value", "display", "uri", "parameters"),
    [
        ('"Alice" <sip:a@h>;tag=1', "Alice", "sip:a@h", {"tag": "1"}),
        ("Alice Smith <sip:a@h>", "Alice Smith", "sip:a@h", {}),
        ("<sip:a@h;lr>;x", "", "sip:a@h;lr", {"x": None}),
        ("sip:a@h;tag=2", "", "sip:a@h", {"tag": "2"}),
        (r'"say \"hi\", <b>" <sip:a@h> ; TAG = 3', 'say "hi", <b>', "sip:a@h", {"tag": "3"}),
        ("\t<sip:[2001:db8::1]:5060>", "", "sip:[2001:db8::1]:5060", {}),
    ],
)
def test_addresses(value: str, display: str, uri: str, parameters: dict[str, str | None]) -> None:
    assert parse_name_address(value) == (display, uri, parameters)


def test_an_address_is_written_as_it_is_read() -> None:
    text = '"A \\"B\\"" <sip:a@h>;tag=1;flag'
    assert str(parse_name_address(text)) == text


@pytest.mark.parametrize("value", ['"open <sip:a@h>', "<sip:a@h", '"name"', "", ";tag=1", "<>", "<sip:a> x"])
def test_what_is_no_address(value: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_name_address(value)


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("<sip:a@h>;tag=abc", "abc"),
        ("<sip:a@h>;tag=abc;x=1", "abc"),
        ("<sip:a@h>;x=1;tag=abc", "abc"),
        ("<sip:a@h> ; Tag = abc", "abc"),
        ("sip:a@h;tag=abc", "abc"),
        ('"x;tag=no>" <sip:a;tag=no@h>;tag=yes', "yes"),
        ('<sip:a@h>;x=";tag=no";tag=yes', "yes"),
        ("<sip:a;tag=no@h>", None),
        ("<sip:a@h>", None),
        ("<sip:a@h>;tag=", None),
        ("<sip:a@h>;tag", None),
    ],
)
def test_tags_by_the_short_way_and_the_long(value: str, tag: str | None) -> None:
    assert tag_of(value) == tag


@pytest.mark.parametrize(
    ("value", "branch"),
    [
        ("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa", "z9hG4bKa"),
        ("SIP/2.0/UDP h;rport;branch=z9hG4bKa;received=192.0.2.9", "z9hG4bKa"),
        ("SIP / 2.0 / UDP h ; Branch = z9hG4bKa", "z9hG4bKa"),
        ("SIP/2.0/UDP h, SIP/2.0/UDP i;branch=other", ""),
        ("SIP/2.0/TCP h", ""),
    ],
)
def test_branches(value: str, branch: str) -> None:
    assert branch_of(value) == branch


def test_a_via_with_odd_spacing() -> None:
    via = parse_via("SIP  /  2.0\r\n /udp  [2001:db8::9]:5070 ;hidden; rport;branch = z9hG4bKx")
    assert (via.transport, via.host, via.port, via.branch) == ("UDP", "2001:db8::9", 5070, "z9hG4bKx")
    assert str(via) == "SIP/2.0/UDP [2001:db8::9]:5070;hidden;rport;branch=z9hG4bKx"


@pytest.mark.parametrize(
    "value", ["", "SIP/3.0/UDP h", "SIP/2.0/UDP", "SIP/2.0/UDP ;branch=1", "UDP h", "SIP/2.0/UDP h:x"]
)
def test_what_is_no_via(value: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_via(value)


def test_parameters_keep_quoted_semicolons_together() -> None:
    assert parse_parameters(';a="1;2";b;C=3;') == {"a": '"1;2"', "b": None, "c": "3"}
    assert format_parameters({"a": "1", "b": None}) == ";a=1;b"
    with pytest.raises(MalformedMessage):
        parse_parameters("a=1")
    with pytest.raises(MalformedMessage):
        parse_parameters(';a="1')


def test_lists_are_split_outside_quotes_and_brackets() -> None:
    assert split_list("a, b ,c") == ["a", "b", "c"]
    assert split_list('"A, B" <sip:a,b@h>;x=",", <sip:c>') == ['"A, B" <sip:a,b@h>;x=","', "<sip:c>"]
    assert split_list(" alone ") == ["alone"]
    for broken in ('"a, b', "<a, b"):
        with pytest.raises(MalformedMessage):
            split_list(broken)


@given(st.text())
def test_quoting_survives_the_round_trip(text: str) -> None:
    plain = text.replace("\r", "").replace("\n", " ")
    assert unquoted(quoted(text)) == plain
    assert "\n" not in quoted(text)


@given(st.text())
def test_any_text_is_read_or_the_named_error(text: str) -> None:
    for read in (parse_name_address, parse_via, split_list, parse_parameters, tag_of, branch_of, canonical_name):
        with contextlib.suppress(MalformedMessage):
            read(text)  # type: ignore[operator]


@given(st.text(alphabet='<>";,=tag \\', max_size=30))
def test_the_short_way_to_a_tag_agrees_with_the_long(text: str) -> None:
    value = f"<sip:a@h>{text}"
    try:
        whole = parse_name_address(value).parameters.get("tag")
    except MalformedMessage:
        return
    if ">" not in text:
        assert tag_of(value) == (whole or None)
