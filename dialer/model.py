"""Types the whole dialer shares: agent and call states, causes, trunks and what an agent is shown."""

from enum import StrEnum

import msgspec


class AgentState(StrEnum):
    """What an agent is doing; the transition table is in `dialer.ccs.agents`."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    """Logged in, the agent's own leg is being opened."""
    PAUSED = "paused"
    IDLE = "idle"
    """Ready for a call."""
    RESERVED = "reserved"
    """Chosen for an answered call that is being bridged."""
    PREVIEWING = "previewing"
    """Looks at a lead, or waits for the person they have dialed."""
    TALKING = "talking"
    ACW = "acw"
    """After-call work."""


class CallState(StrEnum):
    """Where a customer's call stands; the transition table is in `dialer.pds.calls`."""

    RECORDING = "recording"
    """The attempt is being written; nothing has been sent yet."""
    PLACED = "placed"
    RINGING = "ringing"
    DETECTING = "detecting"
    """Answered; AMD is listening."""
    MENU = "menu"
    """A person hears the campaign's menu, or thinks about which key to press."""
    QUEUED = "queued"
    """Answered by a person who waits for an agent."""
    BRIDGING = "bridging"
    BRIDGED = "bridged"
    TRANSFERRED = "transferred"
    """Talks to somebody outside, to whom an agent has handed it on."""
    MESSAGE = "message"
    """Hears the safe-harbour message or the campaign's own."""
    ENDING = "ending"
    """We have told the gateway to end it and wait for its final event."""
    ENDED = "ended"


class CallCause(StrEnum):
    """Why a call ended, as the gateway saw it; one for every final event."""

    FAR_END = "far_end"
    """The other side hung up an answered call."""
    DIALER = "dialer"
    """We hung up or cancelled."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"
    TRUNK_FAILURE = "trunk_failure"
    """The trunk did not respond at all, or its transport failed."""
    TRUNK_LOST = "trunk_lost"
    """The trunk had the call and died before it was answered; whether it still rings at the person, nobody can tell."""
    MEDIA_TIMEOUT = "media_timeout"
    MEDIA_FAILURE = "media_failure"
    """What carried its audio on our side has failed."""


class AmdResult(StrEnum):
    """What answering-machine detection made of an answer."""

    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"
    FAX = "fax"
    BUSY = "busy"
    """A busy tone, after the network said that the call was answered."""
    OUT_OF_SERVICE = "out_of_service"
    """A special information tone: there is no such number, or no longer."""
    NO_CIRCUIT = "no_circuit"
    """A special information or reorder tone: the network could not carry the call."""


class RecordingAction(StrEnum):
    """What an agent does with the recording of their conversation."""

    START = "start"
    PAUSE = "pause"
    """Silence is written until it goes on: card numbers are not kept."""
    RESUME = "resume"
    STOP = "stop"


class MonitorMode(StrEnum):
    """Who hears a guest at a conversation; the guest always hears both sides."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The agent alone."""
    BARGE = "barge"
    """Agent and customer: three-way."""


class Trunk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way out to the telephone network, as routing sees it."""

    name: str
    group: str = "default"
    caller_id: str = ""
    """Shown when the campaign names none."""
    prefixes: tuple[str, ...] = ("",)
    """Leading digits of E.164 numbers (with plus sign) that it serves; the longest match wins."""
    called_rules: tuple[tuple[str, str], ...] = ()
    """Regular expressions and replacements for the called number; the first that is found applies, once."""
    strip: str = ""
    """Taken off the front of the called number."""
    add: str = ""
    """Put on the front afterwards."""
    priority: int = 0
    """Lower is tried first among equally long prefixes."""
    weight: float = 1.0
    """Its share of the calls among trunks that are equal in prefix and priority."""
    cps_max: float = 50.0
    """Calls per second that the carrier accepts."""
    channels_max: int = 1000
    """Calls at one time."""


class ScreenPop(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent is shown of the person on the line."""

    attempt_id: str
    campaign_id: int
    campaign_name: str
    lead_id: int
    name: str
    number: str
    attributes: dict[str, str]
    transfer: str = ""
    """How the transfer stands that the agent asked for, in words; empty where none was."""


