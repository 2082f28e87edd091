"""The examples of RFC 2617, RFC 7616 and RFC 8760, and challenges as servers write them."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.sip.digest import (
    Challenge,
    Credentials,
    DigestAnswers,
    choose_challenge,
    format_challenge,
    is_authentic,
    parse_challenge,
    parse_fields,
)
from dialer.gateway.sip.errors import MalformedMessage

CIRCLE = Credentials(username="Mufasa", password="Circle of Life")
RFC7616 = 'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'


def fields_of(challenge: str, credentials: Credentials, method: str, uri: str, cnonce: str) -> dict[str, str]:
    return parse_fields(
        DigestAnswers(parse_challenge(challenge), credentials, "Authorization").answer(method, uri, cnonce)
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    credentials = Credentials(username="Mufasa", password="Circle of Life")
    fields = fields_of(
        f"Digest {RFC7616}, algorithm={algorithm}, opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
        credentials, "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )  # fmt: skip
    assert fields["response"] == response
    assert (fields["qop"], fields["nc"], fields["algorithm"]) == ("auth", "00000001", algorithm)
    assert fields["opaque"] == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"


def test_the_example_of_rfc_2617() -> None:
    credentials = Credentials(username="Mufasa", password="Circle Of Life")
    challenge = 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    fields = fields_of(challenge, credentials, "GET", "/dir/index.html", "0a4f113b")
    assert fields["response"] == "6629fae49393a05397450978507c4ef1"


def test_without_qop_as_rfc_2069_had_it() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    fields = fields_of(
        challenge, Credentials(username="Mufasa", password="CircleOfLife"), "GET", "/dir/index.html", "x"
    )
    assert fields["response"] == "1949323746fe6a43ef61f9606e7febea"
    assert "cnonce" not in fields
    assert "nc" not in fields


@pytest.mark.parametrize("body", [b"", b"v=0\r\n\xff"])
@pytest.mark.parametrize(("algorithm", "hash_name"), [("MD5", "md5"), ("SHA-256", "sha256")])
def test_where_the_body_has_to_be_proved_it_is(algorithm: str, hash_name: str, body: bytes) -> None:
    def h(data: bytes) -> str:
        return hashlib.new(hash_name, data).hexdigest()

    challenge = choose_challenge([f'Digest realm="r", nonce="n", qop="auth-int", algorithm={algorithm}'], "")
    assert challenge is not None
    answers = DigestAnswers(challenge, CIRCLE, "Authorization")
    fields = parse_fields(answers.answer("INVITE", "sip:b@h", "c", body))
    # RFC 7616 sections 3.4.1 to 3.4.3, written out.
    secret, subject = h(b"Mufasa:r:Circle of Life"), h(f"INVITE:sip:b@h:{h(body)}".encode())
    assert fields["qop"] == "auth-int"
    assert fields["response"] == h(f"{secret}:n:00000001:c:auth-int:{subject}".encode())


def test_a_nonce_that_is_used_again_is_counted() -> None:
    answers = DigestAnswers(parse_challenge(f"Digest {RFC7616}"), CIRCLE, "Authorization")
    counts = [parse_fields(answers.answer("BYE", "sip:a", "c"))["nc"] for _ in range(3)]
    assert counts == ["00000001", "00000002", "00000003"]


def test_the_strongest_challenge_that_we_can_answer_is_taken() -> None:
    weak, strong = f"Digest {RFC7616}, algorithm=MD5", f"Digest {RFC7616}, algorithm=SHA-256"
    unknown, other_scheme = f"Digest {RFC7616}, algorithm=SHA3", 'Basic realm="x"'
    chosen = choose_challenge([other_scheme, weak, unknown, strong], "")
    assert chosen is not None
    assert chosen.algorithm == "SHA-256"
    assert choose_challenge([unknown, other_scheme, "nonsense"], "") is None
    assert choose_challenge(['Digest realm="r", nonce="n", qop="auth-conf"'], "") is None


def test_credentials_are_for_their_realm_alone() -> None:
    challenge = 'Digest realm="other", nonce="n"'
    assert choose_challenge([challenge], "mine") is None
    assert choose_challenge([challenge], "other") is not None


def test_a_challenge_as_servers_write_it() -> None:
    challenge = parse_challenge('digest  REALM = "a, \\"b\\"",nonce="n=1,2" , stale=TRUE,algorithm=md5')
    assert challenge == Challenge(realm='a, "b"', nonce="n=1,2", algorithm="md5", qop=(), opaque=None, is_stale=True)
    assert challenge.hash_name == "md5"


@pytest.mark.parametrize("value", ["Basic x", 'Digest realm="x"', 'Digest nonce="n"', 'Digest realm="x', "Digest", ""])
def test_what_is_no_challenge(value: str) -> None:
    with pytest.raises(MalformedMessage):
        parse_challenge(value)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256", "MD5-sess"])
def test_what_we_answer_we_also_accept(algorithm: str) -> None:
    challenge = parse_challenge(format_challenge("carrier", "n1", algorithm))
    answer = DigestAnswers(challenge, CIRCLE, "Authorization").answer("INVITE", "sip:a@h", "c1")
    assert is_authentic(answer, "INVITE", CIRCLE, "n1", "carrier")
    assert not is_authentic(answer, "BYE", CIRCLE, "n1", "carrier")
    assert not is_authentic(answer, "INVITE", CIRCLE, "n2", "carrier")
    assert not is_authentic(answer, "INVITE", Credentials(username="Mufasa", password="x"), "n1", "carrier")
    assert not is_authentic("Basic x", "INVITE", CIRCLE, "n1", "carrier")
    assert not is_authentic(answer.replace(algorithm, "ROT13"), "INVITE", CIRCLE, "n1", "carrier")


def test_a_stale_challenge_says_so() -> None:
    assert parse_challenge(format_challenge("carrier", "n2", is_stale=True)).is_stale


@given(st.text(max_size=200))
def test_any_text_is_a_challenge_or_the_named_error(text: str) -> None:
    for candidate in (text, f"Digest {text}", f'Digest realm="{text}", nonce="n"'):
        with contextlib.suppress(MalformedMessage):
            parse_challenge(candidate)
