"""New offers inside an answered call: our audio moves, or is to go to somebody else (RFC 3261 section 14, RFC 3264)."""

from dialer.gateway.sip.derived import HeaderLines
from dialer.gateway.sip.errors import WrongState
from dialer.gateway.sip.events import Ending, OfferRefused, SessionModified
from dialer.gateway.sip.hang_up import HangUp
from dialer.gateway.sip.identity import ALLOW, Identity
from dialer.gateway.sip.message import Request, Response, parse_message
from dialer.gateway.sip.sdp import CONTENT_TYPE
from dialer.gateway.sip.session import Session, SessionState
from dialer.gateway.sip.session_table import SessionTable
from dialer.gateway.sip.transaction_layer import TransactionLayer

GONE = (408, 481)


class Offer:
    """One re-INVITE of ours on its way."""

    __slots__ = ("body", "cseq", "session")

    def __init__(self, session: Session, body: bytes, cseq: int) -> None:
        self.session = session
        self.body = body
        self.cseq = cseq


class Offering:
    """Sends re-INVITEs with new SDP; `SessionModified` or `OfferRefused` follows each, or the end of the call."""

    def __init__(self, layer: TransactionLayer, table: SessionTable, identity: Identity, hang_up: HangUp) -> None:
        self._layer = layer
        self._table = table
        self._identity = identity
        self._hang_up = hang_up

    def offer(self, session: Session, body: bytes, now: float) -> None:
        """Offer new SDP.

        Raises:
            WrongState: The call is not up, or another re-INVITE is under way.
        """
        dialog = session.dialog
        if session.state is not SessionState.ESTABLISHED or dialog is None:
            raise WrongState(f"session {session.session_id} is {session.state}: nothing can be offered")
        if session.is_refreshing or self._layer.is_full:
            raise WrongState(f"session {session.session_id} has another request under way")
        session.is_refreshing = True
        lines: HeaderLines = (
            ("Contact", dialog.contact(self._identity)),
            ("Allow", ALLOW),
            ("Content-Type", CONTENT_TYPE),
        )
        written = dialog.make_request("INVITE", self._identity, headers=lines, body=body)
        invite = parse_message(written.data)
        assert isinstance(invite, Request)
        self._layer.send_request(invite, dialog.next_hop(), Offer(session, body, written.cseq), now)

    def on_response(self, offer: Offer, response: Response, now: float) -> None:
        """The answer to an offer of ours."""
        session = offer.session
        if response.status < 200 or session.dialog is None:
            return
        session.is_refreshing = False
        if response.status < 300:
            ack = session.dialog.make_request("ACK", self._identity, cseq=offer.cseq)
            self._layer.send_bytes(ack.data, session.dialog.next_hop())
        if session.state is not SessionState.ESTABLISHED:
            return
        if response.status < 300:
            session.local_body, session.remote_body = offer.body, response.body
            self._table.events.append(SessionModified(session_id=session.session_id, body=response.body))
        elif response.status in GONE:
            self._hang_up.end_session(session, Ending.NO_REFRESH, "the far end no longer knows the call", now)
        else:
            self._table.events.append(OfferRefused(session_id=session.session_id, status=response.status))

    def on_failure(self, offer: Offer, now: float) -> None:
        """No answer came at all: the far end is gone (RFC 5057 section 5.1)."""
        session = offer.session
        session.is_refreshing = False
        if session.state is SessionState.ESTABLISHED:
            self._hang_up.end_session(session, Ending.NO_REFRESH, "the far end did not answer a re-INVITE", now)
