"""The schema of a scenario file; every number has its unit in its name, every key that is not here is an error.

Times of day are "HH:MM" on the scenario's own clock (UTC); durations are seconds; probabilities and shares are 0..1.
"""

import datetime as dt
from enum import StrEnum

import msgspec

from campaigns.menus import Menu
from campaigns.model import CallingWindow, Outcome, PacingSettings, RetryRule, Treatment
from dialer.model import EngineSettings
from simulation.models.distributions import AnyDuration, Deterministic, Lognormal, Uniform
from simulation.scenario.carrier import Carrier
from simulation.scenario.checks import (
    ScenarioValueError,
    above,
    at_least,
    menu,
    pacing_settings,
    probability,
    seconds_of_day,
    time_of_day,
)
from simulation.scenario.part import Part


class Day(Part, frozen=True, kw_only=True):
    """When the dialer works."""

    date: dt.date = dt.date(2026, 3, 2)
    """The first day; a Monday."""
    start: str = "09:00"
    hours: float = 8.0
    days: int = 1
    """Working days in a row, one after the other."""
    warmup_s: float = 0.0
    """Left out of the figures at the beginning of every day, where a steady state is asked for."""

    def __post_init__(self) -> None:
        time_of_day("start", self.start)
        above("hours", self.hours, 0.0)
        above("days", self.days, 0)
        at_least("warmup_s", self.warmup_s, 0.0)
        if seconds_of_day(self.start) + self.hours * 3600.0 > 86_400.0:
            raise ScenarioValueError("hours", f"is {self.hours:g}: the day would end after midnight")
        if self.warmup_s >= self.hours * 3600.0:
            raise ScenarioValueError("warmup_s", f"is {self.warmup_s:g}, the whole day: nothing would be measured")


class Break(Part, frozen=True, kw_only=True):
    """A planned break, taken by every agent of the group near `at`."""

    at: str
    duration_s: float
    spread_s: float = 0.0
    """Agents begin evenly spread over this long after `at`."""

    def __post_init__(self) -> None:
        time_of_day("at", self.at)
        above("duration_s", self.duration_s, 0.0)
        at_least("spread_s", self.spread_s, 0.0)


class MassLogOff(Part, frozen=True, kw_only=True):
    """A share of the group leaves at one moment."""

    at: str
    share: float
    back_at: str | None = None
    """When they log in again; never, where it is left out."""

    def __post_init__(self) -> None:
        time_of_day("at", self.at)
        probability("share", self.share)
        if self.back_at is not None:
            time_of_day("back_at", self.back_at)


class Agents(Part, frozen=True, kw_only=True):
    """A group of agents with one shift and one manner of working."""

    count: int
    """Agents in the group, one at least."""
    skill_groups: tuple[str, ...] = ("default",)
    log_in: str | None = None
    """The start of the day, where it is left out."""
    log_out: str | None = None
    """The end of the day, where it is left out."""
    late: AnyDuration = Deterministic(value_s=0.0)
    """How long after `log_in` each agent arrives."""
    speed_cv: float = 0.0
    """Spread between agents: each one's talk and ACW are multiplied by a constant with mean 1 and this spread."""
    speeds: tuple[float, ...] = ()
    """The factors of agents who are known, in place of drawn ones; a group of more agents begins again at the first."""
    pause_probability: float = 0.0
    """Chance that an agent goes on a pause nobody planned after a call."""
    pause: AnyDuration = Deterministic(value_s=300.0)
    pauses_announced: bool = True
    """True: the agent asks for the pause during the call. False: it is taken at the end of ACW, as a surprise."""
    talk_hint_s: float | None = None
    """So long before a conversation ends the agent says so; never, where it is left out."""
    tells_acw: bool = False
    """True: when ACW begins the desk says how long it will take."""
    breaks: tuple[Break, ...] = ()
    mass_log_offs: tuple[MassLogOff, ...] = ()

    def __post_init__(self) -> None:
        if self.count <= 0:
            raise ScenarioValueError("count", f"is {self.count}; a group has at least one agent")
        if not self.skill_groups:
            raise ScenarioValueError("skill_groups", "is empty; agents without a skill group get no calls")
        for key, value in (("log_in", self.log_in), ("log_out", self.log_out)):
            if value is not None:
                time_of_day(key, value)
        at_least("speed_cv", self.speed_cv, 0.0)
        if self.speeds and self.speed_cv:
            raise ScenarioValueError("speeds", "contradicts speed_cv: give the factors, or how far drawn ones spread")
        for factor in self.speeds:
            above("speeds", factor, 0.0)
        if self.talk_hint_s is not None:
            at_least("talk_hint_s", self.talk_hint_s, 0.0)
        probability("pause_probability", self.pause_probability)


