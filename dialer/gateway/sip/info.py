"""INFO inside a call: keys that a telephone sends so, and packages that we do not have (RFC 6086).

Before telephone events (RFC 4733) keys went as INFO with a body of `application/dtmf-relay` or `application/dtmf`, and
there are telephones and carriers that still send them.
"""

import re
from typing import NamedTuple

from dialer.gateway.sip.derived import HeaderLines
from dialer.gateway.sip.events import DigitSent, UserAgentEvent
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.session import Session, SessionState

DTMF_RELAY = "application/dtmf-relay"
DTMF = "application/dtmf"
ACCEPTED = f"{DTMF_RELAY}, {DTMF}"
KEYS = frozenset("0123456789*#ABCD")
_SIGNAL = re.compile(r"^[ \t]*signal[ \t]*=[ \t]*([^\s]{1,2})[ \t]*$", re.IGNORECASE | re.MULTILINE)
BY_NUMBER = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
"""Some send the number of the telephone event."""


class InfoAnswer(NamedTuple):
    """What an INFO is answered, and the key that it brought; empty for none."""

    status: int
    headers: HeaderLines = ()
    key: str = ""


def take_info(session: Session, request: Request, events: list[UserAgentEvent]) -> InfoAnswer:
    """Answer an INFO that belongs to a session; a key is added to `events`, once, for it is not delivered twice."""
    if session.state is not SessionState.ESTABLISHED or session.dialog is None:
        return InfoAnswer(481)
    if not session.dialog.take_cseq(request.cseq):
        return InfoAnswer(500)
    answer = answer_info(request)
    if answer.key:
        events.append(DigitSent(session_id=session.session_id, key=answer.key))
    return answer


def answer_info(request: Request) -> InfoAnswer:
    """Answer an INFO inside a call."""
    if "Info-Package" in request.headers:
        return InfoAnswer(469, (("Recv-Info", "nil"),))
    if not request.body:
        # A sign of life, as some send it (RFC 6086 section 4.2.2).
        return InfoAnswer(200)
    content_type = (request.get("Content-Type") or "").partition(";")[0].strip().lower()
    if content_type not in (DTMF_RELAY, DTMF):
        return InfoAnswer(415, (("Accept", ACCEPTED),))
    text = request.body.decode("latin-1").replace("\r", "")
    if content_type == DTMF_RELAY:
        found = _SIGNAL.search(text)
        text = found[1] if found is not None else ""
    said = text.strip().upper()
    key = BY_NUMBER.get(said, said)
    return InfoAnswer(200, key=key) if key in KEYS else InfoAnswer(400)
