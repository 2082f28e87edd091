"""Events: what has happened, told to the engine. Named in the past tense."""

from campaigns.dispositions import Callback
from campaigns.model import CampaignTask, Lead
from campaigns.quality import CallQuality
from dialer.messages.message import Message
from dialer.model import AmdResult, CallCause, MonitorMode, RecordingAction

# Events from the clock


class PollDue(Message, frozen=True, kw_only=True):
    """The 15-second task poll is due (live: APScheduler; simulation: SimPy)."""


class TimerFired(Message, frozen=True, kw_only=True):
    """A timer set with `SetTimer` has come due; the engine ignores it if its reason has gone."""

    key: str


class ShutdownBegan(Message, frozen=True, kw_only=True):
    """The service is about to end: no call is placed any more, those in flight are given up, agents are logged out."""


# Events from the store


class TasksPolled(Message, frozen=True, kw_only=True):
    """The campaigns that are running or paused; one that is missing has been stopped."""

    tasks: tuple[CampaignTask, ...]


class CampaignChanged(Message, frozen=True, kw_only=True):
    """A campaign was created, started, paused, stopped or edited; takes effect at once."""

    task: CampaignTask


class LeadsReserved(Message, frozen=True, kw_only=True):
    """The answer to `ReserveLeads`; fewer leads than asked for means no more may be dialed now."""

    campaign_id: int
    leads: tuple[Lead, ...]


class CallbacksReserved(Message, frozen=True, kw_only=True):
    """The answer to `ReserveCallbacks`."""

    campaign_id: int
    leads: tuple[Lead, ...]


class AttemptsRecorded(Message, frozen=True, kw_only=True):
    """These attempts are durable: their calls may be placed."""

    attempt_ids: tuple[str, ...]


class AttemptsRefused(Message, frozen=True, kw_only=True):
    """These attempts were not written and their calls must not be placed."""

    attempt_ids: tuple[str, ...]
    reason: str


class ResultsRecorded(Message, frozen=True, kw_only=True):
    """The results of these attempts are durable."""

    attempt_ids: tuple[str, ...]


class DispositionRecorded(Message, frozen=True, kw_only=True):
    """The disposition is durable; answers the agent's request."""

    attempt_id: str
    request_id: int


class NumbersBlocked(Message, frozen=True, kw_only=True):
    """Numbers were put on the do-not-call list; effective at once, also for leads already in the hopper."""

    numbers: tuple[str, ...]
    tenant_id: int = 1
    """Whose list; the numbers of other tenants' leads are called as before."""
    campaign_id: int | None = None
    """The campaign whose own list it is; None for the tenant's."""


# Events from the gateway


class CallRinging(Message, frozen=True, kw_only=True):
    """The far end reports ringing, or 183 with early media."""

    call_id: str
    sip_status: int = 180


class CallAnswered(Message, frozen=True, kw_only=True):
    """The far end answered."""

    call_id: str


class AmdDecided(Message, frozen=True, kw_only=True):
    """Answering-machine detection has its verdict."""

    call_id: str
    result: AmdResult
    confidence: float = 1.0
    reason: str = ""


class CallBridged(Message, frozen=True, kw_only=True):
    """Audio flows between the call and the agent's leg."""

    call_id: str
    leg_id: str


class DigitHeard(Message, frozen=True, kw_only=True):
    """The far end has pressed a key."""

    call_id: str
    digit: str
    """One of 0 to 9, *, #, A to D."""


class DigitsSent(Message, frozen=True, kw_only=True):
    """The answer to `SendDigits`: the keys are on their way, or cannot be sent."""

    request_id: int
    error: str = ""
    """Why not; empty where they are."""


class MessagePlayed(Message, frozen=True, kw_only=True):
    """The message has been played to its end."""

    call_id: str


class CallEnded(Message, frozen=True, kw_only=True):
    """The one final event of every call that was placed, answered or not."""

    call_id: str
    cause: CallCause
    sip_status: int | None = None
    reason: str = ""
    """What happened, in words."""
    quality: CallQuality | None = None
    """How its audio was; None of a call that had none."""


class LegOpened(Message, frozen=True, kw_only=True):
    """An agent's leg is up and stays up."""

    leg_id: str


class LegClosed(Message, frozen=True, kw_only=True):
    """An agent's leg is down, or could not be opened."""

    leg_id: str
    reason: str = ""


class LegReferred(Message, frozen=True, kw_only=True):
    """The agent's phone asks for a transfer (REFER, RFC 3515); answered by `AnswerRefer`."""

    leg_id: str
    target: str
    """To whom: the name of an agent or a phone, a skill group, or a number."""
    replaces: str = ""
    """A Replaces header: the call that the agent's phone already has with the target; empty for none."""


class TrunkStateChanged(Message, frozen=True, kw_only=True):
    """A trunk has gone down or come back."""

    trunk: str
    is_up: bool


# Events from the desk


