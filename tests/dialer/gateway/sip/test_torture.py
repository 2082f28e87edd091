"""Torture messages after RFC 4475: what must be read is read, what must be rejected is; none costs beyond its length.

Each is named as in the RFC. Header fields that have no part in what a message tests are left out.
"""

from contextlib import suppress
from time import thread_time

import pytest

from dialer.gateway.sip import MalformedMessage, Request, Response, UserAgent, parse_message
from dialer.gateway.sip.headers import parse_name_address, parse_via
from dialer.gateway.sip.uri import parse_uri

PEER = ("192.0.2.2", 5060)


def message(start: str, method: str, *lines: str, without: str = "", body: str = "") -> bytes:
    """A message with the headers that each must have, unless `without` names one; `lines` come first."""
    usual = {
        "Via": "SIP/2.0/UDP host.example.com;branch=z9hG4bK-39234-23523",
        "From": "<sip:caller@example.com>;tag=342310",
        "To": "<sip:user@example.com>",
        "Call-ID": "torture.23417@example.com",
        "CSeq": f"9292394 {method}",
        "Max-Forwards": "70",
    }
    given = {line.partition(":")[0].strip() for line in lines}
    rest = [f"{name}: {value}" for name, value in usual.items() if name not in given and name != without]
    return "\r\n".join([start, *lines, *rest, "", body]).encode()


def request(uri: str, method: str = "OPTIONS", *lines: str, **more: str) -> bytes:
    return message(f"{method} {uri} SIP/2.0", method, *lines, **more)


def read(data: bytes) -> Request:
    parsed = parse_message(data)
    assert isinstance(parsed, Request)
    return parsed


def test_3_1_1_2_intmeth_a_wide_range_of_characters() -> None:
    method = "!interesting-Method0123456789_*+`.%indeed'~"
    data = request(
        "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
        method,
        'To: "BEL:\x07 NUL:\x00 DEL:\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
        ";fromParam''~+*_!.-%=\"%D1%80\";tag=_token~1'+`*%!-.",
        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
    )
    parsed = read(data)
    assert parsed.method == method
    assert parsed.from_tag == "_token~1'+`*%!-."
    assert parsed.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"


def test_3_1_1_3_esc01_escaped_characters_are_kept() -> None:
    uri = "sip:sips%3Auser%40example.com@example.net"
    parsed = read(request(uri, "INVITE", "To: sip:%75se%72@example.com"))
    assert parsed.uri == uri
    assert parse_uri(uri).user == "sips%3Auser%40example.com"
    assert parse_uri("sip:%75se%72@example.com").host == "example.com"


def test_3_1_1_4_escnull_escaped_nulls() -> None:
    contact = "<sip:%00@host5.example.com>"
    parsed = read(
        request("sip:example.com", "REGISTER", f"Contact: {contact}", "Contact: <sip:%00%00@host5.example.com>")
    )
    contacts = [parse_name_address(value).uri for value in parsed.get_list("Contact")]
    assert contacts == ["sip:%00@host5.example.com", "sip:%00%00@host5.example.com"]


def test_3_1_1_5_esc02_a_percent_sign_that_escapes_nothing() -> None:
    parsed = read(request("sip:registrar.example.com", "RE%47IST%45R", 'To: "%Z%45" <sip:resource@example.com>'))
    assert parsed.method == "RE%47IST%45R", "not REGISTER"


def test_3_1_1_6_lwsdisp_no_space_between_name_and_bracket() -> None:
    parsed = read(request("sip:user@example.com", "OPTIONS", "From: caller<sip:caller@example.com>;tag=323"))
    assert parsed.from_tag == "323"
    assert parse_name_address(parsed.headers["From"][0]).display == "caller"


def test_3_1_1_7_longreq_long_values() -> None:
    long = "a" * 3000
    parsed = read(
        request(
            f"sip:user@example.com;{long}=1",
            "INVITE",
            f'To: "I have a user name of {long}" <sip:user@example.com:6000;unknownparam1={long}>',
            f"From: sip:{long}@example.net;tag=12",
            f"Call-ID: {long}@there",
        )
    )
    assert (parsed.from_tag, parsed.call_id) == ("12", f"{long}@there")


def test_3_1_1_8_dblreq_bytes_after_the_message_are_ignored() -> None:
    data = request("sip:example.com", "REGISTER", "Content-Length: 0") + request("sip:joe@example.com", "INVITE")
    parsed = read(data)
    assert (parsed.method, parsed.body) == ("REGISTER", b"")


def test_3_1_1_9_semiuri_a_semicolon_in_the_user_part() -> None:
    assert parse_uri("sip:user;par=u%40example.net@example.com").user == "user;par=u%40example.net"


def test_3_1_1_10_transports_any_transport_may_stand_in_via() -> None:
    for transport in ("UDP", "SCTP", "TLS", "UNKNOWN", "TCP"):
        assert parse_via(f"SIP/2.0/{transport} t1.example.com;branch=z9hG4bKkdjuw").transport == transport


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e", "= 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e"),
        ("SIP/2.0 100 ", ""),
    ],
)
def test_3_1_1_12_unreason_and_13_noreason(line: str, reason: str) -> None:
    parsed = parse_message(message(line, "INVITE"))
    assert isinstance(parsed, Response)
    assert parsed.reason == reason


