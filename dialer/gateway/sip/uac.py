"""The calling side: INVITEs that we send, to their final response (RFC 3261 sections 8.1, 9.1, 13.2)."""

from dialer.gateway.sip.addresses import Address, transport_of
from dialer.gateway.sip.challenge import take_challenge
from dialer.gateway.sip.derived import make_cancel
from dialer.gateway.sip.dialog import Dialog, target_of
from dialer.gateway.sip.events import Ending, SessionAnswered, SessionProgressed
from dialer.gateway.sip.hang_up import NORMAL, NOT_ANSWERED, HangUp
from dialer.gateway.sip.identity import Identity
from dialer.gateway.sip.message import Request, Response, check_line_ends
from dialer.gateway.sip.reliable import take_reliable
from dialer.gateway.sip.sdp import CONTENT_TYPE
from dialer.gateway.sip.session import Invitation, Session, SessionInput, SessionState
from dialer.gateway.sip.session_table import SessionTable
from dialer.gateway.sip.session_timer import SessionTimers
from dialer.gateway.sip.transaction import ClientInvite, State, Transaction
from dialer.gateway.sip.transaction_layer import Client, TransactionLayer
from dialer.gateway.sip.uri import host_of, parse_uri

RINGING_STATUSES = (180, 183)
REDIRECTIONS = (301, 302)
STRAYS_MAX = 10_000
FORKS_MAX = 16
RINGING_S_MAX = 180.0
"""So long a telephone may ring of which we hear nothing any more (T9 of ITU-T Q.764: 1.5 to 3 minutes)."""


