import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.headers import CANONICAL_NAMES
from dialer.gateway.sip.message import Response, parse_message
from dialer.gateway.sip.plain import LINES_MAX, match_plain, values_in

LINES = [
    "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKabc123;rport=5060",
    "Record-Route: <sip:192.0.2.20:5060;lr>",
    "From: <sip:+12025550100@192.0.2.10>;tag=abcd1234",
    "To: <sip:+12025550199@192.0.2.20>;tag=7777",
    "Call-ID: 1234567890@192.0.2.10",
    "CSeq: 1 INVITE",
    "Contact: <sip:192.0.2.20:5060;transport=UDP>",
    "X-Carrier: somewhere",
    "Content-Length:   3",
    "Content-Type: application/sdp",
]
NAMES = st.sampled_from(sorted(CANONICAL_NAMES)) | st.from_regex(r"[A-Za-z-]{1,12}", fullmatch=True)
VALUES = st.sampled_from(
    [line.partition(": ")[2] for line in LINES] + ["", " 3", "x ", "a\tb", "x\r", "x\ny", "\r\n y"]
)
MORE = st.builds("{}: {}".format, NAMES, VALUES)


def text(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def read(start: str, lines: list[str]) -> object:
    """What a response says of itself, asked for header by header; or why it is none."""
    try:
        response = parse_message(f"{start} 200 OK\r\n{text(lines)}\r\nv=0".encode())
    except MalformedMessage as error:
        return str(error)
    assert isinstance(response, Response)
    counting = [response.call_id, response.cseq, response.method, response.branch, response.body]
    parties = [response.sender, response.from_tag, response.receiver, response.to_tag]
    asked = {name: response.values(name) for name in CANONICAL_NAMES.values() if name not in ("Via", "Content-Length")}
    headers = response.headers
    assert asked == {name: headers.get(name, []) for name in asked}
    return counting, parties, headers


@given(
    st.lists(st.tuples(st.integers(0, len(LINES)), MORE), max_size=3),
    st.sets(st.integers(0, len(LINES) - 1), max_size=1),
)
def test_reading_plain_lines_is_reading_them_one_by_one(more: list[tuple[int, str]], missing: set[int]) -> None:
    lines = [line for at, line in enumerate(LINES) if at not in missing]
    for at, line in more:
        lines.insert(at, line)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dialer.gateway.sip.message.match_plain", lambda _: None)
        one_by_one = read("SIP/2.0", lines)
    assert read("SIP/2.0", lines) == one_by_one


def test_what_counts_is_found_and_the_rest_can_be_asked_for() -> None:
    lines = text(LINES)
    found = match_plain(lines)
    assert found is not None
    assert found.groups() == (*(LINES[at].partition(": ")[2] for at in (0, 2, 3, 4, 5)), "3")
    assert values_in(lines, "Contact") == ["<sip:192.0.2.20:5060;transport=UDP>"]
    assert values_in(lines, "Reason") == []


@pytest.mark.parametrize(
    "line",
    [
        "i: again",
        "Call-Id: again",
        "f: <sip:x>",
        "FROM: <sip:x>",
        "Strange",
        "Subject: a\rb",
        "Subject: a\nb",
        "Subject: a ",
    ],
)
def test_lines_that_are_not_plain(line: str) -> None:
    assert match_plain(text(LINES)) is not None
    assert match_plain(text([*LINES, line])) is None


def test_a_plain_head_has_an_end() -> None:
    assert match_plain(text([*LINES[:6], *["Reason: x"] * LINES_MAX])) is not None
    assert match_plain(text([*LINES[:6], *["Reason: x"] * (LINES_MAX + 1)])) is None
