"""The 49 torture messages of RFC 4475, byte for byte from its archive: what has to be read is, what must not be is not.

`torture/` holds them under the RFC's names. Each goes through a whole user agent with a registrar; where the RFC leaves
a choice, the comment says which is ours.
"""

import itertools
from contextlib import suppress
from pathlib import Path

import pytest

from dialer.gateway.sip import (
    Credentials,
    MalformedMessage,
    RegistrarSettings,
    Request,
    Response,
    SessionOffered,
    UserAgent,
    parse_message,
)
from dialer.gateway.sip.addresses import TCP
from dialer.gateway.sip.digest import DigestAnswers, choose_challenge
from dialer.gateway.sip.framing import StreamFramer
from dialer.gateway.sip.headers import parse_name_address, parse_via
from dialer.gateway.sip.uri import parse_uri

FOLDER = Path(__file__).parent / "torture"
PEER = ("192.0.2.2", 5060)
USERS = ("null-%00-null", "j.user", "watson", "user")
OFFERED = "offered"
"""A call that is taken to whoever decides about it."""
NOTHING = "nothing"
"""Read, or thrown away, with no word to anybody."""

EXPECTED: dict[str, int | str] = {
    # 3.1.1 valid
    "wsinv": 481,  # read whole; its To tag is of no dialog of ours
    "intmeth": 501,
    "esc01": OFFERED,
    "escnull": 401,
    "esc02": 501,
    "lwsdisp": 200,
    "longreq": OFFERED,
    "dblreq": 401,
    "semiuri": 200,
    "transports": 200,
    "mpart01": 405,
    "unreason": NOTHING,
    "noreason": NOTHING,
    # 3.1.2 invalid
    "badinv01": 400,
    "clerr": 400,
    "ncl": 400,
    "scalar02": 400,
    "scalarlg": NOTHING,
    "quotbal": 400,
    "ltgtruri": 400,
    "lwsruri": 400,
    "lwsstart": 400,  # or the extra spaces ignored
    "trws": 400,  # or the extra spaces ignored
    "escruri": OFFERED,  # or 400; the header in the URI is ignored
    "baddate": OFFERED,  # nobody reads Date
    "regbadct": 400,
    "badaspec": 200,  # or 400; the spaces are ignored
    "baddn": 400,  # the archive's copy has no empty line at its end
    "badvers": 505,
    "mismatch01": 400,
    "mismatch02": 400,  # or 501
    "bigcode": NOTHING,
    # 3.2 transactions
    "badbranch": 200,  # or 400; matched by the rules of RFC 2543
    # 3.3 the application
    "insuf": 400,
    "unkscm": 416,
    "novelsc": 416,
    "unksm2": 400,
    "bext01": 420,
    "invut": 415,
    "regaut01": 401,
    "multi01": 400,
    "mcl01": 400,
    "bcast": NOTHING,
    "zeromf": 200,  # whom it has reached need not forward it
    "cparam01": 401,
    "cparam02": 401,
    "regescrt": 401,
    "sdp01": 406,  # or 400
    # 3.4 RFC 2543
    "inv2543": OFFERED,
}


def data_of(name: str) -> bytes:
    return (FOLDER / f"{name}.dat").read_bytes()


def read(name: str) -> Request:
    parsed = parse_message(data_of(name))
    assert isinstance(parsed, Request)
    return parsed


class Target:
    """A user agent that everybody may talk to, with a registrar."""

    def __init__(self, *, has_registrar: bool = True) -> None:
        numbers = itertools.count(1)
        self.agent = UserAgent(("192.0.2.1", 5060), lambda: f"t{next(numbers)}")
        if has_registrar:
            self.agent.serve_phones(RegistrarSettings(passwords=dict.fromkeys(USERS, "secret")))

    def statuses(self, data: bytes) -> list[int]:
        """The statuses of its answers; an answer to what is malformed may be no whole response itself."""
        self.agent.receive_datagram(data, PEER, 0.0)
        return [int(datagram.data.split(b" ")[1]) for datagram in self.agent.datagrams_to_send()]

    def take(self, data: bytes) -> list[Response]:
        """What it answers."""
        self.agent.receive_datagram(data, PEER, 0.0)
        answers = [parse_message(datagram.data) for datagram in self.agent.datagrams_to_send()]
        return [answer for answer in answers if isinstance(answer, Response)]

    def has_offered(self) -> bool:
        return [type(event) for event in self.agent.next_events()] == [SessionOffered]

    def register(self, name: str) -> Response:
        """Send a REGISTER, answer the challenge, and return the final answer."""
        data = data_of(name)
        (challenge,) = self.take(data)
        assert challenge.status == 401
        chosen = choose_challenge(challenge.headers["WWW-Authenticate"], "")
        assert chosen is not None
        user = parse_uri(parse_name_address(read(name).headers["To"][0]).uri).user
        credentials = Credentials(username=user, password="secret")
        proof = DigestAnswers(chosen, credentials, "Authorization").answer("REGISTER", read(name).uri, "cn")
        head, _, rest = data.partition(b"\r\n")
        number = b"%d REGISTER" % read(name).cseq
        again = b"%d REGISTER" % (read(name).cseq + 1)
        rest = rest.replace(number, again).replace(b"branch=z9hG4bK", b"branch=z9hG4bKagain")
        (answer,) = self.take(head + b"\r\nAuthorization: " + proof.encode() + b"\r\n" + rest)
        return answer


