"""The terms on which a campaign calls people, beside its hours: what for, and how often at most."""

from enum import StrEnum

import msgspec


class Purpose(StrEnum):
    """What the calls of a campaign are for; the rules for sales calls are the strictest."""

    SALES = "sales"
    SERVICE = "service"
    """Nothing is sold: surveys, reminders, collection."""


class Scope(StrEnum):
    """Whose attempts a cap counts."""

    LEAD = "lead"
    """Those at the lead, over all its numbers."""
    CAMPAIGN = "campaign"
    """Those of the campaign at the number."""
    NUMBER = "number"
    """Those of every campaign at the number."""


class Within(StrEnum):
    """How far back a cap counts."""

    DAY = "day"
    """Since midnight where the person is."""
    HOURS_24 = "24h"
    DAYS_7 = "7d"
    """168 hours: never less than seven calendar days."""
    DAYS_30 = "30d"
    EVER = "ever"


class AttemptCap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most so many attempts."""

    attempts_max: int
    within: Within
    scope: Scope = Scope.NUMBER


class AbandonWindow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A campaign's account of abandoned calls over one regulator's period."""

    name: str
    """The profile and its period, "us 30d"."""
    rate_max: float
    """Abandoned / answered by a person, 0..1."""
    machine_share: float = 0.0
    """This share of the calls that AMD called machines is counted as abandoned persons; 0 where the rule does not."""
    answered: int = 0
    """Calls answered by a person in the period so far, abandoned ones included."""
    abandoned: int = 0
    machines: int = 0
    """Calls that AMD called machines."""
    started_at: float = 0.0
    ends_at: float | None = None
    """None for a period that moves along."""


class AnswerHour(msgspec.Struct, frozen=True, gc=False):
    """What one clock hour, counted from 1970, adds to the accounts of a campaign."""

    hour: int
    answered: int
    abandoned: int
    machines: int

    def plus(self, other: "AnswerHour") -> "AnswerHour":
        """Both together; of the same hour."""
        assert self.hour == other.hour, f"hour {self.hour} and hour {other.hour} are two"
        return AnswerHour(
            self.hour,
            self.answered + other.answered,
            self.abandoned + other.abandoned,
            self.machines + other.machines,
        )
