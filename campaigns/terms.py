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
