"""From a day's rows to sums, and from sums to the figures people ask for. Sums add up; ratios are taken last."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from campaigns.model import COUNTED_AS_ANSWERED, Outcome
from dialer.model import AgentState
from pacing.calibration import RiskTally
from simulation.rows import AttemptRow, IntervalRow
from simulation.world import DayRecord

WINDOW_DAYS = 30
"""Abandonment is judged over successive periods of 30 days (16 CFR 310.4(b)(4)(i)) or of a day (Ofcom)."""
ANSWERED = COUNTED_AS_ANSWERED
"""What a menu ended is no answer here: it wanted no agent."""


class Sums(msgspec.Struct, kw_only=True):
    """What happened in a span of time, as numbers that can be added."""

    day: int
    idle_s: float = 0.0
    """Idle or reserved."""
    talk_s: float = 0.0
    acw_s: float = 0.0
    pause_s: float = 0.0
    attempts: int = 0
    answered: int = 0
    connected: int = 0
    abandoned: int = 0
    lost: int = 0
    machines: int = 0
    amd_errors: int = 0
    """Persons whom AMD took for machines."""
    cancelled: int = 0
    nuisance_rings: int = 0
    """Calls given up by the dialer after they had begun to ring."""
    rings_unanswered: int = 0
    wait_s: float = 0.0
    """From answer to agent, over the connected."""
    wait_s_p95: float = 0.0
    """95th percentile of that wait within the span; where spans are joined, their mean by connected calls."""
    idle_stretches: int = 0
    """Ended stretches of waiting for a call."""

    @property
    def staffed_s(self) -> float:
        """Idle, talk and ACW time; pauses are not staffed time."""
        return self.idle_s + self.talk_s + self.acw_s


class CampaignDay(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign's abandon account of one whole day, as a regulator would draw it up."""

    day: int
    campaign_id: int
    answered: int
    """Answered by a person and not taken for a machine."""
    abandoned: int
    connected: int
    amd_errors: int


class ReplicationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One replication: sums by span, and the abandon accounts of every campaign and day."""

    replication: int
    spans: tuple[Sums, ...]
    accounts: tuple[CampaignDay, ...]
    risks: tuple[RiskTally, ...] = ()
    """What the policy foretold of its calls, by bin of risk (`pacing.calibration.EDGES`), against what became of them;
    empty for a policy that foretells nothing, and in runs kept before this was counted."""


class Metric(NamedTuple):
    """One figure of the summary."""

    name: str
    words: str
    unit: str
    """"%" for rates (kept as 0..1), otherwise what is counted."""


METRICS = (
    Metric("occupancy", "occupancy", "%"),
    Metric("talk_min_per_agent_h", "talk per agent-hour", "min"),
    Metric("abandon_rate", "abandon rate, US (16 CFR 310.4)", "%"),
    Metric("abandon_rate_worst_30_days", "abandon rate, US, worst 30 days", "%"),
    Metric("abandon_rate_worst_day", "abandon rate, US, worst day", "%"),
    Metric("abandon_rate_uk", "abandon rate, UK (Ofcom)", "%"),
    Metric("abandon_rate_uk_worst_day", "abandon rate, UK, worst day", "%"),
    Metric("answer_to_agent_s", "answer to agent, mean", "s"),
    Metric("answer_to_agent_s_p95", "answer to agent, 95th percentile", "s"),
    Metric("wait_between_calls_s", "agent's wait between calls", "s"),
    Metric("dials_per_agent_h", "dials per agent-hour", "dials"),
    Metric("connects_per_agent_h", "conversations per agent-hour", "calls"),
    Metric("answer_rate", "answer rate", "%"),
    Metric("nuisance_rate", "calls cancelled while ringing", "%"),
    Metric("lost_rate", "hung up before the agent, of answered", "%"),
)


def spans_of(record: DayRecord, count: int) -> list[Sums]:
    """The measured part of a day in `count` equal spans; an attempt belongs to the span in which it was placed."""
    edges = np.linspace(record.measured_from, record.measured_to, count + 1)
    spans = [Sums(day=record.day) for _ in range(count)]
    _add_intervals(spans, edges, record.rows.intervals)
    waits: list[list[float]] = [[] for _ in range(count)]
    for row in record.rows.attempts:
        if edges[0] <= row.placed_at < edges[-1]:
            index = int(np.searchsorted(edges, row.placed_at, side="right")) - 1
            _add_attempt(spans[index], row, waits[index])
    for span, span_waits in zip(spans, waits, strict=True):
        span.wait_s = sum(span_waits)
        span.wait_s_p95 = float(np.quantile(span_waits, 0.95)) if span_waits else 0.0
    return spans


def accounts_of(record: DayRecord) -> list[CampaignDay]:
    """The abandon account of each campaign for the whole day, warm-up included."""
    accounts = []
    for campaign_id in sorted({row.campaign_id for row in record.rows.attempts}):
        rows = [row for row in record.rows.attempts if row.campaign_id == campaign_id]
        accounts.append(
            CampaignDay(
                day=record.day,
                campaign_id=campaign_id,
                answered=sum(row.outcome in ANSWERED for row in rows),
                abandoned=sum(row.outcome == Outcome.ABANDONED for row in rows),
                connected=sum(row.outcome in {Outcome.CONNECTED, Outcome.MESSAGE_PLAYED} for row in rows),
                amd_errors=sum(_is_amd_error(row) for row in rows),
            )
        )
    return accounts


def metrics_of(figures: ReplicationFigures) -> dict[str, float | None]:
    """Every metric of one replication; None where there is nothing to divide by."""
    worst = worst_accounts(figures.accounts)
    return metrics_of_spans(figures.spans) | {name: _rate(*account) for name, account in worst.items()}


def metrics_of_spans(spans: Sequence[Sums]) -> dict[str, float | None]:
    """The metrics that need nothing but sums."""
    total = {name: sum(getattr(span, name) for span in spans) for name in Sums.__struct_fields__}
    staffed_s = total["idle_s"] + total["talk_s"] + total["acw_s"]
    uk_abandoned = total["abandoned"] + total["amd_errors"]
    p95 = sum(span.wait_s_p95 * span.connected for span in spans)
    return {
        "occupancy": _rate(total["talk_s"] + total["acw_s"], staffed_s),
        "talk_min_per_agent_h": _rate(60.0 * total["talk_s"], staffed_s),
        "abandon_rate": _rate(total["abandoned"], total["answered"]),
        "abandon_rate_uk": _rate(uk_abandoned, uk_abandoned + total["connected"]),
        "answer_to_agent_s": _rate(total["wait_s"], total["connected"]),
        "answer_to_agent_s_p95": _rate(p95, total["connected"]),
        "wait_between_calls_s": _rate(total["idle_s"], total["idle_stretches"]),
        "dials_per_agent_h": _rate(3600.0 * total["attempts"], staffed_s),
        "connects_per_agent_h": _rate(3600.0 * total["connected"], staffed_s),
        "answer_rate": _rate(total["answered"], total["attempts"]),
        "nuisance_rate": _rate(total["nuisance_rings"], total["attempts"]),
        "lost_rate": _rate(total["lost"], total["answered"]),
    }


class Account(NamedTuple):
    """What a regulator divides."""

    abandoned: int
    answered: int


def worst_accounts(accounts: Sequence[CampaignDay]) -> dict[str, Account]:
    """The account with the highest rate, by metric: over campaigns, and over days or successive periods of 30 days.

    The last period goes as far as the days do. The UK's day counts persons taken for machines as abandoned.
    """
    days = [Account(one.abandoned, one.answered) for one in accounts]
    uk_days = [
        Account(one.abandoned + one.amd_errors, one.abandoned + one.amd_errors + one.connected) for one in accounts
    ]
    windows: dict[tuple[int, int], Account] = {}
    for one in accounts:
        key = (one.campaign_id, one.day // WINDOW_DAYS)
        before = windows.get(key, Account(0, 0))
        windows[key] = Account(before.abandoned + one.abandoned, before.answered + one.answered)
    return {
        "abandon_rate_worst_day": _worst(days),
        "abandon_rate_uk_worst_day": _worst(uk_days),
        "abandon_rate_worst_30_days": _worst(list(windows.values())),
    }


def _worst(accounts: Sequence[Account]) -> Account:
    return max(accounts, key=lambda one: _rate(*one) or 0.0, default=Account(0, 0))


def _add_intervals(spans: list[Sums], edges: np.ndarray, rows: Sequence[IntervalRow]) -> None:
    """Share out every interval over the spans it overlaps."""
    fields = {
        AgentState.IDLE: "idle_s",
        AgentState.PREVIEWING: "idle_s",
        AgentState.RESERVED: "idle_s",
        AgentState.TALKING: "talk_s",
        AgentState.ACW: "acw_s",
        AgentState.PAUSED: "pause_s",
    }
    for state, field in fields.items():
        own = [row for row in rows if row.state == state]
        starts = np.array([row.started_at for row in own])
        ends = np.array([row.ended_at for row in own])
        for index, span in enumerate(spans):
            overlap = np.minimum(ends, edges[index + 1]) - np.maximum(starts, edges[index])
            setattr(span, field, getattr(span, field) + float(np.maximum(overlap, 0.0).sum()))
            if state is AgentState.TALKING:
                # Every conversation ends one wait, also one that took no time.
                span.idle_stretches = int(((starts >= edges[index]) & (starts < edges[index + 1])).sum())


def _add_attempt(span: Sums, row: AttemptRow, waits: list[float]) -> None:
    span.attempts += 1
    outcome = row.outcome
    if outcome in ANSWERED:
        span.answered += 1
    if outcome == Outcome.CONNECTED:
        span.connected += 1
        if row.bridged_at is not None and row.answered_at is not None:
            waits.append(row.bridged_at - row.answered_at)
    elif outcome == Outcome.ABANDONED:
        span.abandoned += 1
    elif outcome == Outcome.LOST:
        span.lost += 1
    elif outcome == Outcome.MACHINE:
        span.machines += 1
        span.amd_errors += _is_amd_error(row)
    elif outcome == Outcome.CANCELLED:
        span.cancelled += 1
        span.nuisance_rings += row.ringing_at is not None
    elif outcome == Outcome.NO_ANSWER:
        span.rings_unanswered += 1


def _is_amd_error(row: AttemptRow) -> bool:
    return row.outcome == Outcome.MACHINE and row.is_person is True


def _rate(part: float, whole: float) -> float | None:
    return part / whole if whole > 0.0 else None
