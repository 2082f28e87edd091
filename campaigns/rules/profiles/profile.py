"""The shape of a compliance profile: the rules of one country or state, each with its source and how well it is known.

A profile only forbids. Several may hold for one call (a country's and a state's); the call must be allowed by all.
"""

from enum import StrEnum

import msgspec

from campaigns.model import Outcome
from campaigns.terms import Scope, Within


class Standing(StrEnum):
    """How far a rule was checked against its source."""

    READ = "read"
    """The statement was read in the source named."""
    SECONDARY = "secondary"
    """Only a report of the source was read."""
    MEMORY = "memory"
    """From memory: verify before you rely on it."""
    DISPUTED = "disputed"
    """Sources conflict; the stricter reading is taken."""
    CAUTION = "caution"
    """No law is known: what careful callers keep to."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule of a profile says of itself."""

    source: str
    """The paragraph, or where it was read."""
    standing: Standing
    effective_from: str = ""
    """ISO date in the called person's country; empty means it is in force."""
    note: str = ""


class Hours(Rule, frozen=True, kw_only=True):
    """Wall-clock hours in which people may be called. Days that no entry of a profile names are closed."""

    days: tuple[int, ...]
    """Monday is 0."""
    spans: tuple[str, ...]
    """"08:00-21:00"; the end is the first minute no longer allowed."""


class Holidays(Rule, frozen=True, kw_only=True):
    """Nobody is called on these public holidays, as the `holidays` package knows them."""

    country: str
    """ISO 3166-1."""
    subdivision: str = ""
    """The second half of ISO 3166-2, "AL"; empty for the holidays of the whole country."""


class Cap(Rule, frozen=True, kw_only=True):
    """At most so many attempts, the next one included."""

    attempts_max: int
    within: Within
    scope: Scope = Scope.NUMBER


class Quiet(Rule, frozen=True, kw_only=True):
    """No call to a number for a while after an attempt that ended so, by whichever campaign."""

    after: tuple[Outcome, ...] = ()
    after_dispositions: tuple[str, ...] = ()
    """Meanings of dispositions, such as "refusal"."""
    hours: float = 0.0
    days: int = 0
    """Calendar days where the person is, the day of the attempt being the first; 0 where `hours` counts."""


class Window(StrEnum):
    """The period over which an abandon rate is taken."""

    DAY = "day"
    """The calendar day in the campaign's zone."""
    HOURS_24 = "24h"
    """Any 24 hours: counted by whole hours, so that the period is never shorter."""
    DAYS_30 = "30d"
    """Successive periods of 30 days from the campaign's first call."""
    MONTH = "month"
    """The calendar month in the campaign's zone."""


class Counting(StrEnum):
    """What an abandon rate counts."""

    ANSWERED = "answered"
    """Abandoned calls out of all calls that a person answered."""
    OFCOM = "ofcom"
    """Machines taken for persons count too: a reasoned share of the calls that AMD called machines is added to the
    abandoned calls and to the answered ones (Ofcom 2008, annex)."""


class Abandon(Rule, frozen=True, kw_only=True):
    """The cap on abandoned calls."""

    rate_max: float
    window: Window
    counting: Counting = Counting.ANSWERED


class Limit(Rule, frozen=True, kw_only=True):
    """One number of seconds."""

    seconds: float


class NationalList(Rule, frozen=True, kw_only=True):
    """A national do-not-call list that sales calls must be checked against."""

    list: str
    """Its name in the store, "us-national"."""
    age_days_max: int
    """The copy must not be older."""


class ConsentFor(StrEnum):
    """Which calls need consent."""

    SALES = "sales"
    """All sales calls."""
    MESSAGE = "message"
    """Sales calls that play a message instead of an agent."""


class Consent(Rule, frozen=True, kw_only=True):
    """The person must have agreed to be called."""

    needed_for: ConsentFor
    is_written: bool = False
    """Whether it must be on record as written (47 CFR 64.1200(f)(9) and others)."""


class CallerId(Rule, frozen=True, kw_only=True):
    """The number shown."""

    prefixes: tuple[str, ...] = ()
    """It begins with one of these, E.164; empty means any."""


class Retention(Rule, frozen=True, kw_only=True):
    """How long the records of a call are kept."""

    days: int


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one jurisdiction."""

    profile_id: str
    title: str
    reviewed_on: str
    """ISO date on which the file was last compared with its sources."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1; it holds for numbers of these countries."""
    regions: tuple[str, ...] = ()
    """ISO 3166-2; it holds for people who may be there."""
    includes: str = ""
    """A profile that holds as well, such as the country's."""
    hours: tuple[Hours, ...] = ()
    holidays: tuple[Holidays, ...] = ()
    caps: tuple[Cap, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    abandon: tuple[Abandon, ...] = ()
    ring: Limit | None = None
    """An unanswered call rings at least this long."""
    answer_limit: Limit | None = None
    """A person who answered waits at most this long for an agent."""
    safe_harbour: Rule | None = None
    """An abandoned person hears a message that says who called."""
    national_list: NationalList | None = None
    consent: tuple[Consent, ...] = ()
    caller_id: CallerId | None = None
    retention: Retention | None = None

    def rules(self) -> tuple[tuple[str, Rule], ...]:
        """Every rule with the name of its field, in order."""
        found: list[tuple[str, Rule]] = []
        for field in self.__struct_fields__:
            value = getattr(self, field)
            found += (
                (field, one) for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Rule)
            )
        return tuple(found)
