"""The words of webhooks: who is told of what, one delivery on its way, and how it is signed.

Bodies, ids and signatures follow Standard Webhooks (standardwebhooks.com, version 1.0.0), so receivers can use its
libraries.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret begins, no secret
SECRET_BYTES = 32
RETRY_S = (5.0, 60.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0)
"""The pause after each failed try; a delivery that has failed once more than there are pauses is given up."""
FAILURES_MAX = 30
"""Tries failed one after the other, over all deliveries, after which a webhook is switched off."""
KEPT_S = 7 * 86_400.0
"""How long the log keeps what has ended."""


class EventType(StrEnum):
    """What a webhook may be told of."""

    ATTEMPT_ENDED = "attempt.ended"
    """An attempt has its outcome; `data` is the attempt as `GET /attempts` has it."""
    DISPOSITION_RECORDED = "disposition.recorded"
    """An agent has said what came of a call; `data` names the attempt, the agent and the disposition."""
    CAMPAIGN_CREATED = "campaign.created"
    CAMPAIGN_CHANGED = "campaign.changed"
    """Settings were changed; `data` is the campaign as it now is."""
    CAMPAIGN_STATUS_CHANGED = "campaign.status_changed"
    """Started, paused or stopped; `data` is the campaign as it now is."""
    TEST = "webhook.test"
    """Sent on request; everybody gets it."""


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    """To be sent, or to be tried again."""
    DELIVERED = "delivered"
    """The receiver answered with a status of 200 to 299."""
    FAILED = "failed"
    """Given up."""


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of what; the secret is shown once and signs every delivery."""

    webhook_id: int
    url: str
    events: tuple[EventType, ...]
    """Empty: all."""
    is_active: bool
    disabled_reason: str = ""
    """Why it was switched off; empty while it is on."""
    failures: int = 0
    """Tries failed one after the other; a delivery sets them back."""
    created_at: float


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one webhook."""

    delivery_id: int
    webhook_id: int
    event_id: str
    """The `webhook-id` header: the same in every try, so that receivers can leave out what they have."""
    event: EventType
    body: str
    """JSON, as it is sent."""
    status: DeliveryStatus
    created_at: float
    tries: int
    next_at: float | None
    """When it is tried next; None where it has ended."""
    ended_at: float | None
    answered_status: int | None
    """What the receiver answered last."""
    problem: str
    """Why the last try failed."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is to be sent now, with where to and with what it is signed."""

    delivery_id: int
    webhook_id: int
    event_id: str
    body: str
    tries: int
    url: str
    secret: str


def event_body(event: EventType, at: float, data: object) -> str:
    """The body of an event."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode({"type": event, "timestamp": moment, "data": data}).decode()


def signature(secret: str, event_id: str, timestamp: int, body: str) -> str:
    """The `webhook-signature` header: HMAC-SHA256 of id, timestamp and body.

    Args:
        secret: as it was shown, with its prefix.
        event_id: the `webhook-id` header.
        timestamp: the `webhook-timestamp` header, Unix seconds of this try.
        body: as it is sent.

    Raises:
        ValueError: the secret is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the secret is not one of a webhook") from None
    signed = hmac.new(key, f"{event_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def secret_of(random: bytes) -> str:
    """A secret as it is shown, from random bytes."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def retry_s(tries: int) -> float | None:
    """The pause after that many failed tries; None when there is to be no other."""
    return RETRY_S[tries - 1] if tries <= len(RETRY_S) else None
