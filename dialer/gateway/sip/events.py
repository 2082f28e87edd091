"""What a user agent reports: events, named in the past tense, in the order they happened."""

from enum import StrEnum

import msgspec

from dialer.gateway.sip.addresses import Address
from dialer.gateway.sip.message import Request


class Ending(StrEnum):
    """How a session ended."""

    REFUSED = "refused"
    """A final response of 300 or more, theirs or ours; `status` says which."""
    CANCELLED = "cancelled"
    """We gave it up before it was answered."""
    RING_TIMEOUT = "ring_timeout"
    """We gave it up because nobody answered in time."""
    NO_RESPONSE = "no_response"
    """Nothing at all came back (timer B)."""
    LOST = "lost"
    """The far end had it, and has been silent for too long to be there still."""
    TRANSPORT_ERROR = "transport_error"
    """It could not be sent."""
    HUNG_UP = "hung_up"
    """We ended an answered session."""
    FAR_END = "far_end"
    """The far end hung up, or cancelled a call that it placed to us."""
    NO_REFRESH = "no_refresh"
    """The far end of an answered session showed no sign of life in the time agreed (RFC 4028); we hung up."""
    NO_ACK = "no_ack"
    """The far end never confirmed our answer (section 13.3.1.4); we hung up."""


class SessionOffered(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody calls us: `ring`, `answer` or `refuse` it."""

    session_id: str
    request: Request
    source: Address


class SessionProgressed(msgspec.Struct, frozen=True, kw_only=True):
    """A provisional response above 100."""

    session_id: str
    status: int
    body: bytes


class SessionAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """The far end answered; the ACK is on its way."""

    session_id: str
    body: bytes
    """The answer's SDP; empty where there was none, here or in a provisional response before."""
    crossed_cancel: bool
    """The answer crossed our CANCEL on its way: it is hung up at once, and `SessionEnded` follows.

    False for an answer that crossed the CANCEL of the ring timeout: that call is up like any other.
    """


class SessionConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """The far end has our answer: the session that it began is up."""

    session_id: str
    body: bytes


class SessionModified(msgspec.Struct, frozen=True, kw_only=True):
    """A re-INVITE, the far end's or ours, changed its media, and has been answered; `body` is the far end's SDP."""

    session_id: str
    body: bytes


class OfferRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The far end does not want what we offered inside the call; all is as it was before."""

    session_id: str
    status: int
    """Mostly 488 (not acceptable) or 491 (its own offer is under way)."""


class SessionEnded(msgspec.Struct, frozen=True, kw_only=True):
    """The one final event of every session, whoever began it."""

    session_id: str
    ending: Ending
    status: int | None
    """The final response, if there was one."""
    reason: str
    """Its phrase, or what happened, in words; printable characters only."""
    q850: int | None
    """The Q.850 cause of a Reason header (RFC 3326) in the final response or the BYE."""
    was_answered: bool
    retry_after_s: float | None = None


class DigitSent(msgspec.Struct, frozen=True, kw_only=True):
    """The far end has sent a key by INFO, and has its 200."""

    session_id: str
    key: str
    """One of 0 to 9, *, #, A to D."""


class SessionReferred(msgspec.Struct, frozen=True, kw_only=True):
    """The far end asks us to hand its call on (REFER): answer it with `UserAgent.answer_refer`."""

    session_id: str
    target: str
    """The user part of Refer-To, or the number of a `tel:` URI."""
    replaces: str
    """The Replaces header that Refer-To wants sent (RFC 3891); empty for none."""


class RequestAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """A request outside any call has its answer."""

    name: str
    status: int | None
    """None: nothing came in time."""


class Reminded(msgspec.Struct, frozen=True, kw_only=True):
    """What `UserAgent.remind` was asked for is due."""

    name: str


UserAgentEvent = (
    SessionOffered
    | SessionProgressed
    | SessionAnswered
    | SessionConfirmed
    | SessionModified
    | OfferRefused
    | DigitSent
    | SessionReferred
    | SessionEnded
    | RequestAnswered
    | Reminded
)