BARRED_PREFIXES = (
    *("+1900", "+1976", "+44871", "+44872", "+44873", "+449", "+4470", "+49900", "+3389", "+34803", "+34806", "+34807"),
    *("+39899", "+31900", "+31906", "+31909", "+32900", "+32902", "+32903", "+32904", "+32905", "+41900", "+41901"),
    *(
        "+41906",
        "+43900",
        "+43901",
        "+43930",
        "+43931",
        "+61190",
        "+353153",
        "+353155",
        "+353157",
        "+353158",
        "+353159",
    ),
    *("+979", "+808", "+870", "+878", "+881", "+882", "+883", "+888"),
)
"""Premium rate in North America and Europe, the United Kingdom's personal numbers, and of the ITU's shared codes
premium rate (979), shared cost (808), satellites (870, 881) and international networks (878, 882, 883, 888)."""


class EngineSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the engine is told once, at its start; written at the head of every trace."""

    engine_id: str = "engine-1"
    """Names the owner of leases and open attempts; a restarted engine keeps its name."""
    trunks: tuple[Trunk, ...] = ()
    tick_s: float = 1.0
    """Longest time between two pacing decisions of a campaign with agents."""
    hopper_s: float = 30.0
    """The hopper holds leads for this long at the present dialing rate."""
    hopper_min: int = 50
    hopper_max: int = 5000
    lease_s: float = 600.0
    """A reserved lead goes back to the list after this long without an attempt."""
    bridge_timeout_s: float = 2.0
    """A bridge that the gateway has not confirmed by then is given up."""
    message_s_max: float = 30.0
    """A message that has not ended by then is cut off."""
    amd: bool = False
    """Whether answering-machine detection listens to an answer before a person is put through."""
    amd_s_max: float = 1.5
    """An answer that AMD has not judged by then is taken for a person's; it must leave time to find an agent."""
    allowed_prefixes: tuple[str, ...] = ("",)
    """Numbers that may be called begin with one of these; the longest prefix of both lists decides."""
    barred_prefixes: tuple[str, ...] = BARRED_PREFIXES
    """Numbers that are never called, whoever asks: against toll fraud."""
    agents_trunk_group: str = "default"
    """Trunks over which agents at outside numbers are called."""
    agents_max: int = 5000
    """Agents logged in at one time."""


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """One agent, for live views."""

    agent_id: str
    skill_groups: tuple[str, ...]
    state: AgentState
    since: float
    pause_reason: str = ""
    attempt_id: str = ""
    """The attempt on the line or in after-call work, or dialed from a preview; empty otherwise."""


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign, for live views; counts are since the engine's start, the abandon account is the window's."""

    campaign_id: int
    name: str
    status: str
    policy: str
    hopper: int
    """Reserved leads waiting to be dialed."""
    recording: int
    placed: int
    ringing: int
    queued: int
    """Answered, waiting for an agent."""
    bridged: int
    attempts: int
    outcomes: dict[str, int]
    answered: int
    """Answered by a person in the abandon window."""
    abandoned: int
    abandon_rate: float | None
    abandon_rate_max: float
    decision: str
    """The last pacing decision and its reason."""
    tenant_id: int = 1
    late_cancels: int = 0
    """Calls given up while they rang."""
    risk_ratio: float | None = None
    """Abandoned calls over those that the forecast risks of the dials foretold; None before any was foretold."""
    is_forecast_off: bool = False
    """The alarm: `risk_ratio` has left 0.5 to 2 on enough answers to tell."""
    shadow: str = ""
    """The policy that is asked as well and dials nothing; empty for none."""
    shadow_decisions: int = 0
    shadow_more: int = 0
    """Decisions at which the shadow would have placed more calls."""
    shadow_fewer: int = 0
    shadow_failures: int = 0
    are_scores_used: bool = False
    """Whether its lead scores, or its answer rates by list, try, trunk and hour, have lately foretold answers better
    than the plain answer rate."""


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """The engine at one moment: what `Engine.statistics(now)` answers and live views show."""

    now: float
    started_at: float
    agents: tuple[AgentView, ...]
    agents_by_state: dict[str, int]
    occupancy: float | None
    """(talk + ACW) / (idle + previewing + reserved + talk + ACW) time of all agents since the start, 0..1; None
    before any."""
    campaigns: tuple[CampaignView, ...]
    events: int
    """Events handled since the start."""
    counters: dict[str, int]
    """OAM counters by name."""
