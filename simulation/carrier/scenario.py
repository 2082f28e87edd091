"""What a carrier's scenario file says: who answers, what they hear and say, and numbers that behave in a fixed way.

The customers are those of the simulator's scenarios, so the same table can stand in both files.
"""

from enum import StrEnum
from pathlib import Path

import msgspec

from simulation.scenario.checks import ScenarioValueError, above, at_least, probability
from simulation.scenario.loading import load_tables, parse_tables
from simulation.scenario.model import Customers
from simulation.scenario.part import Part

EXAMPLE = """\
# A carrier's scenario. Every key may be left out; durations are seconds, probabilities and shares 0 to 1.
seed = 1                # the same seed gives the same number the same fate at each attempt
progress = 180          # 183 sends early media's status instead of plain ringing
sound = "echo"          # what answered calls send back: echo, tone or silence
hang_up_share = 0.8     # persons who hang up after their talk time; the others wait until they are hung up

[customers]
answer_probability = 0.35
machine = 0.2           # weights of what unanswered calls meet
no_answer = 0.5
failure = 0.3
failures = { busy = 0.6, invalid_number = 0.2, congestion = 0.1, rejected = 0.1 }
answer_delay = { kind = "lognormal", mean_s = 6.0, cv = 0.5, max_s = 20.0 }
patience = { kind = "lognormal", mean_s = 5.0, cv = 0.6 }      # how long silence is borne
talk = { kind = "lognormal", mean_s = 12.0, cv = 1.0, max_s = 60.0 }

[numbers."+12025550199"]      # this number is always busy
meets = "failure"
status = 486
after_s = 1.0
"""


class Sound(StrEnum):
    """What an answered call sends back."""

    ECHO = "echo"
    """What it hears."""
    TONE = "tone"
    SILENCE = "silence"


class Meets(StrEnum):
    """What a call meets."""

    PERSON = "person"
    MACHINE = "machine"
    NOBODY = "nobody"
    """It rings until the caller gives up."""
    FAILURE = "failure"


class Behaviour(Part, frozen=True, kw_only=True):
    """How one number always behaves."""

    meets: Meets = Meets.PERSON
    status: int = 486
    """SIP status of a failure."""
    ringing_after_s: float = 0.1
    after_s: float = 1.0
    """From the INVITE to the answer or the failure."""
    talk_s: float = 10.0
    patience_s: float | None = None
    """How long silence is borne; for ever, where it is left out."""
    hangs_up: bool = True
    """False: waits to be hung up."""

    def __post_init__(self) -> None:
        if not 300 <= self.status <= 699:
            raise ScenarioValueError("status", f"is {self.status}; a failure is 300 to 699")
        for key in ("ringing_after_s", "after_s", "talk_s"):
            at_least(key, getattr(self, key), 0.0)
        if self.patience_s is not None:
            above("patience_s", self.patience_s, 0.0)


class CarrierScenario(Part, frozen=True, kw_only=True):
    """The network that one carrier process plays."""

    seed: int = 1
    customers: Customers = Customers()
    progress: int = 180
    """The provisional status of a ringing telephone: 180, or 183."""
    sound: Sound = Sound.ECHO
    hang_up_share: float = 1.0
    """Persons who hang up by themselves; machines always do."""
    calls_max: int = 5000
    """Calls at one time; more are refused with 503."""
    numbers: dict[str, Behaviour] = msgspec.field(default_factory=dict)
    """Numbers, as the trunk sends them, that always behave the same way."""

    def __post_init__(self) -> None:
        at_least("seed", self.seed, 0)
        probability("hang_up_share", self.hang_up_share)
        above("calls_max", self.calls_max, 0)
        if self.progress not in (180, 183):
            raise ScenarioValueError("progress", f"is {self.progress}; it must be 180 or 183")


def load_carrier_scenario(path: Path) -> CarrierScenario:
    """Read a scenario file.

    Raises:
        ScenarioError: it cannot be read, is not TOML, or holds an unknown key or an impossible value.
    """
    return load_tables(path, CarrierScenario)


def parse_carrier_scenario(text: str, source: str) -> CarrierScenario:
    """Read a scenario from text; `source` is what messages call it."""
    return parse_tables(text, source, CarrierScenario)
