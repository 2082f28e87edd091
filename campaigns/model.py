"""The words of the house: campaign, lead, attempt, outcome, disposition, CDR.

Everything is immutable; change a thing with `msgspec.structs.replace`. Times are Unix seconds, rates 0..1.
"""

from enum import StrEnum

import msgspec

from campaigns.caller_ids import CallerId, CallerIdPool
from campaigns.consents import NO_CONSENT_STATED, Consent
from campaigns.dispositions import DEFAULT_DISPOSITIONS, Callback, Disposition, Meaning
from campaigns.menus import Menu
from campaigns.skips import DEFAULT_SKIP_REASONS, SkipReason
from campaigns.terms import AbandonWindow, AmdSettings, AttemptCap, LeadOrder, PreviewLimit, Purpose, RecordingMode


class CampaignStatus(StrEnum):
    """Where a campaign stands; only a running one dials."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    """No new calls; leads already reserved are kept, calls in flight run their course."""
    STOPPED = "stopped"
    """No new calls; reserved leads go back to the list, calls in flight run their course."""


class Treatment(StrEnum):
    """What happens when a person answers."""

    AGENT = "agent"
    """The person is put through to an agent."""
    MESSAGE = "message"
    """A message is played; no agent is needed (agentless campaign)."""


class PacingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a campaign is paced."""

    policy: str = "predictive"
    """A name from `pacing.policy.policy_names()`."""
    shadow: str = ""
    """A second policy, asked at every decision: what it would have done is logged, and not done. Empty for none."""
    ratio: float = 1.5
    """Calls per idle agent; used by the `ratio` policy alone."""
    abandon_rate_max: float = 0.03
    """The legal cap on abandoned / answered by a person (16 CFR 310.4(b)(4)(i))."""
    abandon_rate_target: float | None = None
    """Where the pacing steers to; None is as near the cap as is safe."""
    dialing_ends: str = ""
    """When dialing stops for the day, "HH:MM" in the campaign's time zone: the budget of abandoned calls is then spent
    towards that moment. Empty: it may stop at any time, and the account is kept under its cap all along."""
    cancel_after_s: float | None = None
    """Calls that have rung this long may be given up when no agent is expected to be free for them; at least 15
    (16 CFR 310.4(b)(4)(ii)). None lets every call ring out: a call given up is a missed call to somebody."""
    late_cancels_max: int = 1
    """How often one number may be given up so, as far back as the engine remembers its attempts."""
    lead_scores: bool = False
    """Learn from the attempts which leads are likely to answer, and pace by it once it beats the plain answer rate."""
    chooses_leads: bool = False
    """Let the policy choose among the next leads of one priority by their scores; needs `lead_scores`."""
    preview_s: float = 0.0
    """How long an agent may look at a lead under the policy `preview`; 0 sets no limit but the lead's lease."""
    preview_at_limit: PreviewLimit = PreviewLimit.SKIP
    """What becomes of the lead then."""


