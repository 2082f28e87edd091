"""The terms on which a campaign calls people, beside its hours: what for, in which order, and how often at most."""

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


class PreviewLimit(StrEnum):
    """What becomes of a lead that an agent has looked at for as long as they may."""

    SKIP = "skip"
    DIAL = "dial"


class RecordingMode(StrEnum):
    """Which conversations are recorded."""

    OFF = "off"
    ALL = "all"
    """Every one, from its first word; an agent may pause it while card numbers are told."""
    ON_DEMAND = "on_demand"
    """Those that their agent asks for."""


class OnMachine(StrEnum):
    """What is done with an answering machine."""

    HANG_UP = "hang_up"
    LEAVE_MESSAGE = "leave_message"
    """Wait for the beep, play `machine_message`, hang up."""


class AmdClassifier(StrEnum):
    """Who judges what was heard."""

    TRAINED = "trained"
    """A model that weighs all of it."""
    CLASSICAL = "classical"
    """Fixed limits, as telephone exchanges have them."""


class AmdSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How answering-machine detection listens; the names are those that telephone exchanges use for it.

    Times count audio from the answer on. Everything AMD takes comes off the time in which an agent must be found.
    """

    enabled: bool = False
    classifier: AmdClassifier = AmdClassifier.TRAINED
    total_s: float = 1.7
    """An answer that is not judged by then is taken for a person's."""
    machine_confidence_min: float = 0.8
    """How sure the trained classifier must be to call an answer a machine's: persons taken for machines are the costly
    error."""
    initial_silence_s: float = 2.5
    """Nothing said for this long is a machine (classical)."""
    greeting_s: float = 1.5
    """More speech than this is a machine (classical)."""
    after_greeting_silence_s: float = 0.8
    """Silence after speech that makes it a person who waits for an answer (classical)."""
    words_max: int = 3
    """More words than these are a machine (classical)."""
    word_s_min: float = 0.1
    """Shorter sounds are no words."""
    word_s_max: float = 5.0
    """A longer word is a machine: music, a tone (classical)."""
    between_words_silence_s: float = 0.05
    """Silence that parts two words."""
    silence_level: float = 256.0
    """Mean amplitude (of 32,767) up to which sound is silence for the classical classifier; the trained one adapts to
    the noise on the line."""
    on_machine: OnMachine = OnMachine.HANG_UP
    machine_message: str = ""
    """The recorded message to leave."""


class LeadOrder(StrEnum):
    """In which order the leads of one priority are called."""

    LONGEST_WAITING = "longest_waiting"
    """Those never tried in the order in which they came, then who has been due longest."""
    NEWEST = "newest"
    """Those never tried, the newest first, then who has been due longest."""
    FEWEST_ATTEMPTS = "fewest_attempts"
    """Those never tried in the order in which they came, then by how often they were; of equals, who is due longest."""
    RANDOM = "random"
    """Those never tried in an order that looks random and never changes, then who has been due longest."""
    SCORE = "score"
    """Those never tried by their chance of an answer, the best first, as the answer model has learned it from the
    campaign's attempts; then who has been due longest."""