class AgentLoggedIn(Message, frozen=True, kw_only=True):
    """An agent has logged in; `address` is where the leg is opened: a SIP address, a phone's name, a number."""

    agent_id: str
    skill_groups: tuple[str, ...]
    address: str
    request_id: int = 0


class AgentWentReady(Message, frozen=True, kw_only=True):
    """The agent wants calls; ends after-call work too."""

    agent_id: str
    request_id: int = 0


class AgentPaused(Message, frozen=True, kw_only=True):
    """The agent wants a break; during a call it takes effect afterwards."""

    agent_id: str
    reason: str = ""
    request_id: int = 0


class AgentHinted(Message, frozen=True, kw_only=True):
    """A busy agent will soon be free: wrapping up, the disposition form opened, ACW of a known length."""

    agent_id: str
    free_in_s: float | None = None
    """In how many seconds; None where they said only that it will be soon."""
    request_id: int = 0


class AgentLoggedOut(Message, frozen=True, kw_only=True):
    """The agent leaves; a conversation in progress is ended."""

    agent_id: str
    request_id: int = 0


class AgentHungUp(Message, frozen=True, kw_only=True):
    """The agent ended the customer's call."""

    agent_id: str
    request_id: int = 0


class TransferAsked(Message, frozen=True, kw_only=True):
    """The agent hands the customer on: exactly one of the three targets is named."""

    agent_id: str
    number: str = ""
    """An outside number; the agent stays with the customer until it answers."""
    to_agent: str = ""
    """Another agent, who has to be idle."""
    skill_group: str = ""
    """Whoever of these has been idle longest."""
    request_id: int = 0


class TransferGivenUp(Message, frozen=True, kw_only=True):
    """The agent does not want the transfer any more that rings at an outside number."""

    agent_id: str
    request_id: int = 0


class RecordingAsked(Message, frozen=True, kw_only=True):
    """The agent wants the recording of the conversation started, paused, resumed or stopped."""

    agent_id: str
    action: RecordingAction
    request_id: int = 0


class HoldAsked(Message, frozen=True, kw_only=True):
    """The agent wants the customer to wait, hearing music, or to talk again."""

    agent_id: str
    is_held: bool
    request_id: int = 0


class DigitsAsked(Message, frozen=True, kw_only=True):
    """The agent, or a supervisor, wants keys pressed to whoever is on the line."""

    agent_id: str
    digits: str
    """0 to 9, *, #, A to D."""
    request_id: int = 0


class GuestInvited(Message, frozen=True, kw_only=True):
    """Somebody is to come to an agent's conversations: a supervisor, or a third party that the agent wants."""

    guest_id: str
    agent_id: str
    mode: MonitorMode
    address: str = ""
    """As an agent's at login; not needed by one who is there already, and changes mode or agent."""
    is_for_one_call: bool = False
    """A third party: comes to the call on the line and leaves with it."""
    request_id: int = 0


class GuestDismissed(Message, frozen=True, kw_only=True):
    """A guest leaves."""

    guest_id: str
    agent_id: str
    request_id: int = 0


class PreviewAsked(Message, frozen=True, kw_only=True):
    """An idle agent wants a lead of a campaign with the policy `preview` to look at."""

    agent_id: str
    request_id: int = 0


class PreviewDialed(Message, frozen=True, kw_only=True):
    """The agent wants the lead called that they look at."""

    agent_id: str
    request_id: int = 0


class PreviewSkipped(Message, frozen=True, kw_only=True):
    """The agent does not want the lead that they look at."""

    agent_id: str
    reason: str = ""
    """A name of the campaign's `skip_reasons`, or empty."""
    note: str = ""
    """Why, in the agent's own words."""
    number: str = ""
    """Of the lead, as the agent sees it: so that the note is found when that person is erased from a trace."""
    request_id: int = 0


class DispositionSet(Message, frozen=True, kw_only=True):
    """The agent said what came of the call; during after-call work it ends it."""

    agent_id: str
    attempt_id: str
    disposition: str
    """A name of the campaign's dispositions."""
    callback: Callback | None = None
    """When to call again, with a disposition that means so and only with such a one."""
    request_id: int = 0


Event = (
    PollDue
    | TimerFired
    | ShutdownBegan
    | TasksPolled
    | CampaignChanged
    | LeadsReserved
    | CallbacksReserved
    | AttemptsRecorded
    | AttemptsRefused
    | ResultsRecorded
    | DispositionRecorded
    | NumbersBlocked
    | CallRinging
    | CallAnswered
    | AmdDecided
    | CallBridged
    | DigitHeard
    | DigitsSent
    | MessagePlayed
    | CallEnded
    | LegOpened
    | LegClosed
    | LegReferred
    | TrunkStateChanged
    | AgentLoggedIn
    | AgentWentReady
    | AgentPaused
    | AgentHinted
    | AgentLoggedOut
    | AgentHungUp
    | TransferAsked
    | TransferGivenUp
    | RecordingAsked
    | HoldAsked
    | DigitsAsked
    | GuestInvited
    | GuestDismissed
    | PreviewAsked
    | PreviewDialed
    | PreviewSkipped
    | DispositionSet
)
