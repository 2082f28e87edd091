"""A customer's call: its states, and the only place that changes them; docs/concepts/call-states.md is drawn from it.

Theory of operation
-------------------
A call begins when its attempt is sent to the store (`RECORDING`), is placed only once that is durable, and ends with
the gateway's one final event. Until it is answered it is *in flight*: pacing counts it. What happens to it are
`CallTrigger`s; `TRANSITIONS` says where each leads, and one that is missing for the present state is a bug of the
caller: late messages from outside are sorted out before `advance`, the one function that writes `Call.state`.

`ENDING` means that we have ended the call and only wait for the final event.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from campaigns.model import Attempt, Lead, Outcome
from campaigns.quality import CallQuality
from dialer.model import AmdResult, CallState
from dialer.pds.scores import Known
from pacing.estimators.signalling import Signal


class CallTrigger(StrEnum):
    """What can happen to a customer's call."""

    PLACE = "place"
    """The attempt is durable; the call goes out."""
    DROP = "drop"
    """The attempt is not to be placed after all."""
    RING = "ring"
    DETECT = "detect"
    """Answered; AMD listens first."""
    ASK = "ask"
    """A person hears the menu."""
    QUEUE = "queue"
    """A person waits for an agent."""
    BRIDGE = "bridge"
    """An agent is reserved and the bridge asked for."""
    BRIDGED = "bridged"
    TRANSFER = "transfer"
    """Whom the agent hands it on to outside has answered."""
    PLAY = "play"
    """A message begins: the campaign's own, or the safe-harbour one."""
    HANG_UP = "hang up"
    """We end the call."""
    END = "end"
    """The gateway's final event."""


S, T = CallState, CallTrigger

TRANSITIONS: dict[tuple[CallState, CallTrigger], CallState] = {
    (S.RECORDING, T.PLACE): S.PLACED,
    (S.RECORDING, T.DROP): S.ENDED,
    (S.PLACED, T.RING): S.RINGING,
    (S.PLACED, T.DETECT): S.DETECTING,
    (S.PLACED, T.ASK): S.MENU,
    (S.PLACED, T.QUEUE): S.QUEUED,
    (S.PLACED, T.PLAY): S.MESSAGE,
    (S.PLACED, T.HANG_UP): S.ENDING,
    (S.PLACED, T.END): S.ENDED,
    (S.RINGING, T.DETECT): S.DETECTING,
    (S.RINGING, T.ASK): S.MENU,
    (S.RINGING, T.QUEUE): S.QUEUED,
    (S.RINGING, T.PLAY): S.MESSAGE,
    (S.RINGING, T.HANG_UP): S.ENDING,
    (S.RINGING, T.END): S.ENDED,
    (S.DETECTING, T.ASK): S.MENU,
    (S.DETECTING, T.QUEUE): S.QUEUED,
    (S.DETECTING, T.PLAY): S.MESSAGE,
    (S.DETECTING, T.HANG_UP): S.ENDING,
    (S.DETECTING, T.END): S.ENDED,
    (S.MENU, T.QUEUE): S.QUEUED,
    (S.MENU, T.PLAY): S.MESSAGE,
    (S.MENU, T.HANG_UP): S.ENDING,
    (S.MENU, T.END): S.ENDED,
    (S.QUEUED, T.BRIDGE): S.BRIDGING,
    (S.QUEUED, T.PLAY): S.MESSAGE,
    (S.QUEUED, T.END): S.ENDED,
    (S.BRIDGING, T.BRIDGED): S.BRIDGED,
    (S.BRIDGING, T.QUEUE): S.QUEUED,
    (S.BRIDGING, T.PLAY): S.MESSAGE,
    (S.BRIDGING, T.HANG_UP): S.ENDING,
    (S.BRIDGING, T.END): S.ENDED,
    (S.BRIDGED, T.BRIDGE): S.BRIDGING,
    (S.BRIDGED, T.HANG_UP): S.ENDING,
    (S.BRIDGED, T.END): S.ENDED,
    (S.BRIDGED, T.TRANSFER): S.TRANSFERRED,
    (S.TRANSFERRED, T.HANG_UP): S.ENDING,
    (S.TRANSFERRED, T.END): S.ENDED,
    (S.MESSAGE, T.HANG_UP): S.ENDING,
    (S.MESSAGE, T.END): S.ENDED,
    (S.ENDING, T.END): S.ENDED,
}

