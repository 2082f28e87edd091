"""How well the answer model foretells who answers: its log-loss between the base rate's and an oracle's.

Attempts at a list of leads that differ (Beta with mean 0.3, a + b = 3; the list shows nine classes), with an hourly
rhythm and fewer answers at every further try, are drawn from the simulator's customers and foretold one by one before
they are learned. Seven machines in ten ring with early media, and one person in ten. The oracle knows each attempt's
true chance; the best possible on what is shown knows the mean chance of each combination of class, hour and try, with
hindsight.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.harness import Figure, benchmark
from pacing.answer_model import AnswerModel, attempt_features
from pacing.estimators.answer_rate import AnswerRate
from pacing.estimators.signalling import Signal
from simulation.models.customers import CustomerModel, Fate
from simulation.models.timelines import Timeline
from simulation.scenario.model import Amd, Customers, Parameter

LEADS = 12_000
TRIES = 2
HOURS = 10.0
OPENS_AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC).timestamp()
RING_TIMEOUT_S = 28.0
CUSTOMERS = Customers(
    answer_concentration=3.0,
    answer_classes=9,
    attempt_factor=0.8,
    hour_factors={"12": 0.8, "16": 1.3, "17": 1.6, "18": 1.6},
    amd=Amd(),
    machine_early_media=0.7,
    person_early_media=0.1,
)


class Attempt(NamedTuple):
    """One attempt: when, what is shown of it, what it met."""

    at: float
    shown: dict[str, str]
    fate: Fate
    result: bool


@benchmark("answer-model", "log-loss of the answer model against base rate and oracle, leads that differ")
def answer_model(seed: int) -> Sequence[Figure]:
    """Everything is foretold before it is learned; the first third of the attempts is left out of the means."""
    model, rate = AnswerModel(), AnswerRate()
    losses: dict[str, list[float]] = defaultdict(list)
    trusted = 0
    told: list[tuple[float, bool]] = []
    attempts = list(_attempts(seed))
    best = _best_by_what_is_shown(attempts)
    for attempt in attempts:
        answered = attempt.result
        estimate = rate.value()
        base = estimate.value if estimate is not None else 0.3
        own = model.probability(attempt.shown, attempt.at)
        trusted += own is not None
        used = base if own is None else own
        losses["base rate"].append(_loss(base, answered))
        losses["model"].append(_loss(used, answered))
        losses["oracle"].append(_loss(attempt.fate.answer_probability, answered))
        losses["best by what is shown"].append(_loss(best[_cell(attempt)], answered))
        signal = _signal(attempt.fate)
        if signal is not None:
            ringing = model.signalled(used, signal, attempt.at)
            losses["base rate, ringing"].append(_loss(base, answered))
            losses["model when placed, ringing"].append(_loss(used, answered))
            losses["model after the signal, ringing"].append(_loss(ringing, answered))
        told.append((used, answered))
        model.update(attempt.shown, answered, attempt.at, signal)
        rate.update(float(answered), attempt.at)
    mean = {name: float(np.mean(values[len(values) // 3 :])) for name, values in losses.items()}
    figures = [
        Figure(name=f"log-loss, {name}", value=value, unit="nats", better="lower") for name, value in mean.items()
    ]
    span = mean["base rate"] - mean["oracle"]
    shown = mean["base rate"] - mean["best by what is shown"]
    gain = mean["base rate"] - mean["model"]
    figures += [
        Figure(name="share of the oracle's gain", value=gain / span, unit="", better="higher"),
        Figure(name="share of what is shown", value=gain / shown, unit="", better="higher", aim=0.8),
        Figure(name="worst miss of the reliability curve", value=_worst_miss(told), unit="", better="lower", aim=0.04),
        Figure(name="attempts until it is used", value=len(attempts) - trusted, unit="", better="lower"),
    ]
    return figures


def _attempts(seed: int) -> Iterator[Attempt]:
    """Leads dialed evenly over the day, each a second time in the other half of it unless somebody answered."""
    customers = CustomerModel(CUSTOMERS, _timelines(), seed, 0)
    answered: set[int] = set()
    step = HOURS * 3600.0 / (LEADS * TRIES)
    for number in range(LEADS * TRIES):
        lead, attempt = number % LEADS, number // LEADS + 1
        if lead in answered:
            continue
        at = OPENS_AT + number * step
        local = dt.datetime.fromtimestamp(at, dt.UTC)
        fate = customers.fate(lead, attempt, at)
        result = fate.is_person and fate.delay_s <= RING_TIMEOUT_S
        if result:
            answered.add(lead)
        shown = attempt_features(
            hour=local.hour,
            weekday=local.weekday(),
            attempt_number=attempt,
            last_outcome="no_answer" if attempt > 1 else "",
            days_since_last=HOURS / 48.0 if attempt > 1 else None,
            area=f"+1{200 + lead % 40}",
            others=customers.attributes(lead).items(),
        )
        yield Attempt(at, shown, fate, result)


def _timelines() -> dict[Parameter, Timeline]:
    start = {
        Parameter.ANSWER_PROBABILITY: CUSTOMERS.answer_probability,
        Parameter.MACHINE: CUSTOMERS.machine,
        Parameter.NO_ANSWER: CUSTOMERS.no_answer,
        Parameter.FAILURE: CUSTOMERS.failure,
    }
    return {parameter: Timeline(start.get(parameter, 1.0)) for parameter in Parameter}


def _signal(fate: Fate) -> Signal | None:
    """What the carrier reported while the call rang; None where it never rang."""
    if fate.failure is not None:
        return None
    return Signal(sip_status=183 if fate.is_early_media else 180, post_dial_delay_s=fate.post_dial_delay_s)


def _cell(attempt: Attempt) -> tuple[str, str, str]:
    return attempt.shown["class"], attempt.shown["hour"], attempt.shown["attempt"]


def _best_by_what_is_shown(attempts: Sequence[Attempt]) -> dict[tuple[str, str, str], float]:
    chances: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for attempt in attempts:
        chances[_cell(attempt)].append(attempt.fate.answer_probability)
    return {cell: float(np.mean(values)) for cell, values in chances.items()}


def _worst_miss(told: Sequence[tuple[float, bool]]) -> float:
    """The greatest distance between chance and share over tenths of the attempts, ordered by chance."""
    ordered = np.array(sorted(told[len(told) // 3 :]))
    tenths = np.array_split(ordered, 10)
    return float(max(abs(part[:, 0].mean() - part[:, 1].mean()) for part in tenths))


def _loss(probability: float, answered: bool) -> float:
    clipped = min(max(probability, 1e-6), 1.0 - 1e-6)
    return float(-np.log(clipped if answered else 1.0 - clipped))
