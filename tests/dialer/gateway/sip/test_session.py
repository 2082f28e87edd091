import pytest

from dialer.gateway.sip.digest import Credentials, DigestAnswers, parse_challenge
from dialer.gateway.sip.errors import WrongState
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.session import SESSION_TABLE, Session, SessionInput, SessionState

HEADERS = {
    "Via": ["SIP/2.0/UDP h;branch=z9hG4bK1"],
    "From": ["<sip:a@h>;tag=1"],
    "To": ["<sip:b@h>"],
    "Call-ID": ["c"],
    "CSeq": ["1 INVITE"],
    "Proxy-Authorization": ["Digest x"],
}


def make(state: SessionState) -> Session:
    return Session("1-1", state, Request("INVITE", "sip:b@h", HEADERS), None, "1")


@pytest.mark.parametrize("state", SessionState)
@pytest.mark.parametrize("happened", SessionInput)
def test_a_session_goes_where_the_table_says_or_nowhere(state: SessionState, happened: SessionInput) -> None:
    session = make(state)
    after = SESSION_TABLE[state].get(happened)
    if after is None:
        with pytest.raises(WrongState, match=str(state)):
            session.advance(happened)
        assert session.state is state
    else:
        session.advance(happened)
        assert session.state is after


def test_every_state_can_end_and_the_end_is_final() -> None:
    for state, row in SESSION_TABLE.items():
        assert (SessionInput.ENDED in row) is (state is not SessionState.ENDED)


def test_calls_without_a_final_answer_are_early() -> None:
    assert [state for state in SessionState if make(state).is_early] == [SessionState.CALLING, SessionState.CANCELLING]


def test_the_ack_repeats_the_credentials_of_the_invite() -> None:
    session = make(SessionState.CALLING)
    assert session.credentials_headers() == (), "nobody asked for any"
    challenge = parse_challenge('Digest realm="r", nonce="n"')
    session.digest = DigestAnswers(challenge, Credentials(username="u", password="p"), "Proxy-Authorization")
    assert session.credentials_headers() == (("Proxy-Authorization", "Digest x"),)
