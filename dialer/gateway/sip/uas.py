"""The answering side: INVITEs that we receive, first and inside a session (RFC 3261 sections 8.2, 13.3, 14.2)."""

from dialer.gateway.sip import sdp
from dialer.gateway.sip.addresses import UDP, Address, transport_of
from dialer.gateway.sip.derived import HeaderLines, make_response
from dialer.gateway.sip.dialog import Dialog
from dialer.gateway.sip.errors import MalformedMessage, WrongState
from dialer.gateway.sip.events import Ending, SessionConfirmed, SessionModified, SessionOffered
from dialer.gateway.sip.hang_up import HangUp
from dialer.gateway.sip.identity import ALLOW, Identity
from dialer.gateway.sip.message import Request, Response
from dialer.gateway.sip.session import Session, SessionInput, SessionState
from dialer.gateway.sip.session_table import SessionTable
from dialer.gateway.sip.session_timer import SessionTimers
from dialer.gateway.sip.timers import TimerSettings
from dialer.gateway.sip.transaction import ServerInvite
from dialer.gateway.sip.transaction_layer import Server, TransactionLayer
from dialer.gateway.sip.uri import has_known_scheme

RETRY_AFTER_S = 5


class AnsweringSide:
    """Takes calls: offers them, rings, answers, refuses, and repeats an answer until it is acknowledged."""

    def __init__(
        self,
        layer: TransactionLayer,
        table: SessionTable,
        identity: Identity,
        hang_up: HangUp,
        settings: TimerSettings,
        session_timers: SessionTimers,
    ) -> None:
        self._layer = layer
        self._table = table
        self._identity = identity
        self._hang_up = hang_up
        self._settings = settings
        self._session_timers = session_timers
        self._offered = 0

    def on_invite(self, transaction: ServerInvite, request: Request, source: Address, now: float) -> None:
        """An INVITE outside any dialog."""
        refusal = self._refusal_of(request)
        if refusal is not None:
            status, headers = refusal
            response = make_response(request, status, to_tag=self._identity.new_tag(), headers=headers)
            self._layer.respond(transaction, response, now)
            return
        self._offered += 1
        tag = self._identity.new_tag()
        session = Session(f"in-{self._offered}", SessionState.OFFERED, request, transaction, tag)
        session.dialog = Dialog.of_callee(request, tag, source)
        session.remote_body = request.body
        transaction.user = session
        self._table.add(session)
        self._table.events.append(SessionOffered(session_id=session.session_id, request=request, source=source))

    def ring(self, session: Session, status: int, body: bytes, now: float) -> None:
        """Send a provisional response.

        Raises:
            WrongState: The call is not waiting for an answer.
        """
        self._check_offered(session)
        session.local_body = body or session.local_body
        self._respond(session, make_response_to(session, status, self._identity, body=body), now)

    def answer(self, session: Session, body: bytes, now: float) -> None:
        """Send the 200, and again until the ACK comes.

        Raises:
            WrongState: The call is not waiting for an answer.
        """
        self._check_offered(session)
        session.advance(SessionInput.ANSWERED)
        session.was_answered = True
        session.local_body = body
        response = make_response_to(session, 200, self._identity, body=body)
        self._respond(session, response, now)
        self._repeat_until_acknowledged(session, session.invite_transaction, session.invite.cseq, now)

    def refuse(self, session: Session, status: int, reason: str, headers: HeaderLines, now: float) -> None:
        """Send a final response of 300 or more, which ends the session.

        Raises:
            WrongState: The call is not waiting for an answer.
        """
        self._check_offered(session)
        response = make_response_to(session, status, self._identity, reason=reason, headers=headers)
        self._respond(session, response, now)
        self._table.end(session, Ending.REFUSED, message=response)

    def on_cancel(self, transaction: Server, request: Request, now: float) -> None:
        """A CANCEL: of an INVITE not answered yet it ends the call, otherwise it changes nothing (section 9.2)."""
        invite = self._layer.find_invite(request)
        session = invite.user if invite is not None else None
        if invite is None or not isinstance(session, Session):
            self._layer.respond(transaction, make_response(request, 481, to_tag=self._identity.new_tag()), now)
            return
        self._layer.respond(transaction, make_response(request, 200, to_tag=session.local_tag), now)
        if session.state is SessionState.OFFERED:
            self._respond(session, make_response_to(session, 487, self._identity), now)
            self._table.end(session, Ending.FAR_END, message=request, status=487, reason="the caller gave up")

    def on_bye_before_answer(self, session: Session, request: Request, now: float) -> None:
        """A BYE in the early dialog of a call offered to us: like a CANCEL (section 15.1.2)."""
        if session.state is SessionState.OFFERED:
            self._respond(session, make_response_to(session, 487, self._identity), now)
            self._table.end(session, Ending.FAR_END, message=request, status=487, reason="the caller gave up")

    def on_ack(self, session: Session, request: Request, now: float) -> None:
        """The ACK of a 2xx of ours."""
        if request.cseq != session.reply_cseq or not session.reply:
            return
        had_offer = session.reply_had_offer
        session.reply = b""
        self._layer.timers.stop(session, "reply")
        self._layer.timers.stop(session, "no_ack")
        if session.state is SessionState.ACCEPTED:
            session.advance(SessionInput.CONFIRMED)
            session.remote_body = request.body or session.remote_body
            self._table.events.append(SessionConfirmed(session_id=session.session_id, body=request.body))
        elif request.body and not had_offer:
            session.remote_body = request.body
            self._table.events.append(SessionModified(session_id=session.session_id, body=request.body))
        if session.wants_hang_up:
            self._hang_up.end_session(session, Ending.HUNG_UP, "", now)

    def on_reinvite(self, transaction: ServerInvite, session: Session, request: Request, now: float) -> None:
        """An INVITE inside a session: answered with what we have, or refused without harm to the session (14.2)."""
        transaction.user = session
        dialog = session.dialog
        if session.state is not SessionState.ESTABLISHED or dialog is None or session.is_refreshing:
            # Section 14.2: an INVITE of ours, or the first, is not done with; the far end tries again a little later.
            self._refuse_reinvite(transaction, request, 491, now)
            return
        if not dialog.take_cseq(request.cseq):
            self._refuse_reinvite(transaction, request, 500, now)
            return
        if session.reply:
            self._refuse_reinvite(transaction, request, 500, now, (("Retry-After", "1"),))
            return
        try:
            body = self._reinvite_body(session, request)
        except (MalformedMessage, sdp.NothingInCommon):
            self._refuse_reinvite(transaction, request, 488, now)
            return
        dialog.refresh_target(request)
        headers: HeaderLines = (
            ("Contact", dialog.contact(self._identity)),
            ("Allow", ALLOW),
            *self._session_timers.answer_lines(session, request, now),
        )
        if body:
            headers = (*headers, ("Content-Type", sdp.CONTENT_TYPE))
        session.local_body = body or session.local_body
        self._layer.respond(transaction, make_response(request, 200, headers=headers, body=body), now)
        session.reply_had_offer = bool(request.body)
        self._repeat_until_acknowledged(session, transaction, request.cseq, now)
        if request.body:
            session.remote_body = request.body
            self._table.events.append(SessionModified(session_id=session.session_id, body=request.body))

    def on_update(self, transaction: Server, session: Session, request: Request, now: float) -> None:
        """An UPDATE (RFC 3311): like a re-INVITE, but answered at once, without an ACK, and before the answer too."""
        dialog = session.dialog
        if dialog is not None and not dialog.take_cseq(request.cseq):
            self._layer.respond(transaction, make_response(request, 500), now)
            return
        try:
            body = self._reinvite_body(session, request) if request.body else b""
        except (MalformedMessage, sdp.NothingInCommon):
            self._layer.respond(transaction, make_response(request, 488), now)
            return
        lines: HeaderLines = (("Contact", self._contact(session)), ("Allow", ALLOW))
        if dialog is not None:
            dialog.refresh_target(request)
            lines = (*lines, *self._session_timers.answer_lines(session, request, now))
        if body:
            lines = (*lines, ("Content-Type", sdp.CONTENT_TYPE))
            session.local_body = body
            session.remote_body = request.body
        self._layer.respond(transaction, make_response(request, 200, headers=lines, body=body), now)
        if body and session.state is SessionState.ESTABLISHED:
            self._table.events.append(SessionModified(session_id=session.session_id, body=request.body))

    def on_timer(self, session: Session, name: str, now: float) -> None:
        """A timer of an answer that waits for its ACK."""
        if name == "reply":
            self._layer.send_again(session.reply, session.reply_destination)
            session.reply_interval_s = min(2 * session.reply_interval_s, self._settings.t2_s)
            self._layer.timers.start(session, "reply", now + session.reply_interval_s)
        elif name == "no_ack":
            self._hang_up.end_session(session, Ending.NO_ACK, "the answer was never acknowledged", now)

    def _refusal_of(self, request: Request) -> tuple[int, HeaderLines] | None:
        if not has_known_scheme(request.uri):
            return 416, ()
        content_type = (request.get("Content-Type") or "").partition(";")[0].strip().lower()
        if request.body and content_type not in ("", sdp.CONTENT_TYPE):
            return 415, (("Accept", sdp.CONTENT_TYPE),)
        if not _takes_sdp(request):
            return 406, (("Warning", '399 dialer "SDP is the only answer there is, and Accept does not name it"'),)
        if self._table.is_full:
            return 503, (("Retry-After", str(RETRY_AFTER_S)),)
        return None

    def _refuse_reinvite(
        self, transaction: ServerInvite, request: Request, status: int, now: float, headers: HeaderLines = ()
    ) -> None:
        self._layer.respond(transaction, make_response(request, status, headers=headers), now)

    def _reinvite_body(self, session: Session, request: Request) -> bytes:
        if not session.local_body:
            return b""
        if request.body:
            return sdp.answer_again(session.local_body, sdp.parse_sdp(request.body))
        return session.local_body

    def _contact(self, session: Session) -> str:
        transaction = session.invite_transaction
        return self._identity.contact_over(transport_of(transaction.destination) if transaction is not None else UDP)

    def _check_offered(self, session: Session) -> None:
        if session.state is not SessionState.OFFERED:
            raise WrongState(f"session {session.session_id} is {session.state}, it does not wait for an answer")

    def _respond(self, session: Session, response: Response, now: float) -> None:
        transaction = session.invite_transaction
        assert isinstance(transaction, ServerInvite)
        self._layer.respond(transaction, response, now)

    def _repeat_until_acknowledged(self, session: Session, transaction: object, cseq: int, now: float) -> None:
        assert isinstance(transaction, ServerInvite)
        session.reply = transaction.stored
        session.reply_cseq = cseq
        session.reply_destination = transaction.destination
        session.reply_interval_s = self._settings.t1_s
        self._layer.timers.start(session, "reply", now + self._settings.t1_s)
        self._layer.timers.start(session, "no_ack", now + self._settings.transaction_s)


def make_response_to(
    session: Session,
    status: int,
    identity: Identity,
    *,
    reason: str = "",
    headers: HeaderLines = (),
    body: bytes = b"",
) -> Response:
    """A response to the INVITE that began a session, with our tag, and our Contact where a dialog needs it."""
    if 100 < status < 300:
        peer = session.dialog.peer if session.dialog is not None else identity.address
        headers = (("Contact", identity.contact_over(transport_of(peer))), ("Allow", ALLOW), *headers)
    if body:
        headers = (*headers, ("Content-Type", sdp.CONTENT_TYPE))
    tag = session.local_tag if status > 100 else ""
    return make_response(session.invite, status, to_tag=tag, reason=reason, headers=headers, body=body)


def _takes_sdp(request: Request) -> bool:
    """Whether the answer's SDP is acceptable: it is where no Accept header says otherwise (section 20.1)."""
    if "Accept" not in request.headers:
        return True
    accepted = [value.partition(";")[0].strip().lower() for value in request.get_list("Accept")]
    return any(value in (sdp.CONTENT_TYPE, "application/*", "*/*") for value in accepted)