def test_every_message_of_the_archive_has_its_line() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.dat"))
    assert len(EXPECTED) == 49


@pytest.mark.parametrize("name", EXPECTED)
def test_it_is_answered_as_the_rfc_says(name: str) -> None:
    target = Target()
    statuses = target.statuses(data_of(name))
    expected = EXPECTED[name]
    assert statuses == ([] if expected in (OFFERED, NOTHING) else [expected])
    assert target.has_offered() == (expected == OFFERED)
    if expected == NOTHING:
        assert not target.agent.transactions


REFUSED_AS_MALFORMED = [name for name, status in EXPECTED.items() if status in (400, 505)]


@pytest.mark.parametrize("name", REFUSED_AS_MALFORMED)
def test_what_is_malformed_is_counted_and_leaves_nothing_behind(name: str) -> None:
    target = Target()
    target.statuses(data_of(name))
    assert target.agent.counters()["malformed"] == 1
    assert target.agent.session_ids == ()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_stranger_hears_no_more_than_a_refusal(name: str) -> None:
    target = Target()
    target.agent.know("192.0.2.77")
    statuses = set(target.statuses(data_of(name)))
    # A stranger may register, if the password is right; whatever else comes gets 403 or nothing.
    assert statuses <= ({401, 400} if parsed_method(name) == "REGISTER" else {403, 481})


def parsed_method(name: str) -> str:
    with suppress(MalformedMessage):
        return parse_message(data_of(name)).method
    return ""


def test_a_refusal_of_501_and_405_says_what_is_understood() -> None:
    for name in ("intmeth", "esc02", "mpart01"):
        (answer,) = Target().take(data_of(name))
        assert "INVITE" in (answer.get("Allow") or "")
    (answer,) = Target(has_registrar=False).take(data_of("regaut01"))
    assert answer.status == 405, "who is no registrar says so"


def test_3_1_1_1_wsinv_folds_and_white_space_everywhere() -> None:
    parsed = read("wsinv")
    assert parsed.uri == "sip:vivekg@chair-dnrc.example.com;unknownparam"
    assert (parsed.from_tag, parsed.to_tag, parsed.cseq) == ("98asjd8", "1918181833n", 9)
    assert parse_name_address(parsed.headers["From"][0]).display == 'J Rosenberg \\"'
    vias = [parse_via(via) for via in parsed.get_list("Via")]
    assert [(via.transport, via.host) for via in vias] == [
        ("UDP", "192.0.2.2"),
        ("TCP", "spindle.example.com"),
        ("UDP", "192.168.255.111"),
    ]
    assert parse_name_address(parsed.headers["Contact"][0]).parameters == {
        "newparam": "newvalue",
        "secondparam": None,
        "q": "0.33",
    }
    assert parsed.headers["Unknownheaderwithunusualvalue"] == [";;,,;;,;"]
    assert parsed.headers["Subject"] == [""]
    assert len(parsed.body) == 150


def test_3_1_1_2_intmeth_a_wide_range_of_characters() -> None:
    parsed = read("intmeth")
    assert parsed.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert parsed.from_tag == "_token~1'+`*%!-."
    assert parsed.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert parse_name_address(parsed.headers["To"][0]).display == "BEL:\x07 NUL:\x00 DEL:\x7f"


def test_3_1_1_3_esc01_escapes_are_kept() -> None:
    parsed = read("esc01")
    assert parse_uri(parsed.uri).user == "sips%3Auser%40example.com"
    contact = parse_uri(parse_name_address(parsed.headers["Contact"][0]).uri)
    assert contact.user == "cal%6Cer"
    assert contact.parameters["n%61me"] == "v%61lue%25%34%31", "never unescaped twice"


def test_3_1_1_4_escnull_two_contacts_with_nulls() -> None:
    answer = Target().register("escnull")
    assert answer.status == 200
    assert [value.partition(";")[0] for value in answer.headers["Contact"]] == [
        "<sip:%00@host5.example.com>",
        "<sip:%00%00@host5.example.com>",
    ]