IN_FLIGHT: Final = frozenset({CallState.RECORDING, CallState.PLACED, CallState.RINGING})
"""States in which a call may still be answered."""


class Party:
    """Whom a call is handed on to: a leg of its own, which is no agent's."""

    __slots__ = ("is_bridged", "leg_id", "name")

    def __init__(self, leg_id: str, name: str) -> None:
        self.leg_id = leg_id
        self.name = name
        """As the agent gave it."""
        self.is_bridged = False


class AmdVerdict(NamedTuple):
    """What AMD made of an answer, for the record."""

    result: AmdResult
    confidence: float
    reason: str


class Call:
    """One call from the decision to dial it to its final event."""

    __slots__ = (
        "agent_id",
        "amd",
        "answer_probability",
        "answered_at",
        "asked_at",
        "attempt",
        "bridged_agent_id",
        "bridged_at",
        "call_id",
        "campaign_id",
        "cause",
        "deadline",
        "digits",
        "disposition",
        "ended_at",
        "features",
        "is_given_up",
        "judged_by",
        "lead",
        "number",
        "outcome",
        "party",
        "placed_at",
        "quality",
        "referrer",
        "ringing_at",
        "risk",
        "signal",
        "skill_group",
        "state",
        "trunk",
        "trunks_tried",
    )

    def __init__(self, attempt: Attempt, lead: Lead, number: str) -> None:
        self.call_id = attempt.attempt_id
        self.campaign_id = attempt.campaign_id
        self.attempt = attempt
        self.lead = lead
        self.number = number
        """As the trunk wants it."""
        self.trunk = attempt.trunk
        self.trunks_tried: tuple[str, ...] = ()
        """Trunks that failed it before the one it is on."""
        self.state = CallState.RECORDING
        self.placed_at = attempt.placed_at
        self.ringing_at: float | None = None
        self.signal: Signal | None = None
        """How it first rang."""
        self.answered_at: float | None = None
        self.asked_at: float | None = None
        """When a key of the menu asked for an agent."""
        self.skill_group = ""
        """Whose agents that key names; the campaign's own where it is empty."""
        self.deadline = 0.0
        """Until when a person who answered, or asked for an agent, may wait for one; has a meaning from then on."""
        self.judged_by = 0.0
        """When it is taken for a person's without AMD's verdict; has a meaning while AMD listens."""
        self.bridged_at: float | None = None
        self.ended_at: float | None = None
        """When we ended it, or the final event came, whichever was first."""
        self.agent_id = ""
        """The agent the call is being bridged or is bridged to; empty otherwise."""
        self.bridged_agent_id = ""
        """The agent who talked, for the record."""
        self.party: Party | None = None
        """Whom it is being handed on to, or has been."""
        self.referrer = ""
        """The leg whose phone asked for the transfer that is under way, and waits to hear how it went."""
        self.outcome: Outcome | None = None
        """Set as soon as it is certain, at the latest with the final event."""
        self.cause = ""
        self.disposition = ""
        self.digits = ""
        """Keys that the far end has pressed."""
        self.amd: AmdVerdict | None = None
        """What AMD made of its answer; None where it did not judge, or too late."""
        self.quality: CallQuality | None = None
        """How its audio was, once it has ended."""
        self.features: Known | None = None
        """What the answer model, or the rates by list, were told of the attempt."""
        self.answer_probability: float | None = None
        """What the answer model said; None where it was silent."""
        self.risk: float | None = None
        """At which risk pacing placed it; None where the policy told none."""
        self.is_given_up = False
        """Whether pacing gave it up while it rang."""

    @property
    def waited_from(self) -> float:
        """Since when the person has waited for an agent, or would have: their key in the menu, or the answer."""
        since = self.answered_at if self.asked_at is None else self.asked_at
        assert since is not None, f"call {self.call_id} is not answered"
        return since


def advance(call: Call, trigger: CallTrigger) -> CallState:
    """Move a call along the table; returns the state left."""
    before = call.state
    after = TRANSITIONS.get((before, trigger))
    assert after is not None, f"call {call.call_id} is {before}: {trigger!r} is not possible"
    call.state = after
    return before
