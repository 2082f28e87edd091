"""The proof: the predictive policy in closed loop over many days of every kind, each day learned from nothing.

A day is one replication: ten hours, a new policy, no parameter known in advance. The first hour, in which everything
is learned, is reported apart from the other nine; the abandon account is the whole day's, as a regulator draws it up.
Where leads have scores, the figures are those of the second day, and the scores what the first one taught.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pacing.calibration import RiskTally
from simulation.experiments.figures import WINDOW_DAYS, ReplicationFigures, Sums
from simulation.experiments.intervals import Interval, mean_interval
from simulation.scenario.library import find_scenario
from simulation.scenario.model import Scenario
from simulation.scenario.overrides import override_all

HOURS = 10
"""As many as a day has spans in its figures, so that each span is an hour."""
STARTS, ENDS = "09:00", "19:00"
Changes = list[tuple[str, Any]]

LEVER_LEADS: Changes = [
    ("customers.answer_concentration", 3.0),
    ("customers.answer_classes", 20),
    ("pacing.lead_scores", True),
]
"""Leads spread as Beta(0.9, 2.1), of which the list shows twenty classes; what a class means is learned."""
LEVER_CANCEL: Changes = [("pacing.cancel_after_s", 15.0), ("pacing.late_cancels_max", 1)]
LEVER_CHOICE: Changes = [("pacing.chooses_leads", True)]
RINGS_AT_ONCE: Changes = [("customers.post_dial_delay", {"kind": "deterministic", "value_s": 0.0})]
"""Calls ring as they are placed, as in the model that published targets come from: giving up after 15 s of ringing is
then giving up after 15 s, not 17."""

DRIFT: Changes = [
    (
        "changes",
        [
            {"at": "10:45", "parameter": "answer_probability", "value": 0.20, "over_s": 1800},
            {"at": "14:45", "parameter": "answer_probability", "value": 0.42, "over_s": 1800},
        ],
    )
]
STEPS: Changes = [
    (
        "changes",
        [
            *DRIFT[0][1],
            {"at": "16:00", "parameter": "answer_probability", "value": 0.25},
            {"at": "17:00", "parameter": "answer_probability", "value": 0.45},
        ],
    )
]
LOG_OFF: Changes = [
    (
        "agents.0.mass_log_offs",
        [{"at": "11:00", "share": 0.5, "back_at": "12:00"}, {"at": "15:00", "share": 0.5, "back_at": "16:00"}],
    )
]
SLOW_CARRIER: Changes = [
    (
        "changes",
        [
            {"at": "12:00", "parameter": "post_dial_delay_factor", "value": 4.0, "over_s": 3600},
            {"at": "12:00", "parameter": "answer_delay_factor", "value": 1.5, "over_s": 3600},
            {"at": "14:00", "parameter": "carrier_failure_probability", "value": 0.15, "over_s": 1800},
        ],
    ),
    ("carrier.outages", [{"at": "15:00", "duration_s": 600, "announced": False, "timeout_s": 10.0}]),
]
UNSEEN: Changes = [
    ("customers.answer_probability", 0.17),
    ("customers.machine", 0.35),
    ("customers.no_answer", 0.25),
    ("customers.failure", 0.2),
    ("customers.answer_delay", {"kind": "weibull", "scale_s": 19.0, "shape": 2.2, "max_s": 28.0}),
    ("customers.talk", {"kind": "weibull", "scale_s": 210.0, "shape": 0.8}),
    ("customers.acw", {"kind": "gamma", "mean_s": 35.0, "cv": 0.7}),
    ("customers.hour_factors", {"12": 0.7, "13": 0.8, "17": 1.5, "18": 1.6}),
    ("agents.0.speed_cv", 0.3),
    ("agents.0.late", {"kind": "exponential", "mean_s": 240.0}),
    ("agents.0.pause_probability", 0.04),
    ("agents.0.pauses_announced", False),
    ("changes", [{"at": "13:30", "parameter": "talk_factor", "value": 0.6}]),
]
HOLD_OUT = "unseen"
"""No constant of the policy was tuned on this family; it was chosen before the policy's last changes were made."""

