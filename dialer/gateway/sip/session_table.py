"""The open sessions of one user agent, found by our name for them or by their dialog, and the events they caused."""

import msgspec

from dialer.gateway.sip.errors import MalformedMessage, TooManySessions, UnknownSession
from dialer.gateway.sip.events import Ending, SessionEnded, UserAgentEvent
from dialer.gateway.sip.headers import parse_parameters, unquoted
from dialer.gateway.sip.message import Request, Response
from dialer.gateway.sip.session import Session, SessionInput
from dialer.gateway.sip.status import reason_phrase
from dialer.gateway.sip.timers import Timers

REASON_CHARACTERS_MAX = 200
DialogKey = tuple[str, str]
"""Call-ID and our own tag."""


class SessionCounters(msgspec.Struct):
    """What has become of sessions since the start."""

    answers_crossed_cancel: int = 0
    answers_late: int = 0
    """A 2xx after the session had been given up for lost: acknowledged and hung up."""
    answers_forked: int = 0
    """A second phone answered the same INVITE: acknowledged and hung up."""
    answers_repeated: int = 0
    """A 2xx that came again: its ACK was lost."""
    challenges_answered: int = 0
    redirects_followed: int = 0


class SessionTable:
    """Sessions by name and by dialog; `events` is what has happened and has not been fetched."""

    def __init__(self, sessions_max: int, timers: Timers) -> None:
        self._timers = timers
        self._sessions_max = sessions_max
        self._sessions: dict[str, Session] = {}
        self._dialogs: dict[DialogKey, Session] = {}
        self.events: list[UserAgentEvent] = []
        self.counters = SessionCounters()

    def __len__(self) -> int:
        return len(self._sessions)

    @property
    def dialogs(self) -> int:
        """Dialogs that still answer requests: those of open sessions, and of ended ones whose BYE is unanswered."""
        return len(self._dialogs)

    @property
    def is_full(self) -> bool:
        """Whether there is room for no more sessions."""
        return len(self._sessions) >= self._sessions_max

    def names(self) -> tuple[str, ...]:
        """The names of all open sessions."""
        return tuple(self._sessions)

    def check_room(self, session_id: str) -> None:
        """Make sure that a session of this name can be opened.

        Raises:
            TooManySessions: The table is full, or the name is taken.
        """
        if self.is_full:
            raise TooManySessions(f"{len(self._sessions)} SIP sessions are open; that is the limit")
        if session_id in self._sessions:
            raise TooManySessions(f"session {session_id} is open already")

    def add(self, session: Session) -> None:
        """Open a session for which `check_room` has found room."""
        assert session.session_id not in self._sessions
        self._sessions[session.session_id] = session
        self._dialogs[session.invite.call_id, session.local_tag] = session

    def get(self, session_id: str) -> Session:
        """An open session.

        Raises:
            UnknownSession: There is none of that name, or it has ended.
        """
        session = self._sessions.get(session_id)
        if session is None:
            raise UnknownSession(f"no open session {session_id}")
        return session

    def look_up(self, session_id: str) -> Session | None:
        """An open session, or None."""
        return self._sessions.get(session_id)

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._sessions

    def find(self, call_id: str, local_tag: str | None) -> Session | None:
        """The session of a dialog."""
        return self._dialogs.get((call_id, local_tag or ""))

    def end(
        self,
        session: Session,
        ending: Ending,
        *,
        message: Request | Response | None = None,
        status: int | None = None,
        reason: str = "",
        keep_dialog: bool = False,
    ) -> None:
        """Close a session and report it, once; with `keep_dialog` its dialog answers until `forget_dialog`."""
        session.advance(SessionInput.ENDED)
        self._timers.stop_all(session)
        del self._sessions[session.session_id]
        if not keep_dialog:
            self.forget_dialog(session)
        retry_after_s = None
        if isinstance(message, Response):
            status = message.status
            reason = reason or message.reason or reason_phrase(message.status)
            retry_after_s = _retry_after_s(message)
        self.events.append(
            SessionEnded(
                session_id=session.session_id,
                ending=ending,
                status=status,
                reason=printable(reason),
                q850=q850_cause(message) if message is not None else None,
                was_answered=session.was_answered,
                retry_after_s=retry_after_s,
            )
        )

    def take_place(self, session: Session, replaced: Session, *, keep_dialog: bool) -> None:
        """Let a session have the name of another, which ends with no report."""
        replaced.advance(SessionInput.ENDED)
        self._timers.stop_all(replaced)
        if not keep_dialog:
            self.forget_dialog(replaced)
        del self._sessions[session.session_id]
        session.session_id = replaced.session_id
        self._sessions[session.session_id] = session

    def forget_dialog(self, session: Session) -> None:
        """Answer requests of this dialog with 481 from now on."""
        self._dialogs.pop((session.invite.call_id, session.local_tag), None)


def printable(text: str) -> str:
    """Text from outside, made fit for logs and databases: no control characters, and not without end."""
    return (text if text.isprintable() else "".join(c for c in text if c.isprintable()))[:REASON_CHARACTERS_MAX]


def q850_cause(message: Request | Response) -> int | None:
    """The Q.850 cause of a message's Reason headers (RFC 3326); None where there is none."""
    try:
        for value in message.get_list("Reason"):
            protocol, semicolon, rest = value.partition(";")
            cause = parse_parameters(semicolon + rest).get("cause")
            if protocol.strip().upper() == "Q.850" and cause is not None:
                number = unquoted(cause)
                return int(number) if number.isascii() and number.isdigit() and len(number) <= 3 else None
    except MalformedMessage:
        return None
    return None


def _retry_after_s(response: Response) -> float | None:
    text = (response.get("Retry-After") or "").partition(";")[0].partition("(")[0].strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
