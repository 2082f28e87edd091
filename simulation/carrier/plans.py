"""What one call will meet, drawn before it rings: the same for the same number and attempt, whenever it is called."""

import zlib
from typing import NamedTuple

from dialer.model import CallCause
from simulation.carrier.scenario import Behaviour, CarrierScenario, Meets
from simulation.models.changes import constant_timelines
from simulation.models.customers import CustomerModel
from simulation.models.streams import Stream, generator

STATUSES = {
    CallCause.BUSY: 486,
    CallCause.INVALID_NUMBER: 404,
    CallCause.CONGESTION: 503,
    CallCause.REJECTED: 603,
}


class CallPlan(NamedTuple):
    """What a call will meet if the caller lets it come to that; durations count from the INVITE unless stated."""

    meets: Meets
    status: int
    """The final SIP status; 200 where somebody or something answers."""
    ringing_after_s: float | None
    """None where it fails before it rings."""
    final_after_s: float
    """Infinite where nobody answers."""
    talk_s: float
    """From the first sound heard (persons) or the answer (machines) to the far end's hanging up."""
    patience_s: float
    """From the answer to hanging up if nothing is heard."""
    hangs_up: bool


class CallPlanner:
    """Draws plans for one scenario."""

    def __init__(self, scenario: CarrierScenario) -> None:
        self._scenario = scenario
        self._model = CustomerModel(scenario.customers, constant_timelines(scenario.customers), scenario.seed, 0)

    def plan(self, number: str, attempt: int, now: float) -> CallPlan:
        """What call number `attempt` (from 1) to a number meets; `now` is Unix seconds, for scenarios with hours."""
        behaviour = self._scenario.numbers.get(number)
        if behaviour is not None:
            return _fixed(behaviour)
        key = number_key(number)
        fate = self._model.fate(key, attempt, now)
        if fate.failure is not None:
            return CallPlan(Meets.FAILURE, STATUSES[fate.failure], None, fate.delay_s, 0.0, 0.0, hangs_up=False)
        ringing_after_s = min(fate.post_dial_delay_s, fate.delay_s)
        meets = Meets.PERSON if fate.is_person else Meets.MACHINE if fate.is_machine else Meets.NOBODY
        hangs_up = meets is not Meets.PERSON or self._hangs_up(key, attempt)
        return CallPlan(meets, 200, ringing_after_s, fate.delay_s, fate.talk_s, fate.patience_s, hangs_up)

    def _hangs_up(self, key: int, attempt: int) -> bool:
        draw = generator(self._scenario.seed, Stream.CARRIER, key, attempt).random()
        return bool(draw < self._scenario.hang_up_share)


def number_key(number: str) -> int:
    """A number for a called number: its digits, or for a name some other number that is always the same."""
    digits = number.removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) <= 15:
        return int(digits)
    return zlib.crc32(number.encode())


def _fixed(behaviour: Behaviour) -> CallPlan:
    is_failure, is_nobody = behaviour.meets is Meets.FAILURE, behaviour.meets is Meets.NOBODY
    return CallPlan(
        meets=behaviour.meets,
        status=behaviour.status if is_failure else 200,
        ringing_after_s=None if is_failure else behaviour.ringing_after_s,
        final_after_s=float("inf") if is_nobody else behaviour.after_s,
        talk_s=behaviour.talk_s,
        patience_s=float("inf") if behaviour.patience_s is None else behaviour.patience_s,
        hangs_up=behaviour.hangs_up,
    )