CASES: dict[str, tuple[str, Changes]] = {
    "stationary": ("the base case", []),
    "open-end": ("the base case, with no known end of dialing", [("pacing.dialing_ends", "")]),
    "drift": ("the answer rate drifts from 30 to 20 to 42 %", DRIFT),
    "steps": ("drift, and two abrupt changes of list", STEPS),
    "log-off": ("half of the agents leave at once, twice, for an hour", LOG_OFF),
    "slow-carrier": ("ringing slows down, calls fail, ten minutes of silent outage", SLOW_CARRIER),
    "dry-list": ("the list runs dry in the course of the day", []),
    "shared": ("two campaigns share the agents; the better list goes first and runs dry", []),
    "unseen": ("hold-out: other laws of everything, pauses nobody announces, an hourly rhythm", UNSEEN),
    "scores": ("leads differ, their scores are learned", LEVER_LEADS),
    "scores-cancel": ("scores, and calls given up after 15 s of ringing", LEVER_LEADS + LEVER_CANCEL),
    "scores-cancel-choice": ("scores, cancelling, and leads chosen", LEVER_LEADS + LEVER_CANCEL + LEVER_CHOICE),
    "scores-cancel-at-once": (
        "scores and cancelling, where calls ring as they are placed",
        LEVER_LEADS + LEVER_CANCEL + RINGS_AT_ONCE,
    ),
    "scores-cancel-choice-at-once": (
        "all of these, where calls ring as they are placed",
        LEVER_LEADS + LEVER_CANCEL + LEVER_CHOICE + RINGS_AT_ONCE,
    ),
    "cancel": ("calls given up after 15 s of ringing", LEVER_CANCEL),
}
LEARNING_DAYS = {case: 1 for case in CASES if case.startswith("scores")}
"""Days before the one whose occupancy is shown: what the list says of a lead takes five agents a day to learn."""
DRY_LEADS_PER_AGENT = 450
SHARED_LEADS_PER_AGENT = 130
"""The list runs dry after about six hours; that of the better of two campaigns after about three."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One case with one team over all its days."""

    case: str
    agents: int
    days: int
    occupancy: Interval | None
    """From the second hour to the end, mean over days."""
    first_hour: Interval | None
    abandon_rate: Interval | None
    """Of whole days."""
    worst_day: float
    days_over: int
    worst_30_days: float
    """Over successive periods of thirty of these days, the last one as far as it goes."""
    cancelled: float
    """Share of calls given up while they rang."""
    risk_ratio: Interval | None
    """Abandoned calls over those foretold when the calls were placed, mean over days; None where it was not counted."""
    reliability: tuple[RiskTally, ...]
    """The same of all days together by bin of risk (`pacing.calibration.EDGES`)."""


def scenario_of(case: str, agents: int) -> Scenario:
    """The scenario of a case for a team."""
    changes: Changes = [
        ("day.start", STARTS),
        ("day.hours", float(HOURS)),
        ("day.days", 1 + LEARNING_DAYS.get(case, 0)),
        ("day.warmup_s", 0.0),
        ("agents.0.count", agents),
    ]
    base = find_scenario("two-campaigns" if case == "shared" else "base")
    for number in range(len(base.campaigns)):
        pacing = f"campaigns.{number}.pacing"
        changes += [(f"{pacing}.policy", "predictive"), (f"{pacing}.dialing_ends", ENDS)]
    if case == "dry-list":
        changes += [("leads", DRY_LEADS_PER_AGENT * agents), ("endless", False)]
    if case == "shared":
        changes.append(("leads", SHARED_LEADS_PER_AGENT * agents))
    return override_all(base, [*changes, *CASES[case][1]])


def prove(case: str, agents: int, days: Sequence[ReplicationFigures], cap: float) -> Proof:
    """The figures of one case from its days."""
    rates = [_rate(figures) for figures in days]
    return Proof(
        case=case,
        agents=agents,
        days=len(days),
        occupancy=mean_interval([_occupancy(figures.spans[1 - HOURS :]) for figures in days]),
        first_hour=mean_interval([_occupancy(figures.spans[-HOURS:][:1]) for figures in days]),
        abandon_rate=mean_interval(rates),
        worst_day=max(rates, default=0.0),
        days_over=sum(rate > cap for rate in rates),
        worst_30_days=max((_pooled(days[at : at + WINDOW_DAYS]) for at in range(0, len(days), WINDOW_DAYS)), default=0),
        cancelled=_share(days, lambda span: span.cancelled, lambda span: span.attempts),
        risk_ratio=mean_interval([_risk_ratio(figures) for figures in days if figures.risks]),
        reliability=tuple(
            sum(bins, RiskTally()) for bins in zip(*(figures.risks for figures in days if figures.risks), strict=True)
        ),
    )


def _occupancy(spans: Sequence[Sums]) -> float | None:
    busy = sum(span.talk_s + span.acw_s for span in spans)
    staffed = sum(span.staffed_s for span in spans)
    return busy / staffed if staffed > 0.0 else None


def _rate(figures: ReplicationFigures) -> float:
    """The day's abandon rate; of several campaigns the highest."""
    return max((one.abandoned / one.answered for one in figures.accounts if one.answered), default=0.0)


def _risk_ratio(figures: ReplicationFigures) -> float | None:
    whole = sum(figures.risks, RiskTally())
    return whole.abandoned / whole.predicted if whole.predicted > 0.0 else None


def _pooled(days: Sequence[ReplicationFigures]) -> float:
    answered = sum(account.answered for figures in days for account in figures.accounts)
    abandoned = sum(account.abandoned for figures in days for account in figures.accounts)
    return abandoned / answered if answered else 0.0


def _share(days: Sequence[ReplicationFigures], part: Callable[[Sums], int], whole: Callable[[Sums], int]) -> float:
    spans = [span for figures in days for span in figures.spans]
    total = sum(whole(span) for span in spans)
    return sum(part(span) for span in spans) / total if total else 0.0