class Amd(Part, frozen=True, kw_only=True):
    """Answering-machine detection: how long it listens and how often it errs."""

    delay: AnyDuration = Lognormal(mean_s=2.0, cv=0.4, max_s=4.0)
    person_error: float = 0.03
    """Persons taken for machines: they hear silence and a hang-up."""
    machine_error: float = 0.1
    """Machines taken for persons: they cost an agent's time."""

    def __post_init__(self) -> None:
        probability("person_error", self.person_error)
        probability("machine_error", self.machine_error)


class Failure(StrEnum):
    """How a call fails before anybody could answer; the values are those of `dialer.model.CallCause`."""

    BUSY = "busy"
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"
    REJECTED = "rejected"


DEFAULT_FAILURES = {Failure.BUSY: 0.4, Failure.INVALID_NUMBER: 0.3, Failure.CONGESTION: 0.2, Failure.REJECTED: 0.1}


class Customers(Part, frozen=True, kw_only=True):
    """How the people of a campaign's list take calls.

    A call meets a person with the answer probability; the rest is shared out by the weights below.
    """

    answer_probability: float = 0.30
    """Chance that a person answers a call, of all leads together."""
    answer_concentration: float | None = None
    """Leads differ: each one's probability is Beta distributed with this a + b; all alike where it is left out."""
    answer_classes: int = 0
    """The list shows in which of so many equal parts of these leads each one lies, as the attribute "class" with 0 for
    the least likely to answer; an answer model may learn from it. 0: nothing is shown."""
    list_factors: tuple[float, ...] = ()
    """The leads come from so many lists in turn, told by the attribute "list" from 0 on; each multiplies the odds of an
    answer by its factor."""
    list_leads: int = 1
    """So many leads of one list come before the next list's turn."""
    hour_factors: dict[str, float] = msgspec.field(default_factory=dict)
    """Multiplies the odds of an answer in an hour of the day, e.g. { 9 = 1.0, 17 = 1.6 }; 1 for hours left out."""
    attempt_factor: float = 1.0
    """Multiplies the odds of an answer with every further attempt at a lead."""
    machine: float = 0.2
    """Weight of machines among the calls that no person answers."""
    no_answer: float = 0.4
    """Weight of phones that ring unanswered."""
    failure: float = 0.1
    """Weight of calls that fail before anybody could answer."""
    failures: dict[Failure, float] = msgspec.field(default_factory=lambda: dict(DEFAULT_FAILURES))
    """Weights of the kinds of failure."""
    answer_delay: AnyDuration = Lognormal(mean_s=14.0, cv=0.5, max_s=28.0)
    """From placing the call to a person's answer; a person slower than the ring timeout counts as no answer."""
    machine_delay: AnyDuration = Lognormal(mean_s=18.0, cv=0.3, max_s=28.0)
    """From placing the call to a machine's answer."""
    failure_delay: AnyDuration = Uniform(low_s=2.0, high_s=6.0)
    """From placing the call to its failure."""
    post_dial_delay: AnyDuration = Deterministic(value_s=2.0)
    """From placing the call to the far end's ringing."""
    person_early_media: float = 0.0
    machine_early_media: float = 0.0
    """Shares of persons' phones and of machines that ring with 183 and early media instead of 180; phones that ring
    unanswered are persons'."""
    amd: Amd | None = None
    """Without AMD an agent gets the machine, and hangs up after `machine_talk`."""
    machines_known: bool = False
    """True: the carrier itself tells machines apart, at once and without error, and no agent gets one."""
    machine_talk: AnyDuration = Lognormal(mean_s=8.0, cv=0.4)
    patience: AnyDuration | None = None
    """How long a person holds a silent line; for ever, where it is left out."""
    keys: dict[str, float] = msgspec.field(default_factory=dict)
    """Shares of persons who press each key while a menu or a message plays, e.g. { 1 = 0.2, 9 = 0.05 }; the others
    press none. Everybody presses one key at most."""
    key_delay: AnyDuration = Lognormal(mean_s=5.0, cv=0.5)
    """From the beginning of what plays to that key."""
    talk: AnyDuration = Lognormal(mean_s=120.0, cv=1.0)
    """From the bridge to the end of the conversation, with an agent of average speed."""
    acw: AnyDuration = Lognormal(mean_s=15.0, cv=0.5)
    """After-call work, of an agent of average speed."""

    def __post_init__(self) -> None:
        for key in ("answer_probability", "person_early_media", "machine_early_media"):
            probability(key, getattr(self, key))
        for key in ("machine", "no_answer", "failure", "attempt_factor"):
            at_least(key, getattr(self, key), 0.0)
        if self.answer_probability < 1.0 and self.machine + self.no_answer + self.failure <= 0.0:
            raise ScenarioValueError("no_answer", "is 0 and so are machine and failure: unanswered calls have no fate")
        if any(weight < 0.0 for weight in self.failures.values()) or sum(self.failures.values()) <= 0.0:
            raise ScenarioValueError("failures", "needs weights of 0 or more, one of them more")
        if self.answer_concentration is not None:
            above("answer_concentration", self.answer_concentration, 0.0)
        at_least("answer_classes", self.answer_classes, 0)
        above("list_leads", self.list_leads, 0)
        for factor in self.list_factors:
            at_least("list_factors", factor, 0.0)
        for share in (*self.keys.values(), sum(self.keys.values())):
            probability("keys", share)
        if self.answer_classes and self.answer_concentration is None:
            raise ScenarioValueError("answer_classes", "needs answer_concentration: there the leads are all alike")
        for hour, factor in self.hour_factors.items():
            if not (hour.isdigit() and 0 <= int(hour) <= 23):
                raise ScenarioValueError("hour_factors", f"has the key {hour!r}; hours are 0 to 23")
            at_least("hour_factors", factor, 0.0)
        if self.amd is not None and self.machines_known:
            raise ScenarioValueError("machines_known", "contradicts amd: leave one of them out")


