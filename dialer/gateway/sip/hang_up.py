"""BYE: ending an answered session, from either side (RFC 3261 section 15)."""

from dialer.gateway.sip.challenge import take_challenge
from dialer.gateway.sip.derived import HeaderLines, make_response
from dialer.gateway.sip.dialog import Dialog
from dialer.gateway.sip.events import Ending
from dialer.gateway.sip.identity import Identity
from dialer.gateway.sip.message import Request, Response
from dialer.gateway.sip.session import Session
from dialer.gateway.sip.session_table import SessionTable
from dialer.gateway.sip.transaction_layer import Server, TransactionLayer

NORMAL = 'Q.850;cause=16;text="Normal call clearing"'
NO_LIFE = 'Q.850;cause=102;text="Recovery on timer expiry"'
NOT_ANSWERED = 'Q.850;cause=19;text="No answer from the user"'
"""What we say in Reason (RFC 3326) of a BYE, and of the CANCEL of a call that nobody took."""
UNWELL = (Ending.NO_REFRESH, Ending.NO_ACK)


class HangUp:
    """Sends BYEs and takes them."""

    def __init__(self, layer: TransactionLayer, table: SessionTable, identity: Identity) -> None:
        self._layer = layer
        self._table = table
        self._identity = identity

    def end_session(self, session: Session, ending: Ending, reason: str, now: float) -> None:
        """Send the BYE of an answered session and report its end: it is over as soon as the BYE is out (15.1.1)."""
        is_tracked = self.send_bye(session, now, NO_LIFE if ending in UNWELL else NORMAL)
        self._table.end(session, ending, reason=reason, keep_dialog=is_tracked)

    def send_bye(self, session: Session, now: float, why: str = NORMAL) -> bool:
        """Send a session's BYE; False if there was no room to wait for its answer."""
        assert session.dialog is not None
        return self.send_bye_in(session.dialog, session, session, now, why)

    def send_bye_in(
        self, dialog: Dialog, session: Session, user: Session | None, now: float, why: str = NORMAL
    ) -> bool:
        """Send a BYE in any dialog that the session's INVITE made; `user` is told of the answer."""
        headers: HeaderLines = (("Reason", why),)
        if session.digest is not None:
            # The nonce that was good for the INVITE saves a round trip (RFC 7616 section 3.6).
            answer = session.digest.answer("BYE", dialog.remote_target, self._identity.new_tag())
            headers = (*headers, (session.digest.header, answer))
        bye = dialog.make_request("BYE", self._identity, headers=headers)
        if self._layer.is_full:
            self._layer.send_bytes(bye.data, dialog.next_hop())
            return False
        self._layer.send_written(bye, dialog.next_hop(), user, now)
        return True

    def on_bye(self, transaction: Server, request: Request, session: Session, now: float) -> None:
        """The far end hangs up."""
        assert session.dialog is not None
        is_in_order = session.dialog.take_cseq(request.cseq)
        self._layer.respond(transaction, make_response(request, 200 if is_in_order else 500), now)
        if not is_in_order or session.session_id not in self._table:
            return
        if session.was_answered:
            self._table.end(session, Ending.FAR_END, message=request, reason="the far end hung up")

    def on_response(self, session: Session, response: Response, now: float) -> None:
        """The answer to our BYE: whatever it says, the dialog is over, unless it asks who we are."""
        if response.status < 200:
            return
        is_challenged = session.dialog is not None and not self._layer.is_full and take_challenge(session, response)
        if not is_challenged or not self.send_bye(session, now):
            self._table.forget_dialog(session)

    def on_failure(self, session: Session) -> None:
        """Our BYE was not answered, or could not be sent."""
        self._table.forget_dialog(session)
