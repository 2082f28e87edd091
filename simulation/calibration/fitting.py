"""Fits every model of a scenario to call records, and says of each what it rests on.

Theory of operation. What a call meets and when comes from the Aalen-Johansen estimator, so that cancelled and
unfinished calls count for what they show. Conversations that the records cut off are right-censored; so is the
patience of everybody whom an agent reached. Whether leads differ or merely wear out with every attempt is decided by
likelihood. What call records cannot show (ACW, whom AMD mistook, shifts) keeps the scenario's defaults and is named so.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from scipy import optimize, special

from campaigns.model import ANSWERED_BY_PERSON, Outcome
from dialer.model import AgentState
from simulation.calibration.competing import CumulativeIncidence, cumulative_incidence
from simulation.calibration.detection import delay_with_undecided, detections_of
from simulation.calibration.durations import QUANTILES, Fit, best_fit, fit_exponential, sample_of
from simulation.calibration.reading import AgentInterval, CalibrationError, CallRecord
from simulation.calibration.staff import Speeds, lateness_of, natural, pauses_of, speeds_of
from simulation.models.distributions import AnyDuration, Empirical
from simulation.scenario.model import (
    DEFAULT_FAILURES,
    Agents,
    Amd,
    Customers,
    Day,
    Failure,
    Scenario,
    ScenarioCampaign,
)

SEED = 4
DURATIONS_MIN = 30
"""A duration seen less often keeps its default."""
LIKELIHOOD_GAIN_MIN = 4.0
"""Log-likelihood that a further parameter must gain (a likelihood ratio test at about 0.5 %)."""
FAILURES = {
    Outcome.BUSY: Failure.BUSY,
    Outcome.INVALID_NUMBER: Failure.INVALID_NUMBER,
    Outcome.CONGESTION: Failure.CONGESTION,
    Outcome.REJECTED: Failure.REJECTED,
}
PERSON, MACHINE, NO_ANSWER, FAILURE = "person", "machine", "no answer", "failure"


class Finding(NamedTuple):
    """One model: what was found, and what it rests on or why it is a default."""

    model: str
    value: str
    basis: str


class Calibration(NamedTuple):
    """A scenario fitted to records."""

    scenario: Scenario
    findings: tuple[Finding, ...]
    fits: dict[str, tuple[Fit, int]]
    """The fit of each duration and the number of observations behind it."""


class _Fitter:
    def __init__(self) -> None:
        self.rng = np.random.default_rng(SEED)
        self.findings: list[Finding] = []
        self.fits: dict[str, tuple[Fit, int]] = {}

    def say(self, model: str, value: str, basis: str) -> None:
        self.findings.append(Finding(model, value, basis))

    def duration(
        self, model: str, finished: Sequence[float], default: AnyDuration, unfinished: Sequence[float] = ()
    ) -> AnyDuration:
        """The best fit, or the default where too few were seen."""
        if len(finished) < DURATIONS_MIN:
            self.say(model, "default", f"only {len(finished)} seen, {DURATIONS_MIN} needed")
            return default
        sample = sample_of(finished, unfinished)
        fit = best_fit(sample, self.rng)
        self.fits[model] = (fit, sample.size)
        cut = f", {len(unfinished)} of them unfinished" if unfinished else ""
        self.say(model, f"{fit.family}, mean {fit.duration.mean():.1f} s", f"{sample.size} seen{cut}")
        return fit.duration


def calibrate(
    calls: Sequence[CallRecord],
    intervals: Sequence[AgentInterval] = (),
    *,
    name: str = "calibrated",
    amd_person_error: float = 0.0,
) -> Calibration:
    """Fit a scenario to call records and, where there are any, to the agents' intervals.

    `amd_person_error` is the share of persons whom AMD takes for machines, 0..1; records show them as machines.

    Raises:
        CalibrationError: nobody answered any of the calls.
    """
    fitter = _Fitter()
    placed = [call for call in calls if call.outcome not in {Outcome.REFUSED, Outcome.INTERRUPTED}]
    if not any(call.outcome in ANSWERED_BY_PERSON for call in placed):
        raise CalibrationError("no call in the records was answered by a person; there is nothing to fit")
    ring_timeout_s = _ring_timeout(placed)
    speeds = speeds_of(placed)
    amd = _amd(fitter, placed, intervals, amd_person_error)
    customers = _customers(fitter, placed, intervals, ring_timeout_s, speeds, amd)
    attempts = Counter(call.lead for call in placed)
    is_single = max(call.attempt_number for call in placed) == 1
    campaign = ScenarioCampaign(
        name="main",
        leads=0 if is_single else len(attempts),
        endless=is_single,
        retry_rules={} if is_single else None,
        ring_timeout_s=ring_timeout_s,
        customers=customers,
    )
    fitter.say(
        "list",
        "endless" if is_single else f"{len(attempts)} leads",
        "no lead was tried twice" if is_single else "leads in the records; retries by the product's own rules",
    )
    scenario = Scenario(
        name=name,
        description=f"Fitted to {len(placed)} calls.",
        day=_day(placed),
        agents=(_agents(fitter, placed, intervals, speeds),),
        campaigns=(campaign,),
    )
    return Calibration(scenario, tuple(fitter.findings), fitter.fits)


def _customers(
    fitter: _Fitter,
    calls: Sequence[CallRecord],
    intervals: Sequence[AgentInterval],
    ring_timeout_s: float,
    speeds: Speeds,
    amd: Amd | None,
) -> Customers:
    incidence = _incidence(calls, ring_timeout_s)
    person = incidence.total(PERSON)
    kept = 1.0 - (amd.person_error if amd is not None else 0.0)
    mistaken = person / kept - person
    rest = max(1.0 - person - mistaken, 1e-9)
    default = Customers()
    probability, concentration, attempt_factor = _heterogeneity(calls, person)
    probability = min(probability / kept, 1.0)
    fitter.say("answer probability", f"{probability:.4f}", f"{len(calls)} calls, cancelled ones censored")
    spread = "leads differ: a + b = " + f"{concentration:.2f}" if concentration is not None else ""
    wear = f"odds times {attempt_factor:.2f} with every attempt" if attempt_factor != 1.0 else ""
    fitter.say("leads", spread or wear or "all alike", "likelihood over the attempts at each lead")
    hours = _hour_factors(calls, person)
    fitter.say("hours", f"{len(hours)} hours differ" if hours else "all alike", "test of each hour at 0.3 %")
    kinds = Counter(FAILURES[call.outcome] for call in calls if call.outcome in FAILURES)
    return replace(
        default,
        answer_probability=round(probability, 5),
        answer_concentration=concentration,
        attempt_factor=attempt_factor,
        hour_factors=hours,
        machine=round(max(incidence.total(MACHINE) - mistaken, 0.0) / rest, 5),
        no_answer=round(incidence.total(NO_ANSWER) / rest, 5),
        failure=round(incidence.total(FAILURE) / rest, 5),
        failures=dict(kinds) if kinds else dict(DEFAULT_FAILURES),
        answer_delay=_delay(fitter, "ringing to an answer", incidence, PERSON, default.answer_delay),
        machine_delay=_delay(fitter, "ringing to a machine", incidence, MACHINE, default.machine_delay),
        failure_delay=_delay(fitter, "time to a failure", incidence, FAILURE, default.failure_delay),
        post_dial_delay=_post_dial_delay(fitter, calls, default.post_dial_delay),
        amd=amd,
        machines_known=amd is None,
        patience=_patience(fitter, calls),
        talk=_talk(fitter, calls, default, speeds),
        acw=_acw(fitter, intervals, default, speeds),
    )


def _incidence(calls: Sequence[CallRecord], ring_timeout_s: float) -> CumulativeIncidence:
    """What ended each call while it rang, and when; None for those nobody let ring to an end."""
    seen_until = max(max(call.placed_at, call.ended_at or 0.0) for call in calls)
    durations, causes = [], []
    for call in calls:
        end = call.answered_at if call.answered_at is not None else call.ended_at
        duration_s = (seen_until if end is None else end) - call.placed_at
        cause: str | None = None
        if call.outcome in ANSWERED_BY_PERSON or (call.answered_at is not None and call.outcome is None):
            cause = PERSON
        elif call.outcome is Outcome.MACHINE:
            cause = MACHINE
        elif call.outcome is Outcome.NO_ANSWER:
            # Rung out early: the network's own voicemail took it.
            cause = NO_ANSWER if duration_s >= ring_timeout_s - 0.5 else MACHINE
        elif call.outcome in FAILURES:
            cause = FAILURE
        durations.append(duration_s)
        causes.append(cause)
    return cumulative_incidence(durations, causes)


def _delay(
    fitter: _Fitter, model: str, incidence: CumulativeIncidence, cause: str, default: AnyDuration
) -> AnyDuration:
    """The estimated quantiles themselves: what matters to pacing is where the mass lies, not a formula for it."""
    times = incidence.times_s.get(cause)
    if times is None or times.size < DURATIONS_MIN:
        fitter.say(model, "default", f"only {0 if times is None else times.size} seen, {DURATIONS_MIN} needed")
        return default
    quantiles = np.round(incidence.quantiles(cause, QUANTILES), 3)
    found = Empirical(quantiles_s=tuple(float(value) for value in quantiles))
    fitter.say(model, f"empirical, mean {found.mean():.1f} s", f"{times.size} distinct times seen")
    return found


def _post_dial_delay(fitter: _Fitter, calls: Sequence[CallRecord], default: AnyDuration) -> AnyDuration:
    """The time to the first ringing; a call answered at the very moment that it rang might have rung later."""
    seen: list[float] = []
    cut_short: list[float] = []
    for call in calls:
        if call.ringing_at is not None:
            delay_s = call.ringing_at - call.placed_at
            (cut_short if call.answered_at == call.ringing_at else seen).append(delay_s)
    return fitter.duration("post-dial delay", seen, default, cut_short)


def _ring_timeout(calls: Sequence[CallRecord]) -> float:
    """The time after which most unanswered calls were given up."""
    rung = Counter(
        round(call.ended_at - call.placed_at, 1)
        for call in calls
        if call.outcome is Outcome.NO_ANSWER and call.ended_at is not None
    )
    return max(rung.most_common(1)[0][0], 15.0) if rung else ScenarioCampaign(name="x", leads=1).ring_timeout_s


def _heterogeneity(calls: Sequence[CallRecord], person: float) -> tuple[float, float | None, float]:
    """(probability, concentration, attempt factor): leads that differ, or odds that fall, whichever is likelier.

    Both make later attempts less successful. Leads that differ: the number of failures before the first answer is
    beta-geometric. Odds that fall: a logistic curve in the attempt's number.
    """
    by_lead: defaultdict[str, list[CallRecord]] = defaultdict(list)
    for call in calls:
        if call.outcome is not Outcome.CANCELLED and call.outcome is not None:
            by_lead[call.lead].append(call)
    tries = [sorted(own, key=lambda call: call.attempt_number) for own in by_lead.values()]
    if max(map(len, tries)) == 1:
        return person, None, 1.0
    failures = np.array([sum(call.outcome not in ANSWERED_BY_PERSON for call in own) for own in tries], dtype=float)
    successes = np.array([sum(call.outcome in ANSWERED_BY_PERSON for call in own) for own in tries], dtype=float)
    numbers = np.array([call.attempt_number - 1 for own in tries for call in own], dtype=float)
    hits = np.array([call.outcome in ANSWERED_BY_PERSON for own in tries for call in own])
    mean = float(np.clip(hits.mean(), 1e-6, 1 - 1e-6))
    alike = float(successes.sum() * np.log(mean) + failures.sum() * np.log1p(-mean))

    def differ(theta: np.ndarray) -> float:
        a, b = np.exp(theta)
        return -float((special.betaln(a + successes, b + failures) - special.betaln(a, b)).sum())

    def wear(theta: np.ndarray) -> float:
        logit = theta[0] + theta[1] * numbers
        return -float(np.where(hits, -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)).sum())

    spread = optimize.minimize(differ, np.log([3.0 * mean, 3.0 * (1.0 - mean)]), method="Nelder-Mead")
    fall = optimize.minimize(wear, np.array([special.logit(mean), 0.0]), method="Nelder-Mead")
    if max(-spread.fun, -fall.fun) < alike + LIKELIHOOD_GAIN_MIN:
        return person, None, 1.0
    if spread.fun < fall.fun:
        a, b = np.exp(spread.x)
        return float(a / (a + b)), round(float(a + b), 3), 1.0
    return float(special.expit(fall.x[0])), None, round(float(np.exp(fall.x[1])), 3)


def _hour_factors(calls: Sequence[CallRecord], person: float) -> dict[str, float]:
    """Odds relative to the whole day's, for hours that differ from it beyond chance."""
    hits: Counter[int] = Counter()
    total: Counter[int] = Counter()
    for call in calls:
        if call.outcome is not Outcome.CANCELLED and call.outcome is not None:
            hour = int(call.placed_at // 3600) % 24
            total[hour] += 1
            hits[hour] += call.outcome in ANSWERED_BY_PERSON
    factors = {}
    for hour in sorted(total):
        rate = (hits[hour] + person) / (total[hour] + 1.0)
        error = np.sqrt(person * (1.0 - person) / total[hour])
        if abs(rate - person) > 3.0 * error:
            factors[str(hour)] = round(float(rate / (1.0 - rate) * (1.0 - person) / person), 3)
    return factors


def _patience(fitter: _Fitter, calls: Sequence[CallRecord]) -> AnyDuration | None:
    """Exponential, from however few hung up: their number over the time that all waited is right on average."""
    lost, kept, abandoned = [], [], 0
    for call in calls:
        if call.answered_at is None or call.outcome not in ANSWERED_BY_PERSON:
            continue
        if call.outcome is Outcome.LOST and call.ended_at is not None:
            lost.append(call.ended_at - call.answered_at)
        elif call.bridged_at is not None:
            kept.append(max(call.bridged_at - call.answered_at, 1e-3))
        elif call.outcome is Outcome.ABANDONED:
            abandoned += 1
    if not lost:
        fitter.say("patience", "for ever", "nobody hung up while waiting")
        return None
    # The records do not say when the message began for those who were abandoned: at the limit, which is about the
    # longest wait of anybody who was not.
    kept += [max(*lost, *kept, 0.0)] * abandoned
    found = fit_exponential(sample_of(lost, kept))
    fitter.say("patience", f"exponential, mean {found.mean():.1f} s", f"{len(lost)} hung up, {len(kept)} censored")
    return found


def _amd(
    fitter: _Fitter, calls: Sequence[CallRecord], intervals: Sequence[AgentInterval], person_error: float
) -> Amd | None:
    """Detection takes as long as machines were kept on the line; whom it mistook, records do not show."""
    found = detections_of(calls, intervals)
    if len(found.delays_s) < DURATIONS_MIN:
        if any(call.outcome is Outcome.MACHINE for call in calls):
            fitter.say("AMD", "machines known to the carrier", "machines were not answered")
        return None
    delay = delay_with_undecided(found)
    late = f", {found.undecided:.0%} of persons had waited in vain for it" if found.undecided else ""
    fitter.say("AMD", f"empirical, mean {delay.mean():.1f} s", f"{len(found.delays_s)} verdicts{late}")
    return Amd(delay=delay, person_error=person_error, machine_error=0.0)


def _talk(fitter: _Fitter, calls: Sequence[CallRecord], default: Customers, speeds: Speeds) -> AnyDuration:
    """Talk at an agent of average speed."""
    seen_until = max(max(call.placed_at, call.ended_at or 0.0) for call in calls)
    finished: list[float] = []
    unfinished: list[float] = []
    for call in calls:
        if call.bridged_at is None:
            continue
        talk_s = max((seen_until if call.ended_at is None else call.ended_at) - call.bridged_at, 0.0)
        (unfinished if call.ended_at is None else finished).append(talk_s / speeds.of(call.agent_id))
    return fitter.duration("talk", finished, default.talk, unfinished)


def _acw(fitter: _Fitter, intervals: Sequence[AgentInterval], default: Customers, speeds: Speeds) -> AnyDuration:
    found = [
        (one.ended_at - one.started_at) / speeds.of(one.agent_id) for one in intervals if one.state == AgentState.ACW
    ]
    if not intervals:
        fitter.say("ACW", "default", "call records do not show it; give the agents' intervals with --intervals")
        return default.acw
    return fitter.duration("ACW", found, default.acw)


def _day(calls: Sequence[CallRecord]) -> Day:
    """From the first call's hour to the last one's end, on the days that have calls."""
    first = dt.datetime.fromtimestamp(calls[0].placed_at, dt.UTC)
    days = len({int(call.placed_at // 86_400.0) for call in calls})
    times = [call.placed_at % 86_400.0 for call in calls]
    start = int(min(times) // 60.0)
    hours = min((max(times) - start * 60.0) / 3600.0, 24.0 - start / 60.0)
    return Day(
        date=first.date(),
        start=f"{start // 60:02d}:{start % 60:02d}",
        hours=max(round(hours, 4), 0.01),
        days=days,
    )


def _agents(fitter: _Fitter, calls: Sequence[CallRecord], intervals: Sequence[AgentInterval], speeds: Speeds) -> Agents:
    names = {one.agent_id for one in intervals} or {call.agent_id for call in calls if call.agent_id}
    if not names:
        fitter.say("agents", "1", "no call names its agent; set agents.0.count yourself")
        return Agents(count=1)
    how = "all of them present all day: shifts and breaks are not in call records"
    fitter.say("agents", str(len(names)), "who appears in the intervals" if intervals else how)
    differ = f"talk differs between them by {speeds.cv:.0%}" if speeds.cv else "as far as talk times show"
    fitter.say("agents' speed", f"cv {speeds.cv:.2f}" if speeds.cv else "all alike", differ)
    own = tuple(round(speeds.of(name), 4) for name in sorted(names, key=natural)) if speeds.cv else ()
    agents = Agents(count=len(names), speeds=own)
    if not intervals:
        return agents
    pauses = pauses_of(intervals)
    if len(pauses.durations_s) >= DURATIONS_MIN:
        length = fitter.duration("pauses", pauses.durations_s, agents.pause)
        fitter.say(
            "pauses, how often", f"{pauses.probability:.1%} of calls", "breaks are spread over the day like others"
        )
        agents = replace(agents, pause_probability=round(pauses.probability, 5), pause=length)
    start_s = min(call.placed_at % 86_400.0 for call in calls) // 60.0 * 60.0
    late = lateness_of(intervals, start_s)
    if np.count_nonzero(late) * 10 >= late.size:
        quantiles = tuple(round(float(one), 1) for one in np.quantile(late, np.linspace(0.0, 1.0, 21)))
        fitter.say("late arrivals", f"mean {late.mean():.0f} s", f"{late.size} agent-days seen")
        agents = replace(agents, late=Empirical(quantiles_s=quantiles))
    return agents
