"""Sessions: one call as the user agent sees it, from the INVITE to its end, and the table of what may follow what."""

from enum import StrEnum
from typing import Final

import msgspec

from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.derived import CREDENTIALS, HeaderLines
from dialer.gateway.sip.dialog import Dialog, EarlyDialog
from dialer.gateway.sip.digest import Credentials, DigestAnswers
from dialer.gateway.sip.errors import WrongState
from dialer.gateway.sip.events import Ending
from dialer.gateway.sip.message import Request
from dialer.gateway.sip.timers import Alarm
from dialer.gateway.sip.transaction import ClientInvite, ServerInvite, ServerNonInvite


class SessionState(StrEnum):
    """Where a session stands."""

    CALLING = "calling"
    """Our INVITE is out."""
    CANCELLING = "cancelling"
    """We want to give it up: the CANCEL is out, or waits for the first provisional response (section 9.1)."""
    OFFERED = "offered"
    """The far end's INVITE waits for our answer."""
    ACCEPTED = "accepted"
    """We answered; the ACK has not come yet."""
    ESTABLISHED = "established"
    ENDED = "ended"


EARLY: Final = frozenset({SessionState.CALLING, SessionState.CANCELLING})
"""Our INVITE has no final answer yet."""


class SessionInput(StrEnum):
    """What moves a session."""

    CANCEL_WANTED = "cancel wanted"
    ANSWERED = "answered"
    """A 2xx came, or we sent one."""
    CONFIRMED = "confirmed"
    """The ACK of our 2xx came."""
    ENDED = "ended"


SESSION_TABLE: dict[SessionState, dict[SessionInput, SessionState]] = {
    SessionState.CALLING: {
        SessionInput.CANCEL_WANTED: SessionState.CANCELLING,
        SessionInput.ANSWERED: SessionState.ESTABLISHED,
        SessionInput.ENDED: SessionState.ENDED,
    },
    SessionState.CANCELLING: {
        # The answer crossed our CANCEL: up for as long as it takes to send the BYE.
        SessionInput.ANSWERED: SessionState.ESTABLISHED,
        SessionInput.ENDED: SessionState.ENDED,
    },
    SessionState.OFFERED: {
        SessionInput.ANSWERED: SessionState.ACCEPTED,
        SessionInput.ENDED: SessionState.ENDED,
    },
    SessionState.ACCEPTED: {
        SessionInput.CONFIRMED: SessionState.ESTABLISHED,
        SessionInput.ENDED: SessionState.ENDED,
    },
    SessionState.ESTABLISHED: {
        SessionInput.ENDED: SessionState.ENDED,
    },
    SessionState.ENDED: {},
}


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A call to place."""

    session_id: str
    """Our own name for it, unique among open sessions; the SIP Call-ID is another, new for each."""
    uri: str
    """The Request-URI."""
    destination: Address
    """Where the INVITE is sent."""
    caller: str
    """The From address without a tag, such as `"Dialer" <sip:+12025550100@192.0.2.1>`."""
    callee: str = ""
    """The To address; the Request-URI where empty."""
    body: bytes = b""
    """The SDP offer."""
    headers: tuple[tuple[str, str], ...] = ()
    credentials: Credentials | None = None
    keeps_flow: bool = False
    """Send every request of the call to `destination`, whatever Contact the far end names: for phones behind NAT."""
    redirects_max: int = 0
    """How many 301 and 302 to another number on the same host are followed."""
    ring_timeout_s: float = 60.0
    """Given up after this long without an answer, counted from the INVITE and anew from the first ringing."""


class Referral:
    """A REFER of the far end that waits: for its answer, and then for the end of what it asked."""

    __slots__ = ("alarm", "is_accepted", "is_refused", "request", "timers", "transaction", "wants_notify")

    def __init__(self, transaction: ServerNonInvite, request: Request, wants_notify: bool) -> None:
        self.transaction = transaction
        self.request = request
        self.wants_notify = wants_notify
        self.is_accepted = False
        self.is_refused = False
        self.timers: dict[str, float] = {}
        self.alarm: Alarm | None = None


class Session(msgspec.Struct, eq=False):
    """One call: its state, its dialog, and what has to be sent again."""

    session_id: str
    state: SessionState
    invite: Request
    invite_transaction: ClientInvite | ServerInvite | None
    local_tag: str
    credentials: Credentials | None = None
    dialog: Dialog | None = None
    digest: DigestAnswers | None = None
    timers: dict[str, float] = {}
    alarm: Alarm | None = None
    acks: dict[str, tuple[bytes, Address]] = {}
    """The ACK for each 2xx, by its To tag: sent again when the 2xx comes again (section 13.2.2.4)."""
    early_dialogs: dict[str, EarlyDialog] = {}
    """By To tag, those that a reliable provisional response began."""
    interval_s: int = 0
    """How long the session lasts without a refresh (RFC 4028)."""
    allows_update: bool = False
    is_refreshing: bool = False
    """A refresh of ours is on its way: an INVITE of theirs that meets it is refused with 491."""
    referral: Referral | None = None
    """What the far end has asked us to do with its call."""
    keeps_flow: bool = False
    redirects_left: int = 0
    ring_timeout_s: float = 0.0
    challenges: int = 0
    """Challenges answered for the request that is out."""
    has_provisional: bool = False
    has_rung: bool = False
    was_answered: bool = False
    cancel_ending: Ending | None = None
    """Why we give it up; None while we do not."""
    cancel_is_sent: bool = False
    wants_hang_up: bool = False
    """Hang up as soon as the far end has acknowledged our answer (section 15)."""
    local_body: bytes = b""
    """Our SDP, last sent."""
    remote_body: bytes = b""
    """The far end's SDP, last received."""
    reply: bytes = b""
    """Our 2xx to an INVITE of the far end, sent again until its ACK comes."""
    reply_cseq: int = 0
    reply_had_offer: bool = True
    """Whether it answered an offer; if not, its ACK brings the far end's SDP."""
    reply_destination: Address = ("", 0)
    reply_interval_s: float = 0.0

    @property
    def is_early(self) -> bool:
        """Whether our INVITE has no final answer yet."""
        return self.state in EARLY

    def advance(self, happened: SessionInput) -> None:
        """Go where the table says.

        Raises:
            WrongState: It says nothing of that here.
        """
        state = SESSION_TABLE[self.state].get(happened)
        if state is None:
            raise WrongState(f"session {self.session_id} is {self.state}: {happened} has no place there")
        self.state = state

    def credentials_headers(self) -> HeaderLines:
        """What the INVITE carried to prove who we are: its ACK repeats it (section 22.1)."""
        if self.digest is None:
            return ()
        headers = self.invite.headers
        return tuple((name, value) for name in CREDENTIALS if name in headers for value in headers[name])
