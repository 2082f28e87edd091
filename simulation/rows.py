"""The record of a simulated day as flat rows: attempts, agents' intervals, decisions.

Rows are read off the messages that cross the ports, so nothing is counted that the dialer itself did not say or hear.
"""

from collections.abc import Callable
from typing import NamedTuple

from campaigns.ports import Result
from dialer.messages import ReportDecision, ShowAgent
from dialer.model import AgentState
from simulation.models.customers import Fate
from simulation.ports.desk import DeskWatcher
from simulation.ports.store import ResultWatcher


class AttemptRow(NamedTuple):
    """One attempt with its outcome, beside what only the simulator knows."""

    day: int
    campaign_id: int
    attempt_id: str
    lead_id: int
    attempt_number: int
    number: str
    placed_at: float
    ringing_at: float | None
    answered_at: float | None
    bridged_at: float | None
    ended_at: float
    outcome: str
    agent_id: str
    sip_status: int | None
    cause: str
    is_person: bool | None
    """Whether a person was there to answer; None for an attempt that was never placed."""
    is_machine: bool | None
    answer_probability: float | None
    """The true chance of an answer when the call was placed."""


class IntervalRow(NamedTuple):
    """A stretch an agent spent in one state."""

    day: int
    agent_id: str
    state: str
    started_at: float
    ended_at: float
    attempt_id: str


class DecisionRow(NamedTuple):
    """One pacing decision that placed calls or whose reason changed."""

    day: int
    at: float
    campaign_id: int
    calls: int
    agents_free: int
    agents_soon_free: int
    reason: str
    shadow_calls: int | None
    """What the campaign's shadow policy would have placed; None where it has none."""


class DayRows(NamedTuple):
    """Everything recorded on one day."""

    attempts: list[AttemptRow]
    intervals: list[IntervalRow]
    decisions: list[DecisionRow]


ABSENT = frozenset({AgentState.OFFLINE, AgentState.CONNECTING})


class Recorder(DeskWatcher, ResultWatcher):
    """Collects the rows of the day under way."""

    def __init__(self, take_fate: Callable[[str], Fate | None], keeps_decisions: bool) -> None:
        """`take_fate` hands over, once, what a placed call was to meet."""
        self._take_fate = take_fate
        self._keeps_decisions = keeps_decisions
        self._day = 0
        self._since: dict[str, tuple[AgentState, float, str]] = {}
        self._rows = DayRows([], [], [])

    def begin_day(self, day: int) -> None:
        """Start the rows of a day."""
        self._day = day
        self._since = {}
        self._rows = DayRows([], [], [])

    def end_day(self, now: float) -> DayRows:
        """Close the intervals still open and hand over the day's rows."""
        for agent_id in list(self._since):
            self._close(agent_id, now)
        return self._rows

    def on_agent(self, command: ShowAgent) -> None:
        """See `DeskWatcher`."""
        self._close(command.agent_id, command.since)
        if command.state not in ABSENT:
            attempt_id = command.call.attempt_id if command.call is not None else ""
            self._since[command.agent_id] = (command.state, command.since, attempt_id)

    def on_decision(self, command: ReportDecision, now: float) -> None:
        """See `DeskWatcher`."""
        if self._keeps_decisions:
            shadow = command.numbers.get("shadow_calls")
            self._rows.decisions.append(
                DecisionRow(
                    self._day,
                    now,
                    command.campaign_id,
                    command.calls,
                    command.agents_free,
                    command.agents_soon_free,
                    command.reason,
                    int(shadow) if shadow is not None else None,
                )
            )

    def on_result(self, result: Result) -> None:
        """See `ResultWatcher`."""
        attempt = result.attempt
        fate = self._take_fate(attempt.attempt_id)
        ended_at = attempt.ended_at if attempt.ended_at is not None else attempt.placed_at
        self._rows.attempts.append(
            AttemptRow(
                self._day,
                attempt.campaign_id,
                attempt.attempt_id,
                attempt.lead_id,
                attempt.attempt_number,
                attempt.number,
                attempt.placed_at,
                attempt.ringing_at,
                attempt.answered_at,
                attempt.bridged_at,
                ended_at,
                str(attempt.outcome),
                attempt.agent_id,
                attempt.sip_status,
                attempt.cause,
                fate.is_person if fate is not None else None,
                fate.is_machine if fate is not None else None,
                fate.answer_probability if fate is not None else None,
            )
        )

    def _close(self, agent_id: str, at: float) -> None:
        open_interval = self._since.pop(agent_id, None)
        if open_interval is not None:
            state, since, attempt_id = open_interval
            if at > since:
                self._rows.intervals.append(IntervalRow(self._day, agent_id, str(state), since, at, attempt_id))