class CallingWindow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Local wall-clock hours in which people may be called (16 CFR 310.4(c): 08:00 to 21:00 at the called person's)."""

    start: str = "08:00"
    end: str = "21:00"
    """The first minute no longer allowed."""
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """Allowed weekdays, Monday is 0."""


class PhoneKind(StrEnum):
    """What sort of line a number is; retry rules may tell them apart."""

    UNKNOWN = "unknown"
    MOBILE = "mobile"
    HOME = "home"
    WORK = "work"
    OTHER = "other"


class KindRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a retry rule says otherwise of one kind of phone."""

    delay_s: float
    attempts_max: int


class RetryRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a lead may be tried again after one kind of outcome.

    A time at which nobody may be called, at night or on a Sunday, moves to the next at which people may be.
    """

    delay_s: float
    attempts_max: int
    """Attempts of this outcome after which the lead is closed."""
    next_number: bool = False
    """The person's next number is tried then, in turn; where there is only one, that one again."""
    best_hours: tuple[str, ...] = ()
    """Hours where the person is in which to try again, "17:00-20:00"; empty means any that are allowed."""
    by_kind: dict[PhoneKind, KindRule] = {}
    """Other delays and limits for some kinds of phone."""


class Outcome(StrEnum):
    """The one final outcome of an attempt."""

    CONNECTED = "connected"
    """A person answered and was bridged to an agent."""
    ABANDONED = "abandoned"
    """A person answered and no agent was there in time."""
    LOST = "lost"
    """A person answered and hung up before an agent was bridged, inside the answer limit."""
    MESSAGE_PLAYED = "message_played"
    """A person answered an agentless campaign and heard its message."""
    MENU_ENDED = "menu_ended"
    """A person heard a menu that leads to agents, and did not ask for one."""
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    """The called side refused (403, 603)."""
    INVALID_NUMBER = "invalid_number"
    """The number does not exist or is incomplete (404, 410, 484, 604)."""
    CONGESTION = "congestion"
    """The network or the trunk could not carry the call (5xx, no response)."""
    CANCELLED = "cancelled"
    """The dialer gave the call up before its ring timeout."""
    REFUSED = "refused"
    """Never placed: the compliance gate or routing said no at the moment of dialing."""
    INTERRUPTED = "interrupted"
    """The service stopped while the attempt was open; what happened to the call is not known."""


COUNTED_AS_ANSWERED = frozenset({Outcome.CONNECTED, Outcome.ABANDONED, Outcome.LOST, Outcome.MESSAGE_PLAYED})
"""Outcomes in the denominator of the abandon rate."""
ANSWERED_BY_PERSON = COUNTED_AS_ANSWERED | {Outcome.MENU_ENDED}
"""Outcomes of calls that a person picked up. Whoever heard a menu and asked for no agent could not be abandoned, and
must not make those who were look fewer."""

DEFAULT_RETRY_RULES: dict[Outcome, RetryRule] = {
    Outcome.BUSY: RetryRule(delay_s=15 * 60, attempts_max=5),
    Outcome.NO_ANSWER: RetryRule(delay_s=4 * 3600, attempts_max=4),
    Outcome.MACHINE: RetryRule(delay_s=72 * 3600, attempts_max=3),
    Outcome.CONGESTION: RetryRule(delay_s=10 * 60, attempts_max=5),
    Outcome.CANCELLED: RetryRule(delay_s=4 * 3600, attempts_max=4),
    Outcome.LOST: RetryRule(delay_s=24 * 3600, attempts_max=2),
    Outcome.ABANDONED: RetryRule(delay_s=72 * 3600, attempts_max=1),
    Outcome.INTERRUPTED: RetryRule(delay_s=24 * 3600, attempts_max=2),
    Outcome.REFUSED: RetryRule(delay_s=3600, attempts_max=5),
}
"""Outcomes that are missing here close the lead."""


class Campaign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One calling campaign with all its settings; every field but the name and the skill group has a default."""

    campaign_id: int
    name: str
    status: CampaignStatus = CampaignStatus.DRAFT
    skill_group: str
    treatment: Treatment = Treatment.AGENT
    message: str = "safe-harbour"
    """The recorded message that an agentless campaign plays, and that an abandoned person hears."""
    opt_out_digit: str = "9"
    """Pressed during the message, it puts the number on the do-not-call list and ends the call (47 CFR
    64.1200(a)(7)(i)(B)); empty for none. The message must say so; the built-in one says 9."""
    menu: Menu | None = None
    """What a person hears at the answer, and does by keys, before an agent or in place of the message; None for no
    menu."""
    pacing: PacingSettings = PacingSettings()
    caller_id: str = ""
    """The number shown to the called person, E.164; empty means the trunk's own."""
    caller_ids: CallerIdPool = CallerIdPool()
    """Several numbers to show instead, and how often each may be."""
    trunk_group: str = "default"
    ring_timeout_s: float = 25.0
    """At least 15 (16 CFR 310.4(b)(4)(ii))."""
    answer_limit_s: float = 2.0
    """How long a person who answered may wait for an agent before the call is abandoned."""
    acw_s_max: float = 60.0
    """After-call work ends by itself after this long."""
    attempts_max: int = 8
    """Attempts per lead, ever."""
    time_zone: str = "UTC"
    """IANA zone of leads that state none."""
    calling_window: CallingWindow = CallingWindow()
    compliance: str = "general"
    """A profile from `campaigns.rules.profiles`, or "by-number" for those of each called number's country and state."""
    purpose: Purpose = Purpose.SALES
    attempt_caps: tuple[AttemptCap, ...] = ()
    """Caps of the campaign's own, beside those of its profiles."""
    holidays: tuple[str, ...] = ()
    """Nobody is called on the public holidays of these countries or regions, "US" or "US-AL"."""
    amd: AmdSettings = AmdSettings()
    """Answering-machine detection; off unless enabled here or for the whole engine."""
    recording: RecordingMode = RecordingMode.OFF
    """Which conversations are recorded; where the law asks for consent, it is the campaign's to get."""
    amd_false_positives: float = 0.03
    """The tested share of the calls AMD called machines that were persons; some regulators count it as abandoned."""
    starts_on: str = ""
    """ISO date; nobody is called before that day in the campaign's zone. Empty means at once."""
    ends_on: str = ""
    """ISO date, the last day on which people are called; empty means without end."""
    retry_rules: dict[Outcome, RetryRule] = msgspec.field(default_factory=lambda: dict(DEFAULT_RETRY_RULES))
    lead_order: LeadOrder = LeadOrder.LONGEST_WAITING
    """In which order leads of one priority are called; higher priorities go first."""
    list_weights: dict[str, float] = msgspec.field(default_factory=dict)
    """List mix: how the next leads are shared among lists, by name; 1 for one that is not named, 0 for a list that is
    not called. Each list then goes by its own priorities. Empty: all lists as one."""
    script: str = ""
    """What the agent is shown to say."""
    screen_fields: tuple[str, ...] = ()
    """The lead's attributes that the agent's screen shows, in this order; empty means all of them."""
    dispositions: tuple[Disposition, ...] = DEFAULT_DISPOSITIONS
    """What agents may say came of a call."""
    skip_reasons: tuple[SkipReason, ...] = DEFAULT_SKIP_REASONS
    """Why agents may skip a lead that they look at (policy `preview`); where there is none, they need not say."""
    priority: int = 0
    """Campaigns that share agents are served in this order, highest first."""
    tenant_id: int = 1
    """Whose campaign it is; given at its creation. Everything in a campaign is its tenant's."""


class LeadStatus(StrEnum):
    """Where a lead stands."""

    OPEN = "open"
    """May be dialed once its time has come."""
    RESERVED = "reserved"
    """Leased to an engine, waiting in its hopper or being dialed."""
    CLOSED = "closed"
    """Will not be dialed again."""


class LeadNumber(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the numbers under which a person can be reached."""

    number: str
    """E.164 with its plus sign."""
    kind: PhoneKind = PhoneKind.UNKNOWN
    priority: int = 0
    """The number with the highest is tried first."""


class Lead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A person to call."""

    lead_id: int
    campaign_id: int
    number: str
    """The number to dial next, E.164 with its plus sign."""
    name: str = ""
    time_zone: str = ""
    """IANA zone of the person; empty means the campaign's."""
    priority: int = 0
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    status: LeadStatus = LeadStatus.OPEN
    attempts_made: int = 0
    not_before: float = 0.0
    """The earliest time of the next attempt."""
    external_id: str = ""
    closed_reason: str = ""
    """Why the lead will not be dialed again; empty while it may be."""
    phone_kind: PhoneKind = PhoneKind.UNKNOWN
    """What sort of line `number` is."""
    numbers: tuple[LeadNumber, ...] = ()
    """All the person's numbers, best first, `number` among them; empty where there is only that one."""
    postal_code: str = ""
    language: str = ""
    """BCP 47, such as en or pt-BR; empty where the list states none."""
    consent: Consent = NO_CONSENT_STATED
    list_id: int = 0
    """The list within the campaign; 0 for a lead of no list."""
    callback: Callback | None = None
    """When the person has asked to be called again; `not_before` is its beginning then, or later."""


class NewLead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A lead that has been checked and is not yet stored; see `Lead` for the fields."""

    number: str
    name: str = ""
    time_zone: str = ""
    priority: int = 0
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    external_id: str = ""
    phone_kind: PhoneKind = PhoneKind.UNKNOWN
    numbers: tuple[LeadNumber, ...] = ()
    """All numbers, best first, `number` being the first; empty where there is only that one."""
    postal_code: str = ""
    language: str = ""
    consent: Consent = NO_CONSENT_STATED


def attempt_id(lead_id: int, number: int) -> str:
    """The attempt's name everywhere, "4711-2": the second try at lead 4711; also the id of its call."""
    return f"{lead_id}-{number}"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try at one lead, from the moment it is decided; it gets its one outcome when it is over."""

    attempt_id: str
    lead_id: int
    attempt_number: int
    """1 for the first try; unique per lead, so no crash can make the same try twice."""
    campaign_id: int
    number: str
    caller_id: str
    trunk: str
    placed_at: float
    ringing_at: float | None = None
    answered_at: float | None = None
    bridged_at: float | None = None
    ended_at: float | None = None
    outcome: Outcome | None = None
    sip_status: int | None = None
    """The SIP status that refused or ended the INVITE; None where the call was answered, and where no status came."""
    cause: str = ""
    """What ended the call, in words a person can act on."""
    agent_id: str = ""
    disposition: str = ""
    """What the agent said of the call."""
    meaning: Meaning | None = None
    """What that meant in the campaign when it was said; the store sets it."""
    asked_at: float | None = None
    """When the person asked for an agent by a menu's key, Unix seconds; None where the answer itself asks for one."""

    @property
    def waited_from(self) -> float | None:
        """Since when an agent was owed, Unix seconds; None where nobody answered."""
        return self.answered_at if self.asked_at is None else self.asked_at


class Cdr(msgspec.Struct, frozen=True, kw_only=True):
    """The call detail record of one finished call (16 CFR 310.5(a)(2) names the fields)."""

    call_id: str
    campaign_id: int
    calling_number: str
    called_number: str
    trunk: str
    started_at: float
    answered_at: float | None
    ended_at: float
    talk_s: float
    """Seconds between bridge and end; 0 where no agent was bridged."""
    outcome: Outcome
    sip_status: int | None
    cause: str
    agent_id: str
    digits: str = ""
    """Keys that the called person pressed."""
    amd: str = ""
    """What AMD took the answer for, a `dialer.model.AmdResult`; empty where it did not judge."""
    amd_confidence: float | None = None
    """0..1; how sure it was."""
    amd_reason: str = ""
    """What it went by, and after how many seconds of audio."""
    audio: str = ""
    """A `campaigns.quality.Audio`, as the figures below are of a `CallQuality`; empty where the call had none."""
    jitter_s: float | None = None
    loss_rate: float | None = None
    far_loss_rate: float | None = None
    round_trip_s: float | None = None
    mos: float | None = None


class CampaignTask(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign as the 15-s poll finds it, with its abandon account read from the attempts."""

    campaign: Campaign
    answered: int = 0
    """Calls answered by a person in the window so far."""
    abandoned: int = 0
    window_started_at: float = 0.0
    leads_open: int = 0
    """Leads that may still be dialed, now or later; an estimate is enough."""
    callbacks_due: dict[str, int] = {}
    """Callbacks that are due and wait in the store, by the agent who is to call; those for anybody under ""."""
    windows: tuple[AbandonWindow, ...] = ()
    """The accounts by which the profiles judge, beside the one of today above."""
    caller_ids: tuple[CallerId, ...] = ()
    """The registered numbers of the campaign's pool, with their use; none where it shows a fixed one."""
    caller_id_by_list: dict[int, str] = {}
    """Of them, the numbers that go with a list, by the list's id."""