REJECTED = {
    "3.1.2.2 clerr: the body is shorter than Content-Length says": request(
        "sip:user@example.com", "INVITE", "Content-Length: 9999", body="v=0\r\n"
    ),
    "3.1.2.3 ncl: a negative Content-Length": request("sip:user@example.com", "INVITE", "Content-Length: -999"),
    "3.1.2.4 scalar02: CSeq out of range": request(
        "sip:u@example.com", "REGISTER", "CSeq: 36893488147419103232 REGISTER"
    ),
    "3.1.2.5 scalarlg: CSeq of a response out of range": message(
        "SIP/2.0 503 Service Unavailable", "INVITE", "CSeq: 9292394834772304023312 OPTIONS"
    ),
    "3.1.2.6 quotbal: a quote that is never closed": request(
        "sip:u@example.com", "INVITE", 'To: "Mr. J. User <sip:j@h>'
    ),
    "3.1.2.8 lwsruri: white space in the Request-URI": request("sip:user@example.com; lr", "INVITE"),
    "3.1.2.9 lwsstart: several spaces in the request line": b"INVITE  sip:user@example.com  SIP/2.0\r\n"
    + request("sip:user@example.com", "INVITE").partition(b"\r\n")[2],
    "3.1.2.16 badvers: another version": message("OPTIONS sip:t.watson@example.org SIP/7.0", "OPTIONS"),
    "3.1.2.17 mismatch01: CSeq names another method": request("sip:u@example.com", "OPTIONS", "CSeq: 8 INVITE"),
    "3.1.2.18 mismatch02: and an unknown one": request("sip:u@example.com", "NEWMETHOD", "CSeq: 8 INVITE"),
    "3.1.2.19 bigcode: a status beyond 699": message("SIP/2.0 4294967301 better not break", "INVITE"),
    "3.3.1 insuf: To is missing": request("sip:user@example.com", "INVITE", without="To"),
    "3.3.1 insuf: Call-ID is missing": request("sip:user@example.com", "INVITE", without="Call-ID"),
    "3.3.8 multi01: From and To twice": request(
        "sip:user@example.com", "INVITE", "From: <sip:a@h>;tag=1", "From: <sip:b@h>;tag=2"
    ),
    "3.3.9 mcl01: two different Content-Lengths": request(
        "sip:user@example.com", "OPTIONS", "Content-Length: 13", "Content-Length: 5", body="There's no way to know"
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_must_be_rejected_is(name: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_message(REJECTED[name])


def answer_to(data: bytes) -> int | None:
    """What a user agent answers; None where it says nothing."""
    numbers = iter(range(100))
    agent = UserAgent(("192.0.2.1", 5060), lambda: f"t{next(numbers)}")
    agent.receive_datagram(data, PEER, 0.0)
    sent = [parse_message(datagram.data) for datagram in agent.datagrams_to_send()]
    return sent[0].status if sent and isinstance(sent[0], Response) else None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(request("sip:user@example.com", "NEWMETHOD"), 501, id="unknown-method"),
        pytest.param(request("nobodyKnowsThisScheme:totallyopaquecontent"), 416, id="3.3.2-unkscm"),
        pytest.param(request("soap.beep://192.0.2.103:3002", "INVITE"), 416, id="3.3.3-novelsc"),
        pytest.param(request("sip:u@example.com", "INVITE", "Require: nothingSupportsThis, nothingSupportsThisEither"),
                     420, id="3.3.5-bext01"),
        pytest.param(request("sip:u@example.com", "INVITE", "Content-Type: application/unknownformat", body="<audio>"),
                     415, id="3.3.6-invut"),
        pytest.param(request("sip:u@example.com", "INVITE", "From: <sip:caller@example.com>"), 400, id="no-from-tag"),
    ],
)  # fmt: skip
def test_what_can_be_read_is_answered_by_rule(data: bytes, status: int) -> None:
    assert answer_to(data) == status


def test_3_2_1_badbranch_a_branch_of_nothing_but_the_cookie() -> None:
    assert answer_to(request("sip:u@example.com", "OPTIONS", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK")) == 200


def test_3_1_2_10_and_others_what_is_malformed_is_counted_and_never_answered_with_a_crash() -> None:
    agent = UserAgent(("192.0.2.1", 5060), lambda: "t")
    for data in REJECTED.values():
        agent.receive_datagram(data, PEER, 0.0)
    assert agent.counters()["malformed"] == len(REJECTED)
    assert agent.transactions == 0


GROWING = {
    "header lines folded": lambda n: request("sip:u@h", "OPTIONS", "Subject: a" + "\r\n b" * n),
    "commas": lambda n: request("sip:u@h", "OPTIONS", "Via: " + "," * n),
    "hops": lambda n: request("sip:u@h", "OPTIONS", "Via: " + ", ".join(["SIP/2.0/UDP h;branch=z9hG4bK1"] * (n // 30))),
    "open quotes": lambda n: request("sip:u@h", "OPTIONS", 'From: "' + '\\"' * n),
    "semicolons": lambda n: request("sip:u@h", "OPTIONS", "To: <sip:x@h>" + ";" * n),
    "white space": lambda n: request("sip:u@h", "OPTIONS", "Via: SIP" + " " * n + "/2.0/UDP h"),
    "line ends before": lambda n: b"\r\n" * n + request("sip:u@h"),
}


def cost_s(data: bytes) -> float:
    """Processor time of the cheapest of a few goes."""
    best = float("inf")
    for _ in range(5):
        begun = thread_time()
        with suppress(MalformedMessage):
            parse_message(data)
        best = min(best, thread_time() - begun)
    return best


@pytest.mark.parametrize("name", GROWING)
def test_no_message_costs_more_than_its_length(name: str) -> None:
    short, long = GROWING[name](1_500), GROWING[name](15_000)
    # Ten times the length: ten times the time if it is linear, a hundred if it is not. Half a millisecond is noise.
    assert cost_s(long) < 40 * cost_s(short) + 0.0005
