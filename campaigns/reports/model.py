"""The words of reports: what is asked for, the counts a store gives, and the rows of each report.

A row's fields are its report's columns; the end of a field's name says what stands there: `_at` a time, `_s` seconds,
`_rate` a rate 0..1. None is what cannot be said, such as a rate of no calls.
"""

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from campaigns.model import Outcome

R = TypeVar("R")


class Grouping(StrEnum):
    """By what attempts are counted together."""

    HOUR = "hour"
    """Each hour of each day."""
    HOUR_OF_DAY = "hour-of-day"
    WEEKDAY = "weekday"
    DAY = "day"
    MONTH = "month"
    LIST = "list"
    ATTEMPT_NUMBER = "attempt-number"
    """First tries, second tries and so on: the penetration of a list."""
    CAMPAIGN = "campaign"
    CALLER_ID = "caller-id"
    TRUNK = "trunk"
    AGENT = "agent"
    DISPOSITION = "disposition"


class Key(StrEnum):
    """What a store groups attempts by; the rest is made of quarters of an hour."""

    QUARTER = "quarter"
    """900-second quarters since 1970: every time zone's hour is made of whole ones."""
    LIST = "list"
    ATTEMPT_NUMBER = "attempt_number"
    CALLER_ID = "caller_id"
    TRUNK = "trunk"
    AGENT = "agent"
    DISPOSITION = "disposition"


QUARTER_S = 900


class ReportFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which attempts a report is about: those placed from `since` until just before `until`."""

    campaign_ids: tuple[int, ...]
    since: float | None = None
    until: float | None = None
    list_id: int | None = None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts of one campaign with the same keys and one outcome."""

    campaign_id: int
    keys: tuple[int | str, ...]
    """In the order in which they were asked for."""
    outcome: Outcome | None
    """None for attempts still open."""
    attempts: int
    not_placed: int
    """Of these, written but never dialed."""
    talk_s: float
    wait_s: float
    """From the answer to the agent, over all attempts that were bridged."""


class LeadTally(msgspec.Struct, frozen=True, kw_only=True):
    """The leads of one list of one campaign, ever."""

    campaign_id: int
    list_id: int
    leads: int
    leads_open: int
    """May still be dialed, now or later; those being dialed are among them."""
    leads_dialed: int
    """Tried at least once."""
    leads_reached: int
    """A person answered at least once."""
    leads_invalid: int
    """A number turned out not to exist."""


class ImportTally(msgspec.Struct, frozen=True, kw_only=True):
    """What imports brought to one list of one campaign; those rolled back are left out."""

    campaign_id: int
    list_id: int
    rows: int
    accepted: int
    rejected: int
    duplicates: int
    blocked: int


class ListName(msgspec.Struct, frozen=True, kw_only=True):
    """A list and its name."""

    campaign_id: int
    list_id: int
    name: str


class AgentTally(msgspec.Struct, frozen=True, kw_only=True):
    """Time that one agent spent in one state within one quarter of an hour."""

    agent_id: str
    quarter: int
    state: str
    seconds: float
    entries: int
    """How often the state was entered."""
    first_at: float
    last_at: float


class AgentStay(msgspec.Struct, frozen=True, kw_only=True):
    """An agent in one state for a while, at most until the end of a quarter of an hour."""

    tenant_id: int
    agent_id: str
    state: str
    started_at: float
    ended_at: float
    is_entry: bool
    """False where the state goes on from the quarter before."""


class CallTally(msgspec.Struct, frozen=True, kw_only=True):
    """What the law looks at in the calls of one campaign placed within one quarter of an hour."""

    campaign_id: int
    quarter: int
    placed: int
    late_connects: int
    """Bridged to an agent more than two seconds after the answer."""
    short_rings: int
    """Given up unanswered before they had rung for the legal minimum."""
    refused: int
    """Not placed because the gate or routing said no."""


class DigitTally(msgspec.Struct, frozen=True, kw_only=True):
    """Answered calls of one campaign placed within one quarter of an hour, in which the same keys were pressed."""

    campaign_id: int
    quarter: int
    digits: str
    """In the order in which they were pressed; empty for none."""
    calls: int