class ScenarioCampaign(Part, frozen=True, kw_only=True):
    """One campaign with its list and the people on it."""

    name: str
    skill_group: str = "default"
    leads: int = 0
    """Leads on the list; with `endless` the list is topped up as it is dialed, and this is where it starts."""
    endless: bool = False
    priority: int = 0
    treatment: Treatment = Treatment.AGENT
    menu: Menu | None = None
    """As the product's: keys, what they do, how long is waited; who presses which is said of the customers."""
    pacing: PacingSettings = PacingSettings()
    ring_timeout_s: float = 28.0
    answer_limit_s: float = 2.0
    acw_s_max: float = 600.0
    attempts_max: int = 8
    calling_window: CallingWindow = CallingWindow(start="00:00", end="23:59")
    retry_rules: dict[Outcome, RetryRule] | None = None
    """The product's own, where it is left out; an empty table means no second attempt at anything."""
    customers: Customers = Customers()

    def __post_init__(self) -> None:
        if not self.endless and self.leads <= 0:
            raise ScenarioValueError("leads", f"is {self.leads}: the list is empty; give leads, or endless = true")
        at_least("leads", self.leads, 0)
        for key in ("ring_timeout_s", "acw_s_max"):
            above(key, getattr(self, key), 0.0)
        at_least("answer_limit_s", self.answer_limit_s, 0.0)
        above("attempts_max", self.attempts_max, 0)
        pacing_settings("pacing", self.pacing)
        menu("menu", self.menu, self.treatment, self.pacing)
        for outcome, rule in (self.retry_rules or {}).items():
            at_least(f"retry_rules.{outcome}.delay_s", rule.delay_s, 0.0)
            above(f"retry_rules.{outcome}.attempts_max", rule.attempts_max, 0)


