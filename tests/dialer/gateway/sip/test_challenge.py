from dialer.gateway.sip.challenge import take_challenge
from dialer.gateway.sip.digest import Credentials
from dialer.gateway.sip.message import Request, Response
from dialer.gateway.sip.session import Session, SessionState

HEADERS = {
    "Via": ["SIP/2.0/UDP h;branch=z9hG4bK1"],
    "From": ["<sip:a@h>;tag=1"],
    "To": ["<sip:b@h>"],
    "Call-ID": ["c"],
    "CSeq": ["1 INVITE"],
}
ASK = 'Digest realm="r", nonce="n"'


def session(credentials: Credentials | None) -> Session:
    return Session("1-1", SessionState.CALLING, Request("INVITE", "sip:b@h", HEADERS), None, "1", credentials)


def response(status: int, name: str, value: str) -> Response:
    return Response(status, "", HEADERS | {name: [value]})


KNOWN = Credentials(username="u", password="p")


def test_a_challenge_is_taken_once_and_a_stale_one_once_more() -> None:
    asked = session(KNOWN)
    assert take_challenge(asked, response(407, "Proxy-Authenticate", ASK))
    assert asked.digest is not None
    assert asked.digest.header == "Proxy-Authorization"
    assert not take_challenge(asked, response(407, "Proxy-Authenticate", ASK))
    stale = ASK + ", stale=true"
    assert take_challenge(asked, response(407, "Proxy-Authenticate", stale))
    assert not take_challenge(asked, response(407, "Proxy-Authenticate", stale))


def test_there_are_challenges_that_we_cannot_answer() -> None:
    assert not take_challenge(session(None), response(401, "WWW-Authenticate", ASK))
    assert not take_challenge(session(KNOWN), response(401, "WWW-Authenticate", "Basic x"))
    assert not take_challenge(session(KNOWN), response(401, "Proxy-Authenticate", ASK))
    assert not take_challenge(session(KNOWN), response(403, "WWW-Authenticate", ASK))
