"""Commands: what the engine wants done, each to one port. Named in the imperative."""

from campaigns.dispositions import Callback
from campaigns.model import Attempt
from campaigns.ports import Result
from campaigns.skips import Skip
from campaigns.terms import AmdSettings
from dialer.messages.message import Message
from dialer.model import AgentState, MonitorMode, RecordingAction, ScreenPop

# Commands to the clock


class SetTimer(Message, frozen=True, kw_only=True):
    """Post `TimerFired(key)` at `at`; setting the same key again moves it."""

    key: str
    at: float


# Commands to the store


class PollTasks(Message, frozen=True, kw_only=True):
    """Read the campaign tasks; answered by `TasksPolled`."""


class ReserveLeads(Message, frozen=True, kw_only=True):
    """Lease leads for the hopper; answered by `LeadsReserved`."""

    campaign_id: int
    count: int


class ReserveCallbacks(Message, frozen=True, kw_only=True):
    """Lease callbacks that are due; answered by `CallbacksReserved`."""

    campaign_id: int
    agents: tuple[str, ...]
    """Agents free for theirs, or soon free; those for anybody come as well."""
    count: int


class ReleaseLeads(Message, frozen=True, kw_only=True):
    """Give reserved leads back."""

    campaign_id: int
    lead_ids: tuple[int, ...]


class RecordAttempts(Message, frozen=True, kw_only=True):
    """Write attempts; answered by `AttemptsRecorded`, `AttemptsRefused` or both."""

    attempts: tuple[Attempt, ...]


class RecordResult(Message, frozen=True, kw_only=True):
    """Write the end of an attempt; answered by `ResultsRecorded`."""

    result: Result


class RecordDisposition(Message, frozen=True, kw_only=True):
    """Write what the agent said; answered by `DispositionRecorded`."""

    attempt_id: str
    agent_id: str
    disposition: str
    callback: Callback | None = None
    request_id: int


class RecordSkip(Message, frozen=True, kw_only=True):
    """Write that an agent skipped a lead, and why."""

    skip: Skip


# Commands to the gateway


class PlaceCall(Message, frozen=True, kw_only=True):
    """Call a person; exactly one `CallEnded` follows, whatever happens."""

    call_id: str
    number: str
    """As the trunk wants it."""
    caller_id: str
    trunk: str
    ring_timeout_s: float
    amd: AmdSettings | None = None
    """How AMD listens to the answer; None where it does not."""


class CancelCall(Message, frozen=True, kw_only=True):
    """Give up a call that has not been answered; one that has been is hung up."""

    call_id: str


class HangUpCall(Message, frozen=True, kw_only=True):
    """End a call in whatever state it is."""

    call_id: str


class BridgeCall(Message, frozen=True, kw_only=True):
    """Join an answered call to an agent's open leg; answered by `CallBridged`."""

    call_id: str
    leg_id: str
    is_recorded: bool = False
    """Whether the conversation is recorded from its beginning."""


class ControlRecording(Message, frozen=True, kw_only=True):
    """Start, pause, resume or stop the recording of a bridged call."""

    call_id: str
    leg_id: str
    action: RecordingAction


class HoldCall(Message, frozen=True, kw_only=True):
    """Let a bridged call hear music in place of the agent, or the agent again."""

    call_id: str
    leg_id: str
    is_held: bool


class SendDigits(Message, frozen=True, kw_only=True):
    """Press keys to a call's far end, as telephone events (RFC 4733); answered by `DigitsSent`."""

    call_id: str
    digits: str
    request_id: int


class JoinCall(Message, frozen=True, kw_only=True):
    """Let a guest's leg hear a conversation, and be heard as the mode says; sent again, it changes the mode."""

    leg_id: str
    call_id: str
    agent_leg_id: str
    mode: MonitorMode


class LeaveCall(Message, frozen=True, kw_only=True):
    """Take a guest's leg out of the conversation it is in, if any; the leg stays open."""

    leg_id: str


class PlayMessage(Message, frozen=True, kw_only=True):
    """Play a recorded message to an answered call; answered by `MessagePlayed`."""

    call_id: str
    message: str
    after_beep: bool = False
    """Wait for the beep of an answering machine, or the end of its greeting, before it begins."""


class StopMessage(Message, frozen=True, kw_only=True):
    """Stop what is played to a call; no `MessagePlayed` follows."""

    call_id: str


class OpenLeg(Message, frozen=True, kw_only=True):
    """Open an agent's leg and keep it open; answered by `LegOpened` or `LegClosed`."""

    leg_id: str
    agent_id: str
    address: str
    """A SIP address, the user name of a registered phone, or the number that `trunk` is to call."""
    trunk: str = ""
    """The leg is an outside number behind this trunk; empty for a phone of ours."""
    caller_id: str = ""
    replaces: str = ""
    """A Replaces header (RFC 3891): the call of two phones that this one takes the place of; empty for none."""


class AnswerRefer(Message, frozen=True, kw_only=True):
    """Answer the REFER of an agent's phone: 202, and later how the transfer went; or a refusal at once."""

    leg_id: str
    status: int
    """As SIP has it: what is not to be done gets 400 to 699."""


class CloseLeg(Message, frozen=True, kw_only=True):
    """Close an agent's leg; answered by `LegClosed`."""

    leg_id: str


# Commands to the desk and to whoever watches


class ShowAgent(Message, frozen=True, kw_only=True):
    """Tell an agent's desk its state, and whom they have on the line."""

    agent_id: str
    state: AgentState
    since: float
    call: ScreenPop | None = None


class AnswerRequest(Message, frozen=True, kw_only=True):
    """Answer a desk event that carried a request id."""

    request_id: int
    error: str = ""
    """Empty when it was carried out; otherwise what was wrong and what to do."""
    field: str = ""
    """The field of the request that was wrong, where it was one."""


class ReportDecision(Message, frozen=True, kw_only=True):
    """A pacing decision that placed or cancelled calls, or whose reason changed; for logs and live views."""

    campaign_id: int
    calls: int
    reason: str
    numbers: dict[str, float]
    agents_free: int
    """Idle agents at the moment of the decision."""
    agents_soon_free: int
    """Agents talking or in after-call work at that moment."""


ClockCommand = SetTimer
StoreCommand = (
    PollTasks
    | ReserveLeads
    | ReserveCallbacks
    | ReleaseLeads
    | RecordAttempts
    | RecordResult
    | RecordDisposition
    | RecordSkip
)
GatewayCommand = (
    PlaceCall
    | CancelCall
    | HangUpCall
    | BridgeCall
    | ControlRecording
    | HoldCall
    | SendDigits
    | JoinCall
    | LeaveCall
    | PlayMessage
    | StopMessage
    | OpenLeg
    | CloseLeg
    | AnswerRefer
)
DeskCommand = ShowAgent | AnswerRequest | ReportDecision
Command = ClockCommand | StoreCommand | GatewayCommand | DeskCommand
