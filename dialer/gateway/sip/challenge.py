"""When a 401 or 407 is worth another try, and with which answer."""

from dialer.gateway.sip.digest import DigestAnswers, choose_challenge
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.message import Response
from dialer.gateway.sip.session import Session

CHALLENGE_HEADERS = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}
CHALLENGES_MAX = 2
"""The first, and one more whose nonce went stale."""


def take_challenge(session: Session, response: Response) -> bool:
    """Make `session.digest` answer this challenge from now on; False where another try would be in vain."""
    names = CHALLENGE_HEADERS.get(response.status)
    if names is None or session.credentials is None:
        return False
    try:
        challenge = choose_challenge(response.values(names[0]), session.credentials.realm)
    except MalformedMessage:
        return False
    # The same challenge twice means that the password is wrong; only a stale nonce is worth another try.
    if challenge is None or session.challenges >= CHALLENGES_MAX or (session.challenges and not challenge.is_stale):
        return False
    session.challenges += 1
    session.digest = DigestAnswers(challenge, session.credentials, names[1])
    return True