def test_3_1_1_5_esc02_two_contacts_and_not_three() -> None:
    assert len(read("esc02").headers["Contact"]) == 2


def test_3_1_1_7_longreq_every_hop_in_its_order() -> None:
    parsed = read("longreq")
    hops = [parse_via(via).host for via in parsed.get_list("Via")]
    assert hops == [*(f"sip{number}.example.com" for number in range(33, 0, -1)), "host.example.com"]
    assert parsed.from_tag == "12" + "982" * 50 + "424"
    assert parsed.call_id == "longreq.one" + "really" * 20 + "longcallid"


def test_3_1_1_8_dblreq_what_follows_the_message_is_noise() -> None:
    assert Target().register("dblreq").status == 200
    assert read("dblreq").body == b""


def test_3_1_1_9_semiuri_a_semicolon_in_the_user_part() -> None:
    assert parse_uri(read("semiuri").uri).user == "user;par=u%40example.net"


def test_3_1_1_10_transports_any_transport_in_via() -> None:
    vias = [parse_via(via).transport for via in read("transports").get_list("Via")]
    assert vias == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_3_1_1_11_mpart01_a_body_with_nulls_is_whole() -> None:
    parsed = read("mpart01")
    assert len(parsed.body) == 553
    assert b"\x00" in parsed.body
    assert parsed.body.endswith(b"--7a9cbec02ceef655--\r\n")


def test_3_1_1_12_unreason_and_13_noreason() -> None:
    for name, status, reason in (("unreason", 200, "= 2**3 * 5**2 но сто девяносто девять - простое"),
                                 ("noreason", 100, "")):  # fmt: skip
        parsed = parse_message(data_of(name))
        assert isinstance(parsed, Response)
        assert (parsed.status, parsed.reason) == (status, reason)


@pytest.mark.parametrize("name", ["clerr", "ncl", "mcl01"])
def test_3_1_2_2_and_others_a_stream_whose_frames_are_lost_is_given_up(name: str) -> None:
    framer = StreamFramer()
    if name == "clerr":
        assert framer.feed(data_of(name)) == [], "more may come"
        assert not framer.is_between_messages
    else:
        with pytest.raises(MalformedMessage):
            framer.feed(data_of(name))


def test_3_1_2_15_baddn_whole_the_quotes_are_inferred() -> None:
    (answer,) = Target().take(data_of("baddn") + b"\r\n")
    assert answer.status == 200


def test_3_1_2_16_badvers_over_a_connection_is_answered_on_it() -> None:
    target = Target()
    connection = ("192.0.2.2", 40000, TCP)
    target.agent.receive_datagram(data_of("badvers"), connection, 0.0)
    (datagram,) = target.agent.datagrams_to_send()
    assert datagram.destination == connection
    assert datagram.data.startswith(b"SIP/2.0 505 ")


def test_3_2_1_badbranch_two_requests_of_it_are_not_taken_for_one() -> None:
    target = Target()
    first = data_of("badbranch")
    assert [answer.status for answer in target.take(first)] == [200]
    other = first.replace(b"Call-ID: badbranch", b"Call-ID: another")
    assert [answer.cseq for answer in target.take(other)] == [8]
    assert target.agent.counters()["requests_received"] == 2


def test_3_3_5_bext01_every_option_is_named() -> None:
    (answer,) = Target().take(data_of("bext01"))
    assert answer.headers["Unsupported"] == ["nothingSupportsThis, nothingSupportsThisEither"]


def test_3_3_12_cparam01_a_parameter_of_the_header_is_none_of_the_uri() -> None:
    (contact,) = Target().register("cparam01").headers["Contact"]
    assert contact.startswith("<sip:+19725552222@gw1.example.net>;expires=")


def test_3_3_13_cparam02_a_parameter_of_the_uri_is_kept() -> None:
    (contact,) = Target().register("cparam02").headers["Contact"]
    assert contact.startswith("<sip:+19725552222@gw1.example.net;unknownparam>;expires=")


def test_3_3_14_regescrt_a_header_in_the_uri_is_kept() -> None:
    (contact,) = Target().register("regescrt").headers["Contact"]
    assert contact.startswith("<sip:user@example.com?Route=%3Csip:sip.example.com%3E>;expires=")


def test_3_4_1_inv2543_can_be_answered() -> None:
    target = Target()
    target.take(data_of("inv2543"))
    target.agent.refuse("in-1", 486, 0.0)
    (datagram,) = target.agent.datagrams_to_send()
    assert datagram.data.startswith(b"SIP/2.0 486 ")
    assert target.agent.session_ids == ()
