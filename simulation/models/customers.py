"""What a call to a lead meets: a person, a machine, nobody or a failure, when, and for how long.

The fate of an attempt depends on (seed, campaign, lead, attempt number) and on the scenario's parameters at the moment
of dialing, never on who dialed before: that is what lets two policies be compared on the same customers.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from scipy import special

from dialer.model import CallCause
from simulation.models.distributions import AnyDuration, Floats
from simulation.models.streams import BLOCK, Blocks, Stream, generator
from simulation.models.timelines import Timeline
from simulation.scenario.model import Customers, Parameter

ODDS_MAX = 1e9
"""Stands for the odds of certainty, so that factors can be multiplied."""


class Fate(NamedTuple):
    """What one attempt meets, if the dialer lets it come to that."""

    is_person: bool
    is_machine: bool
    failure: CallCause | None
    """Why it fails; None for persons, machines and phones that ring unanswered."""
    delay_s: float
    """From placing to the answer or the failure; infinite where nobody answers."""
    post_dial_delay_s: float
    answer_probability: float
    """The true chance, at the moment of dialing, that a person would answer."""
    is_machine_known: bool
    """Whether the carrier itself tells a machine apart."""
    amd_delay_s: float
    amd_says_machine: bool
    patience_s: float
    talk_s: float
    """At an agent of average speed; for a machine, until the agent notices."""
    is_early_media: bool = False
    """Whether it rings with 183 and tones of the network's own."""
    key: str = ""
    """What the person presses while a menu or a message plays; empty for nothing."""
    key_delay_s: float = 0.0


class _Draws(NamedTuple):
    answer: float
    fate: float
    failure: float
    answer_delay_s: float
    machine_delay_s: float
    failure_delay_s: float
    post_dial_delay_s: float
    amd_delay_s: float
    amd_error: float
    patience_s: float
    talk_s: float
    machine_talk_s: float
    acw_s: float
    early_media: float
    key: float
    key_delay_s: float


class _Parameters(NamedTuple):
    """What the fate of an attempt depends on beside its draws, at one moment."""

    answer_delay_factor: float
    machine: float
    no_answer: float
    failure: float
    machine_delay_factor: float
    failure_delay_factor: float
    talk_factor: float
    machine_talk_factor: float
    post_dial_delay_factor: float
    patience_factor: float
    amd_person_error: float
    amd_machine_error: float
    amd_delay_factor: float


PARAMETERS: Final = tuple(Parameter[name.upper()] for name in _Parameters._fields)


