"""The `[carrier]` table of a scenario: what the trunk promises, and how it misbehaves."""

from simulation.scenario.checks import above, at_least, probability, time_of_day
from simulation.scenario.part import Part


class Outage(Part, frozen=True, kw_only=True):
    """The carrier carries nothing for a while."""

    at: str
    duration_s: float
    announced: bool = True
    """True: the gateway sees the trunk go down. False: every call just fails after `timeout_s`."""
    timeout_s: float = 5.0

    def __post_init__(self) -> None:
        time_of_day("at", self.at)
        above("duration_s", self.duration_s, 0.0)
        at_least("timeout_s", self.timeout_s, 0.0)


class Carrier(Part, frozen=True, kw_only=True):
    """The trunk: what it promises (`cps_max`, `channels_max`) and how it misbehaves."""

    cps_max: float = 50.0
    channels_max: int = 2000
    cps_carried: float | None = None
    """Calls per second it really carries, the rest fail with 503; as promised, where it is left out."""
    failure_probability: float = 0.0
    """Chance that any call fails with 503, beside the failures of the customers' model."""
    bridge_delay_s: float = 0.0
    """From the command to audio between customer and agent."""
    outages: tuple[Outage, ...] = ()

    def __post_init__(self) -> None:
        above("cps_max", self.cps_max, 0.0)
        above("channels_max", self.channels_max, 0)
        if self.cps_carried is not None:
            above("cps_carried", self.cps_carried, 0.0)
        probability("failure_probability", self.failure_probability)
        at_least("bridge_delay_s", self.bridge_delay_s, 0.0)
