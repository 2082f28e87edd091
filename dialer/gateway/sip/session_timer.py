"""Session timers (RFC 4028): an answered call proves from time to time that both ends are still there.

Theory of operation
-------------------
The answer says how long the session lasts without a sign of life and which end gives it (`Session-Expires`). Where it
is ours we send an UPDATE, or a re-INVITE to a far end that has no UPDATE, when half of the time is over. Where it is
theirs and it does not come, the call is hung up shortly before the time is over (section 10), so that no call, and no
bill, outlives a far end that has vanished. A re-INVITE of theirs that meets ours is refused with 491, and after a 491
to ours we try again a little later, each side after another wait (RFC 3261 section 14.1).
"""

import zlib
from typing import NamedTuple

from dialer.gateway.sip.derived import HeaderLines
from dialer.gateway.sip.dialog import Dialog
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.events import Ending
from dialer.gateway.sip.hang_up import HangUp
from dialer.gateway.sip.headers import parse_parameters
from dialer.gateway.sip.identity import ALLOW, Identity
from dialer.gateway.sip.message import Request, Response, parse_message
from dialer.gateway.sip.sdp import CONTENT_TYPE
from dialer.gateway.sip.session import Session, SessionState
from dialer.gateway.sip.transaction_layer import TransactionLayer

OPTION = "timer"
INTERVAL_S_MIN = 2
"""Shorter is taken for this: an interval of nothing would be a call that ends at once."""
INTERVAL_S_MAX = 86_400
GLARE_S = 2.1
"""The caller waits 2.1 to 4 s after a 491, in steps of 10 ms."""
GONE = (408, 481)


class Interval(NamedTuple):
    """A Session-Expires header."""

    seconds: int
    refresher: str
    """`uac` (whoever sent the request), `uas`, or empty."""


def parse_interval(value: str | None) -> Interval | None:
    """Read Session-Expires; None where there is none or it cannot be read."""
    if value is None:
        return None
    seconds, semicolon, rest = value.partition(";")
    seconds = seconds.strip()
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 9):
        return None
    try:
        refresher = (parse_parameters(semicolon + rest).get("refresher") or "").lower()
    except MalformedMessage:
        refresher = ""
    return Interval(min(max(int(seconds), INTERVAL_S_MIN), INTERVAL_S_MAX), refresher)


class Refresh:
    """One refresh of ours on its way."""

    __slots__ = ("cseq", "method", "session")

    def __init__(self, session: Session, method: str, cseq: int) -> None:
        self.session = session
        self.method = method
        self.cseq = cseq


class SessionTimers:
    """Keeps answered sessions alive, and ends those whose far end does not."""

    def __init__(self, layer: TransactionLayer, identity: Identity, hang_up: HangUp) -> None:
        self._layer = layer
        self._identity = identity
        self._hang_up = hang_up

    def begin(self, session: Session, response: Response, now: float) -> None:
        """Our INVITE was answered: do what the answer says."""
        interval = parse_interval(response.get("Session-Expires"))
        if interval is None:
            return
        session.allows_update = "UPDATE" in (response.get("Allow") or "").upper()
        self._run(session, interval.seconds, interval.refresher == "uac", now)

    def answer_lines(self, session: Session, request: Request, now: float) -> HeaderLines:
        """A request of theirs that may refresh the session: what our 2xx has to say, and the timer that it starts."""
        interval = parse_interval(request.get("Session-Expires"))
        if interval is None:
            return ()
        we_refresh = interval.refresher == "uas"
        session.allows_update = session.allows_update or "UPDATE" in (request.get("Allow") or "").upper()
        self._run(session, interval.seconds, we_refresh, now)
        line = ("Session-Expires", f"{interval.seconds};refresher={'uas' if we_refresh else 'uac'}")
        supports = OPTION in (request.get("Supported") or "").lower()
        return (("Require", OPTION), line) if supports else (line,)

    def on_timer(self, session: Session, name: str, now: float) -> None:
        """Time to refresh, or no refresh has come."""
        if session.state is not SessionState.ESTABLISHED or session.dialog is None:
            return
        if name == "expires":
            self._hang_up.end_session(session, Ending.NO_REFRESH, "the far end did not refresh the session", now)
        elif not self._layer.is_full:
            self._refresh(session, session.dialog, now)

    def on_response(self, refresh: Refresh, response: Response, now: float) -> None:
        """The answer to a refresh of ours."""
        session = refresh.session
        if response.status < 200 or session.dialog is None:
            return
        session.is_refreshing = False
        if response.status < 300:
            if refresh.method == "INVITE":
                ack = session.dialog.make_request("ACK", self._identity, cseq=refresh.cseq)
                self._layer.send_bytes(ack.data, session.dialog.next_hop())
            interval = parse_interval(response.get("Session-Expires"))
            if session.state is SessionState.ESTABLISHED and interval is not None:
                self._run(session, interval.seconds, interval.refresher != "uas", now)
        elif session.state is not SessionState.ESTABLISHED:
            return
        elif response.status in GONE:
            self._hang_up.end_session(session, Ending.NO_REFRESH, "the far end no longer knows the call", now)
        elif response.status == 491:
            spread_s = zlib.crc32(self._identity.new_tag().encode()) % 190 / 100
            self._layer.timers.start(session, "refresh", now + GLARE_S + spread_s)

    def on_failure(self, refresh: Refresh, now: float) -> None:
        """A refresh of ours was not answered: the far end is gone (RFC 5057 section 5.1)."""
        session = refresh.session
        session.is_refreshing = False
        if session.state is SessionState.ESTABLISHED:
            self._hang_up.end_session(session, Ending.NO_REFRESH, "the far end did not answer a refresh", now)

    def _run(self, session: Session, seconds: int, we_refresh: bool, now: float) -> None:
        session.interval_s = seconds
        timers = self._layer.timers
        if we_refresh:
            timers.stop(session, "expires")
            timers.start(session, "refresh", now + seconds / 2)
        else:
            timers.stop(session, "refresh")
            timers.start(session, "expires", now + seconds - min(32.0, seconds / 3))

    def _refresh(self, session: Session, dialog: Dialog, now: float) -> None:
        identity = self._identity
        method = "UPDATE" if session.allows_update or not session.local_body else "INVITE"
        lines: HeaderLines = (
            ("Contact", dialog.contact(identity)),
            ("Allow", ALLOW),
            ("Supported", OPTION),
            ("Session-Expires", f"{session.interval_s};refresher=uac"),
        )
        session.is_refreshing = True
        if method == "UPDATE":
            update = dialog.make_request(method, identity, headers=lines)
            refresh = Refresh(session, method, update.cseq)
            self._layer.send_written(update, dialog.next_hop(), refresh, now)
            return
        lines = (*lines, ("Content-Type", CONTENT_TYPE))
        written = dialog.make_request(method, identity, headers=lines, body=session.local_body)
        invite = parse_message(written.data)
        assert isinstance(invite, Request)
        self._layer.send_request(invite, dialog.next_hop(), Refresh(session, method, written.cseq), now)