class UsageTally(msgspec.Struct, frozen=True, kw_only=True):
    """What one campaign used within one quarter of an hour."""

    campaign_id: int
    quarter: int
    calls: int = 0
    """Placed."""
    answered: int = 0
    """Of these, answered by anybody or anything: what carriers bill."""
    answered_s: float = 0.0
    """From the answer to the end."""
    talk_s: float = 0.0
    recordings: int = 0
    """Begun then, and still kept."""
    recorded_s: float = 0.0
    imports: int = 0
    """Begun then; those rolled back are among them."""
    import_rows: int = 0


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts by outcome; attempts = the sum of all outcomes and `open`."""

    attempts: int
    placed: int
    """Calls that left; attempts that were refused or withdrawn before are not among them."""
    answered: int
    """By a person: connected + abandoned + lost + message_played + menu_ended."""
    connected: int = 0
    abandoned: int = 0
    lost: int = 0
    message_played: int = 0
    menu_ended: int = 0
    machine: int = 0
    busy: int = 0
    no_answer: int = 0
    rejected: int = 0
    invalid_number: int = 0
    congestion: int = 0
    cancelled: int = 0
    refused: int = 0
    interrupted: int = 0
    open: int = 0
    answer_rate: float | None = None
    """answered / placed."""
    abandon_rate: float | None = None
    """abandoned / answered, of all calls in this row; the regulators' own accounts are in the compliance report."""
    talk_s: float = 0.0
    talk_mean_s: float | None = None
    """A connected call's."""
    wait_mean_s: float | None = None
    """From the answer to the agent."""


class OutcomeRow(Counts, frozen=True, kw_only=True):
    """Attempts by outcome of one group."""

    campaign_id: int | None
    """None where a group may be of several campaigns."""
    group: str


class CampaignRow(Counts, frozen=True, kw_only=True):
    """One campaign: its leads as they are now, and its attempts in the period."""

    campaign_id: int
    name: str
    status: str
    leads: int
    leads_open: int
    leads_dialed: int
    leads_reached: int
    dialed_rate: float | None
    """Penetration: leads dialed / leads."""
    reached_rate: float | None
    """leads reached / leads dialed."""


class ListRow(msgspec.Struct, frozen=True, kw_only=True):
    """How good one list is; rows = accepted + rejected + duplicates of its imports."""

    campaign_id: int
    list_id: int
    list: str
    rows: int
    accepted: int
    rejected: int
    duplicates: int
    blocked: int
    rejected_rate: float | None
    duplicate_rate: float | None
    leads: int
    leads_open: int
    leads_dialed: int
    leads_reached: int
    leads_invalid: int
    dialed_rate: float | None
    reached_rate: float | None
    invalid_rate: float | None
    """leads invalid / leads dialed."""


class AgentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's time and calls, over the period or in one hour of it."""

    agent_id: str
    group: str
    """The hour or day; empty for the whole period."""
    first_at: float | None
    """Signed in."""
    last_at: float | None
    """Last seen signed in."""
    signed_in_s: float
    connecting_s: float
    paused_s: float
    idle_s: float
    previewing_s: float
    reserved_s: float
    talking_s: float
    acw_s: float
    pauses: int
    calls: int
    """Bridged to this agent; counted in the hour in which the call was placed."""
    acw_mean_s: float | None
    occupancy_rate: float | None
    """(talking + ACW) / (idle + previewing + reserved + talking + ACW)."""


class DispositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often one agent said one thing of a call."""

    campaign_id: int
    agent_id: str
    disposition: str
    """Empty where the agent said nothing."""
    calls: int
    share_rate: float
    """Of the agent's calls in this campaign."""


class ComplianceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign on one day by one regulator's rule, as its account stood when the day ended."""

    campaign_id: int
    name: str
    day: str
    """In the campaign's time zone."""
    rule: str
    """Profile and period, such as "us 30d"; empty where the campaign's profile has no abandon rule."""
    period_started_at: float | None
    period_answered: int
    """By persons, as the rule counts them, in its period up to this day's end."""
    period_abandoned: int
    period_abandon_rate: float | None
    abandon_max_rate: float
    is_kept: bool
    """The rate is not above its cap."""
    placed: int
    answered: int
    abandoned: int
    """This day."""
    machines: int
    late_connects: int
    """Connected to an agent more than 2 s after the answer (16 CFR 310.4(b)(4)(iii))."""
    short_rings: int
    """Given up before they had rung 15 s (16 CFR 310.4(b)(4)(ii))."""
    refused: int
    """Not placed because the gate or routing said no."""


class DigitRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often people pressed one key in the calls of one campaign."""

    campaign_id: int
    group: str
    """The hour, day or month; empty for the whole period."""
    digit: str
    calls: int
    """In which it was pressed."""
    presses: int
    first: int
    """Calls in which it was the first key."""
    answered: int
    """Calls that were answered, with keys or without."""
    share_rate: float | None
    """calls / answered."""


class UsageRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant used in a day or month: a row for each campaign, and one for what is of none."""

    tenant_id: int
    period: str
    campaign_id: int | None
    """None for what belongs to no campaign: the agents' time."""
    name: str
    calls: int
    answered: int
    answered_s: float
    """Answered minutes, in seconds: from each answer, by whomever or whatever, to the end of the call."""
    talk_s: float
    agents_s: float
    """Agents' time signed in."""
    recordings: int
    """Begun in the period and still kept."""
    recordings_bytes: int
    imports: int
    import_rows: int


class Report(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """One report as JSON."""

    report: str
    since: float | None
    until: float | None
    time_zone: str
    """Of the days and hours in it."""
    rows: tuple[R, ...]