class CallingSide:
    """Places calls, gives them up, and deals with every way in which an answer can come."""

    def __init__(
        self,
        layer: TransactionLayer,
        table: SessionTable,
        identity: Identity,
        hang_up: HangUp,
        transaction_s: float,
        session_timers: SessionTimers,
    ) -> None:
        self._layer = layer
        self._table = table
        self._identity = identity
        self._hang_up = hang_up
        self._transaction_s = transaction_s
        self._session_timers = session_timers
        self._strays: dict[tuple[str, str], Session] = {}
        """Sessions given up with no final response: a late 2xx must still be acknowledged and hung up."""

    def invite(self, invitation: Invitation, now: float) -> None:
        """Send an INVITE.

        Raises:
            TooManySessions: A table is full, or the name is taken.
            ValueError: A header with a line end in it.
        """
        identity = self._identity
        tag = identity.new_tag()
        branch = identity.new_branch()
        transport = transport_of(invitation.destination)
        sender = f"{invitation.caller};tag={tag}"
        call_id = identity.new_call_id()
        more = "".join([f"{name}: {value}\r\n" for name, value in invitation.headers])
        if invitation.body:
            more = f"{more}Content-Type: {CONTENT_TYPE}\r\n"
        lines = (
            f"Via: {identity.via(branch, transport)}\r\nFrom: {sender}\r\n"
            f"To: {invitation.callee or f'<{invitation.uri}>'}\r\nCall-ID: {call_id}\r\nCSeq: 1 INVITE\r\n"
            f"{identity.introduction(transport)}{more}"
        )
        check_line_ends(invitation.uri, 0)
        check_line_ends(lines, len(invitation.headers) + (11 if invitation.body else 10))
        request = Request.written(
            "INVITE", invitation.uri, lines, invitation.body, sender=sender, call_id=call_id, cseq=1, branch=branch,
            from_tag=tag,
        )  # fmt: skip
        session = Session(
            invitation.session_id,
            SessionState.CALLING,
            request,
            None,
            tag,
            invitation.credentials,
            keeps_flow=invitation.keeps_flow,
            redirects_left=invitation.redirects_max,
            ring_timeout_s=invitation.ring_timeout_s,
            local_body=invitation.body,
        )
        self._table.check_room(invitation.session_id)
        transaction = self._layer.send_request(request, invitation.destination, session, now)
        self._table.add(session)
        assert isinstance(transaction, ClientInvite)
        session.invite_transaction = transaction
        self._layer.timers.start(session, "ring", now + invitation.ring_timeout_s)

    def cancel(self, session: Session, ending: Ending, now: float) -> None:
        """Give a call up: CANCEL now, or as soon as a provisional response allows it (section 9.1)."""
        if session.state is SessionState.CANCELLING:
            return
        session.advance(SessionInput.CANCEL_WANTED)
        session.cancel_ending = ending
        self._layer.timers.stop(session, "ring")
        if session.has_provisional:
            self._send_cancel(session, now)

    def give_up(self, session: Session, now: float) -> bool:
        """End a call that has had no response at all; what comes late is undone."""
        transaction = session.invite_transaction
        if session.state is not SessionState.CALLING or session.has_provisional or transaction is None:
            return False
        self._layer.timers.stop(transaction, "A")
        self._table.end(session, Ending.NO_RESPONSE, reason="no response")
        self._keep_stray(session, now)
        return True

    def lose(self, session: Session, now: float) -> bool:
        """End a call that the far end had before it died; in case it comes back, it is told to stop, and hung up on."""
        if not session.is_early or not session.has_provisional:
            return False
        ending = session.cancel_ending or Ending.LOST
        if not session.cancel_is_sent:
            self._send_cancel(session, now, session)
        self._table.end(session, ending, reason=ending)
        self._keep_stray(session, now, RINGING_S_MAX)
        return True

    def on_response(self, transaction: Client, session: Session, response: Response, now: float) -> None:
        """A response to one of our INVITEs."""
        if response.status < 200:
            self._on_provisional(session, response, transaction.destination, now)
        elif response.status < 300:
            transaction.stored = b""
            self._on_success(session, response, transaction.destination, now)
        elif transaction is session.invite_transaction and session.is_early:
            self._on_refusal(transaction, session, response, now)

    def on_stray_success(self, response: Response, source: Address, now: float) -> None:
        """A 2xx whose INVITE transaction is gone: known to us, it is acknowledged and hung up."""
        session = self._strays.get((response.call_id, response.from_tag or ""))
        if session is not None:
            self._on_success(session, response, source, now)

    def on_failure(self, transaction: Transaction, session: Session, ending: Ending, now: float) -> None:
        """Our INVITE timed out or could not be sent."""
        if transaction is not session.invite_transaction or not session.is_early:
            return
        self._table.end(session, ending, reason="no response" if ending is Ending.NO_RESPONSE else "could not be sent")
        if ending is Ending.NO_RESPONSE:
            self._keep_stray(session, now)

    def on_timer(self, session: Session, name: str, now: float) -> None:
        """A timer of a session that we began."""
        if name == "ring":
            self.cancel(session, Ending.RING_TIMEOUT, now)
        elif name == "cancelled":
            # Section 9.1: a peer that answers the CANCEL and never the INVITE is not waited for beyond 64 × T1.
            assert session.invite_transaction is not None
            assert session.cancel_ending is not None
            self._layer.end(session.invite_transaction)
            self._table.end(session, session.cancel_ending, reason="cancelled; no final response came")
            self._keep_stray(session, now)
        elif name == "stray":
            self._strays.pop((session.invite.call_id, session.local_tag), None)
            transaction = session.invite_transaction
            if transaction is not None and transaction.state in (State.CALLING, State.PROCEEDING):
                self._layer.end(transaction)

    def _on_provisional(self, session: Session, response: Response, peer: Address, now: float) -> None:
        session.has_provisional = True
        if session.state is SessionState.ENDED and not session.cancel_is_sent:
            # Given up for lost, and there it is: whoever it rings at must not be rung twice.
            self._send_cancel(session, now)
        if session.state is SessionState.CANCELLING:
            if not session.cancel_is_sent:
                self._send_cancel(session, now)
            return
        if session.state is not SessionState.CALLING or response.status == 100:
            return
        if not take_reliable(session, response, peer, self._layer, self._identity, now):
            return
        if response.status in RINGING_STATUSES and not session.has_rung:
            # 16 CFR 310.4(b)(4)(ii) counts the time that the telephone rings, not the time that the network searches.
            session.has_rung = True
            self._layer.timers.start(session, "ring", now + session.ring_timeout_s)
        if response.body:
            session.remote_body = response.body
        self._table.events.append(
            SessionProgressed(session_id=session.session_id, status=response.status, body=response.body)
        )

    def _on_success(self, session: Session, response: Response, peer: Address, now: float) -> None:
        tag = response.to_tag or ""
        again = session.acks.get(tag)
        if again is not None:
            self._table.counters.answers_repeated += 1
            self._layer.send_again(*again)
            return
        if len(session.acks) >= FORKS_MAX:
            return
        dialog = Dialog.of_caller(session.invite, response, peer)
        dialog.keeps_flow = session.keeps_flow
        early = session.early_dialogs.get(tag)
        if early is not None:
            dialog.local_cseq = early.dialog.local_cseq
        proof = session.credentials_headers()
        ack = dialog.make_request("ACK", self._identity, cseq=session.invite.cseq, headers=proof)
        session.acks[tag] = (ack.data, dialog.next_hop())
        self._layer.send_bytes(*session.acks[tag])
        if not session.is_early:
            self._end_extra_answer(session, dialog, now)
            return
        self._table.counters.answers_crossed_cancel += session.cancel_is_sent
        # Nobody asked for this call to end but the ring timer: whoever picked up at the last moment is talked to.
        crossed = session.state is SessionState.CANCELLING and session.cancel_ending is not Ending.RING_TIMEOUT
        session.advance(SessionInput.ANSWERED)
        session.was_answered = True
        session.challenges = 0
        session.dialog = dialog
        self._layer.timers.stop_all(session)
        if response.body:
            session.remote_body = response.body
        self._table.events.append(
            SessionAnswered(session_id=session.session_id, body=session.remote_body, crossed_cancel=crossed)
        )
        self._session_timers.begin(session, response, now)
        if crossed:
            self._hang_up.send_bye(session, now)
            self._table.end(
                session, Ending.HUNG_UP, reason="the answer crossed our CANCEL; hung up at once", keep_dialog=True
            )

    def _end_extra_answer(self, session: Session, dialog: Dialog, now: float) -> None:
        if session.was_answered:
            self._table.counters.answers_forked += 1
        else:
            self._table.counters.answers_late += 1
        self._hang_up.send_bye_in(dialog, session, None, now)

    def _on_refusal(self, transaction: Client, session: Session, response: Response, now: float) -> None:
        if session.state is SessionState.CALLING and (
            self._answer_challenge(transaction, session, response, now)
            or self._follow(transaction, session, response, now)
        ):
            return
        ending = Ending.REFUSED
        if session.cancel_ending is not None and response.status in (401, 407, 487):
            ending = session.cancel_ending
        self._table.end(session, ending, message=response)

    def _answer_challenge(self, transaction: Client, session: Session, response: Response, now: float) -> bool:
        if self._layer.is_full or not take_challenge(session, response):
            return False
        assert session.digest is not None
        self._table.counters.challenges_answered += 1
        old = session.invite
        headers = {
            **old.headers,
            "Via": [self._identity.via(self._identity.new_branch(), transport_of(transaction.destination))],
            "CSeq": [f"{old.cseq + 1} INVITE"],
            session.digest.header: [session.digest.answer("INVITE", old.uri, self._identity.new_tag(), old.body)],
        }
        session.invite = Request("INVITE", old.uri, headers, old.body)
        session.has_provisional = False
        made = self._layer.send_request(session.invite, transaction.destination, session, now)
        assert isinstance(made, ClientInvite)
        session.invite_transaction = made
        return True

    def _follow(self, transaction: Client, session: Session, response: Response, now: float) -> bool:
        """Follow a redirection (section 8.1.3.4), as often as the call allows, before anything has rung, on one host.

        A target on another host is not followed: calls are paid for, and whoever can send a 302 would choose the bill.
        """
        if response.status not in REDIRECTIONS or not session.redirects_left or session.has_rung or self._layer.is_full:
            return False
        target = target_of(response)
        if target is None or parse_uri(target).host not in (transaction.destination[0], host_of(session.invite.uri)):
            return False
        session.redirects_left -= 1
        self._table.counters.redirects_followed += 1
        old = session.invite
        headers = {
            **old.headers,
            "Via": [self._identity.via(self._identity.new_branch(), transport_of(transaction.destination))],
            "CSeq": [f"{old.cseq + 1} INVITE"],
        }
        session.invite = Request("INVITE", target, headers, old.body)
        session.has_provisional = False
        made = self._layer.send_request(session.invite, transaction.destination, session, now)
        assert isinstance(made, ClientInvite)
        session.invite_transaction = made
        return True

    def _send_cancel(self, session: Session, now: float, user: Session | None = None) -> None:
        session.cancel_is_sent = True
        assert session.invite_transaction is not None
        if session.is_early:
            self._layer.timers.start(session, "cancelled", now + self._transaction_s)
        if not self._layer.is_full:
            is_in_vain = session.cancel_ending is Ending.RING_TIMEOUT
            cancel = make_cancel(session.invite, NOT_ANSWERED if is_in_vain else NORMAL)
            self._layer.send_request(cancel, session.invite_transaction.destination, user, now)

    def _keep_stray(self, session: Session, now: float, keep_s: float = 0.0) -> None:
        if len(self._strays) >= STRAYS_MAX:
            del self._strays[next(iter(self._strays))]
        self._strays[session.invite.call_id, session.local_tag] = session
        self._layer.timers.start(session, "stray", now + max(keep_s, self._transaction_s))