class CustomerModel:
    """The people on one campaign's list."""

    def __init__(
        self,
        customers: Customers,
        timelines: Mapping[Parameter, Timeline],
        seed: int,
        campaign: int,
        remembered: Mapping[tuple[int, int], Fate] | None = None,
    ) -> None:
        """`campaign` numbers the campaign within the scenario; `timelines` holds the parameters that may change.

        `remembered` holds fates, by place and attempt, that are known from a recording.
        """
        self._remembered = remembered or {}
        self._customers = customers
        self._timelines = timelines
        self._steady = (
            _Parameters(*[timelines[parameter].at(0.0) for parameter in PARAMETERS])
            if all(timeline.is_constant for timeline in timelines.values())
            else None
        )
        self._key = (seed, campaign)
        self._attempts: Blocks[_Draws] = Blocks(self._draw_attempts)
        self._leads: Blocks[float] = Blocks(self._draw_leads)
        self._ranks: Blocks[float] = Blocks(lambda block, attempt: self._uniform(Stream.LEAD, block, attempt).tolist())
        self._hour_factors = [customers.hour_factors.get(str(hour), 1.0) for hour in range(24)]
        attempt_factor = timelines[Parameter.ATTEMPT_FACTOR]
        self._is_uniform = (
            customers.answer_concentration is None
            and not customers.list_factors
            and not customers.hour_factors
            and attempt_factor.is_constant
            and customers.attempt_factor == 1.0
        )
        weights = np.array(list(customers.failures.values()))
        self._failures = [CallCause(failure.value) for failure in customers.failures]
        self._failure_edges = (np.cumsum(weights) / weights.sum()).tolist()

    def answer_probability(self, lead: int, attempt: int, now: float) -> float:
        """The true chance that a person answers if the lead is dialed now."""
        probability = self._timelines[Parameter.ANSWER_PROBABILITY].at(now)
        if self._is_uniform:
            return probability
        factor = self._leads.row(lead)
        wear = self._timelines[Parameter.ATTEMPT_FACTOR].at(now) ** (attempt - 1)
        factor *= self._hour_factors[int(now // 3600) % 24] * wear
        if self._customers.list_factors:
            factor *= self._customers.list_factors[self._list_of(lead)]
        odds = min(probability / max(1.0 - probability, 1.0 / ODDS_MAX), ODDS_MAX) * factor
        return odds / (1.0 + odds)

    def attributes(self, lead: int) -> dict[str, str]:
        """What the list shows of a lead."""
        shown = {}
        if self._customers.answer_classes:
            shown["class"] = str(int(self._ranks.row(lead) * self._customers.answer_classes))
        if self._customers.list_factors:
            shown["list"] = str(self._list_of(lead))
        return shown

    def _list_of(self, lead: int) -> int:
        return lead // self._customers.list_leads % len(self._customers.list_factors)

    def fate(self, lead: int, attempt: int, now: float) -> Fate:
        """What attempt number `attempt` at the lead with this place on the list meets when it is placed now."""
        known = self._remembered.get((lead, attempt))
        if known is not None:
            return known
        draws = self._attempts.row(lead, attempt)
        at = self._parameters(now)
        probability = self.answer_probability(lead, attempt, now)
        is_person, is_machine, failure, delay_s = draws.answer < probability, False, None, float("inf")
        if is_person:
            delay_s = draws.answer_delay_s * at.answer_delay_factor
        else:
            machine, no_answer = at.machine, at.no_answer
            point = draws.fate * (machine + no_answer + at.failure)
            if point < machine:
                is_machine, delay_s = True, draws.machine_delay_s * at.machine_delay_factor
            elif point >= machine + no_answer:
                failure = self._failure(draws.failure)
                delay_s = draws.failure_delay_s * at.failure_delay_factor
        amd_delay_s, says_machine = self._amd(draws, is_person, at) if self._customers.amd is not None else (0.0, False)
        talk_s = draws.talk_s * at.talk_factor if is_person else draws.machine_talk_s * at.machine_talk_factor
        return Fate(
            is_person,
            is_machine,
            failure,
            delay_s,
            draws.post_dial_delay_s * at.post_dial_delay_factor,
            probability,
            self._customers.machines_known,
            amd_delay_s,
            says_machine,
            draws.patience_s * at.patience_factor,
            talk_s,
            draws.early_media
            < (self._customers.machine_early_media if is_machine else self._customers.person_early_media),
            self._key_of(draws.key) if is_person else "",
            draws.key_delay_s,
        )

    def acw_s(self, lead: int, attempt: int, now: float) -> float:
        """The after-call work that a conversation ending now leaves, at an agent of average speed."""
        return self._attempts.row(lead, attempt).acw_s * self._timelines[Parameter.ACW_FACTOR].at(now)

    def _parameters(self, now: float) -> _Parameters:
        """Every parameter as it is now; worked out once where none ever changes."""
        if self._steady is not None:
            return self._steady
        return _Parameters(*[self._timelines[parameter].at(now) for parameter in PARAMETERS])

    def _amd(self, draws: _Draws, is_person: bool, at: _Parameters) -> tuple[float, bool]:
        """When detection decides, and whether for a machine."""
        says_machine = draws.amd_error < at.amd_person_error if is_person else draws.amd_error >= at.amd_machine_error
        return draws.amd_delay_s * at.amd_delay_factor, says_machine

    def _key_of(self, uniform: float) -> str:
        """The key a person presses; empty for none."""
        for key, share in self._customers.keys.items():
            if uniform < share:
                return key
            uniform -= share
        return ""

    def _failure(self, uniform: float) -> CallCause:
        for cause, edge in zip(self._failures, self._failure_edges, strict=True):
            if uniform < edge:
                return cause
        return self._failures[-1]

    def _uniform(self, stream: Stream, block: int, attempt: int) -> Floats:
        seed, campaign = self._key
        return generator(seed, stream, campaign, attempt, block).random(BLOCK)

    def _durations(self, stream: Stream, duration: AnyDuration | None, block: int, attempt: int) -> list[float]:
        if duration is None:
            return [float("inf")] * BLOCK
        drawn: list[float] = duration.quantile(self._uniform(stream, block, attempt)).tolist()
        return drawn

    def _draw_attempts(self, block: int, attempt: int) -> list[_Draws]:
        customers = self._customers
        key = (block, attempt)
        has_early_media = customers.person_early_media > 0.0 or customers.machine_early_media > 0.0
        columns = (
            self._uniform(Stream.ANSWER, *key).tolist(),
            *generator(self._key[0], Stream.FATE, self._key[1], attempt, block).random((2, BLOCK)).tolist(),
            self._durations(Stream.ANSWER_DELAY, customers.answer_delay, *key),
            self._durations(Stream.MACHINE_DELAY, customers.machine_delay, *key),
            self._durations(Stream.FAILURE_DELAY, customers.failure_delay, *key),
            self._durations(Stream.POST_DIAL_DELAY, customers.post_dial_delay, *key),
            self._durations(Stream.AMD_DELAY, customers.amd.delay, *key) if customers.amd else [0.0] * BLOCK,
            self._uniform(Stream.AMD_ERROR, *key).tolist(),
            self._durations(Stream.PATIENCE, customers.patience, *key),
            self._durations(Stream.TALK, customers.talk, *key),
            self._durations(Stream.MACHINE_TALK, customers.machine_talk, *key),
            self._durations(Stream.ACW, customers.acw, *key),
            self._uniform(Stream.EARLY_MEDIA, *key).tolist() if has_early_media else [1.0] * BLOCK,
            self._uniform(Stream.KEY, *key).tolist() if customers.keys else [1.0] * BLOCK,
            self._durations(Stream.KEY_DELAY, customers.key_delay if customers.keys else None, *key),
        )
        return list(map(_Draws._make, zip(*columns, strict=True)))

    def _draw_leads(self, block: int, attempt: int) -> list[float]:
        """The factor on each lead's odds of an answer, 1 for a lead like the mean."""
        concentration, mean = self._customers.answer_concentration, self._customers.answer_probability
        if concentration is None or not 0.0 < mean < 1.0:
            return [1.0] * BLOCK
        uniform = self._uniform(Stream.LEAD, block, attempt)
        own = np.clip(special.betaincinv(mean * concentration, (1.0 - mean) * concentration, uniform), 1e-9, 1 - 1e-9)
        factors: list[float] = ((own / (1.0 - own)) * ((1.0 - mean) / mean)).tolist()
        return factors