class Parameter(StrEnum):
    """What a change can change: a factor multiplies the model's durations and is 1 before its first change."""

    ANSWER_PROBABILITY = "answer_probability"
    ATTEMPT_FACTOR = "attempt_factor"
    MACHINE = "machine"
    NO_ANSWER = "no_answer"
    FAILURE = "failure"
    ANSWER_DELAY_FACTOR = "answer_delay_factor"
    MACHINE_DELAY_FACTOR = "machine_delay_factor"
    FAILURE_DELAY_FACTOR = "failure_delay_factor"
    POST_DIAL_DELAY_FACTOR = "post_dial_delay_factor"
    AMD_DELAY_FACTOR = "amd_delay_factor"
    AMD_PERSON_ERROR = "amd_person_error"
    AMD_MACHINE_ERROR = "amd_machine_error"
    PATIENCE_FACTOR = "patience_factor"
    TALK_FACTOR = "talk_factor"
    MACHINE_TALK_FACTOR = "machine_talk_factor"
    ACW_FACTOR = "acw_factor"
    PAUSE_PROBABILITY = "pause_probability"
    """Of all agents alike."""
    PAUSE_FACTOR = "pause_factor"
    CARRIER_FAILURE_PROBABILITY = "carrier_failure_probability"
    CARRIER_CPS_CARRIED = "carrier_cps_carried"
    CARRIER_CHANNELS_MAX = "carrier_channels_max"
    """Channels it really has; the dialer goes on believing `carrier.channels_max`."""
    BRIDGE_DELAY_S = "bridge_delay_s"


PROBABILITIES = frozenset(
    {
        Parameter.ANSWER_PROBABILITY,
        Parameter.AMD_PERSON_ERROR,
        Parameter.AMD_MACHINE_ERROR,
        Parameter.PAUSE_PROBABILITY,
        Parameter.CARRIER_FAILURE_PROBABILITY,
    }
)
OF_ALL_CAMPAIGNS = frozenset(
    {
        Parameter.PAUSE_PROBABILITY,
        Parameter.PAUSE_FACTOR,
        Parameter.CARRIER_FAILURE_PROBABILITY,
        Parameter.CARRIER_CPS_CARRIED,
        Parameter.CARRIER_CHANNELS_MAX,
        Parameter.BRIDGE_DELAY_S,
    }
)
"""Parameters of the agents and the carrier, which campaigns share."""


class Change(Part, frozen=True, kw_only=True):
    """A step (over_s = 0) or drift of one parameter to a new value, every day at the same time."""

    at: str
    parameter: Parameter
    value: float
    over_s: float = 0.0
    campaign: str = ""
    """The campaign concerned; all of them, where it is left out."""

    def __post_init__(self) -> None:
        time_of_day("at", self.at)
        at_least("over_s", self.over_s, 0.0)
        at_least("value", self.value, 0.0)
        if self.parameter in PROBABILITIES:
            probability("value", self.value)
        if self.parameter in OF_ALL_CAMPAIGNS and self.campaign:
            raise ScenarioValueError("campaign", f"does not go with {self.parameter}, which campaigns share")


class Scenario(Part, frozen=True, kw_only=True):
    """One world to run the dialer in."""

    name: str
    description: str = ""
    day: Day = Day()
    agents: tuple[Agents, ...]
    carrier: Carrier = Carrier()
    campaigns: tuple[ScenarioCampaign, ...]
    changes: tuple[Change, ...] = ()
    engine: EngineSettings = EngineSettings()
    dispositions: bool = False
    """True: agents end ACW by setting a disposition, which is stored; False: by asking for the next call."""

    def __post_init__(self) -> None:
        if not self.agents and any(campaign.treatment is Treatment.AGENT for campaign in self.campaigns):
            raise ScenarioValueError("agents", "is empty; add an [[agents]] table")
        if not self.campaigns:
            raise ScenarioValueError("campaigns", "is empty; add a [[campaigns]] table")
        names = [campaign.name for campaign in self.campaigns]
        if len(set(names)) < len(names):
            raise ScenarioValueError("campaigns", "has two campaigns of one name")
        for change in self.changes:
            if change.campaign and change.campaign not in names:
                raise ScenarioValueError("changes", f"names the campaign {change.campaign!r}, which is not there")
        if self.engine.trunks:
            raise ScenarioValueError("engine", "names trunks; in a scenario the trunk is the [carrier] table")
