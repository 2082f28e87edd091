"""What the gateway keeps of each call and leg while it is open."""

from campaigns.terms import AmdSettings
from dialer.gateway.sip import MalformedMessage, SessionDescription, parse_sdp
from dialer.gateway.sip.addresses import Address
from dialer.model import CallCause


class Line:
    """One session with its audio stream: a customer's call or an agent's leg."""

    __slots__ = (
        "agent_id",
        "amd",
        "audio",
        "cause",
        "has_rung",
        "is_answered",
        "line_id",
        "media",
        "reason",
        "server",
        "trunk",
    )

    def __init__(self, line_id: str, agent_id: str = "") -> None:
        self.line_id = line_id
        self.agent_id = agent_id
        """Whose leg it is; empty for a customer's call."""
        self.amd: AmdSettings | None = None
        """How AMD listens to its answer; None where it does not."""
        self.trunk = ""
        """Over which trunk it goes; empty for an agent's leg."""
        self.server: Address | None = None
        """The trunk's server that has it."""
        self.media: tuple[str, int] | None = None
        """Where far ends send its audio; None before it is opened."""
        self.audio: SessionDescription | None = None
        """What the far end has said of its audio last; None before it is connected."""
        self.has_rung = False
        self.is_answered = False
        self.cause: CallCause | None = None
        """Why we end it, where SIP alone would not tell."""
        self.reason = ""

    def end_with(self, cause: CallCause, reason: str) -> None:
        """It is about to be hung up, and this is why."""
        self.cause, self.reason = cause, reason

    @property
    def is_leg(self) -> bool:
        """Whether it is an agent's leg."""
        return bool(self.agent_id)


def usable_audio(body: bytes) -> SessionDescription | None:
    """The far end's audio; None where its SDP cannot be read or has no stream that we can carry."""
    try:
        description = parse_sdp(body)
    except MalformedMessage:
        return None
    return description if description.codecs and description.host else None
