"""REFER inside a call (RFC 3515): a telephone asks us to hand its call on, and hears by NOTIFY how it went.

Theory of operation
-------------------
A REFER that can be read is reported as `SessionReferred` and waits for `UserAgent.answer_refer`: with 202 it is
accepted and the telephone is told `100 Trying`, with a status above it is refused. After 202 the next answer of 200 or
more is the last: it goes out as a NOTIFY with that status line (sipfrag, RFC 3420) and ends the subscription. Where the
telephone wants none (`Refer-Sub: false`, RFC 4488) nothing is notified. A NOTIFY that is refused ends the subscription
and no more: how the transfer went does not depend on who listens. The subscription ends with the call that asked.
"""

from urllib.parse import unquote

from dialer.gateway.sip.derived import HeaderLines, make_response
from dialer.gateway.sip.errors import MalformedMessage
from dialer.gateway.sip.events import SessionReferred
from dialer.gateway.sip.headers import parse_name_address
from dialer.gateway.sip.identity import Identity
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.session import Referral, Session, SessionState
from dialer.gateway.sip.session_table import SessionTable
from dialer.gateway.sip.status import reason_phrase
from dialer.gateway.sip.transaction import ServerNonInvite
from dialer.gateway.sip.transaction_layer import Server, TransactionLayer
from dialer.gateway.sip.uri import parse_uri

SIPFRAG = "message/sipfrag;version=2.0"
EXPIRES_S = 60
"""How long we say that the subscription lasts; a transfer is decided sooner."""
ANSWER_S_MAX = 5.0
"""A REFER that nobody above has answered by then is refused."""


class Referring:
    """Takes REFERs, and tells how they went."""

    def __init__(self, layer: TransactionLayer, table: SessionTable, identity: Identity) -> None:
        self._layer = layer
        self._table = table
        self._identity = identity

    def on_refer(self, transaction: Server, session: Session, request: Request, now: float) -> None:
        """A REFER inside a call."""
        status = self._refusal_of(session, request)
        if status:
            self._layer.respond(transaction, make_response(request, status), now)
            return
        target, replaces = read_refer_to(request)
        wants_notify = (request.get("Refer-Sub") or "true").strip().lower() != "false"
        assert isinstance(transaction, ServerNonInvite)
        session.referral = Referral(transaction, request, wants_notify)
        self._layer.timers.start(session.referral, "refer", now + ANSWER_S_MAX)
        self._table.events.append(SessionReferred(session_id=session.session_id, target=target, replaces=replaces))

    def answer(self, session: Session, status: int, now: float) -> None:
        """Accept or refuse what was asked, or say how it went; nothing where nothing waits."""
        referral = session.referral
        if referral is None or referral.is_refused:
            return
        if referral.is_accepted:
            session.referral = None
            self._notify(session, referral, status, now)
            return
        self._layer.timers.stop(referral, "refer")
        headers: HeaderLines = ()
        if status < 300:
            referral.is_accepted = True
            assert session.dialog is not None
            headers = (("Contact", session.dialog.contact(self._identity)),)
            if not referral.wants_notify:
                headers = (*headers, ("Refer-Sub", "false"))
        else:
            session.referral = None
        self._layer.respond(referral.transaction, make_response(referral.request, status, headers=headers), now)
        if status < 300:
            self._notify(session, referral, 100, now)

    def on_timer(self, referral: Referral, now: float) -> None:
        """Nobody has answered the REFER, or the call that asked has ended."""
        referral.is_refused = True
        self._layer.respond(referral.transaction, make_response(referral.request, 500), now)

    def on_notified(self, session: Session, status: int) -> None:
        """The answer to a NOTIFY: whoever refuses one gets no more."""
        if status >= 300 and session.referral is not None:
            session.referral.wants_notify = False

    def _refusal_of(self, session: Session, request: Request) -> int:
        if session.state is not SessionState.ESTABLISHED or session.dialog is None:
            return 481
        if not session.dialog.take_cseq(request.cseq):
            return 500
        if len(request.headers.get("Refer-To", ())) != 1:
            return 400
        if session.referral is not None and not session.referral.is_refused:
            return 491
        return 0

    def _notify(self, session: Session, referral: Referral, status: int, now: float) -> None:
        dialog = session.dialog
        if not referral.wants_notify or dialog is None or self._layer.is_full:
            return
        state = f"active;expires={EXPIRES_S}" if status < 200 else "terminated;reason=noresource"
        headers = (
            ("Event", f"refer;id={referral.request.cseq}"),
            ("Subscription-State", state),
            ("Contact", dialog.contact(self._identity)),
            ("Content-Type", SIPFRAG),
        )
        body = f"SIP/2.0 {status} {reason_phrase(status)}\r\n".encode()
        notify = dialog.make_request("NOTIFY", self._identity, headers=headers, body=body)
        self._layer.send_written(notify, dialog.next_hop(), session, now)


def read_refer_to(request: Request) -> tuple[str, str]:
    """Whom a REFER names, and the Replaces header that it wants sent; the host is ours to choose.

    Raises:
        MalformedMessage: A URI that nobody can be called at, or a method other than INVITE.
    """
    text = parse_name_address(request.headers["Refer-To"][0]).uri
    if text[:4].lower() == "tel:":
        return text[4:].partition(";")[0], ""
    uri = parse_uri(text)
    if (uri.parameters.get("method") or "INVITE").upper() != "INVITE":
        raise MalformedMessage(f"Refer-To wants {uri.parameters['method']!r}: only calls are placed")
    fields = dict(each.partition("=")[::2] for each in uri.headers.split("&"))
    replaces = next((value for name, value in fields.items() if name.lower() == "replaces"), "")
    target, replaces = unquote(uri.user.partition(";")[0]), unquote(replaces)
    if not (target + replaces).isprintable():
        raise MalformedMessage("a character in Refer-To that cannot be printed")
    return target, replaces
