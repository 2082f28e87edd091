"""What is told at the end: the figures, the checks, and where everything lies."""

import json
from collections import Counter
from statistics import fmean

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from campaigns.model import Outcome
from dialer.model import Statistics
from simulation.demo.books import Books
from simulation.demo.checks import Check
from simulation.demo.stage import ABANDON_RATE_MAX, Stage
from simulation.demo.view import percent


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The demo in figures."""

    seconds: float
    """From the campaign's start to its stop."""
    agents: int
    leads: int
    attempts: int
    outcomes: dict[str, int]
    answered: int
    connected: int
    abandoned: int
    lost: int
    abandon_rate: float | None
    abandon_rate_max: float
    occupancy: float | None
    """At the campaign's stop."""
    talk_s_mean: float | None
    answer_to_bridge_ms_mean: float | None
    """From an answer to audio with an agent, of those connected."""
    answer_to_bridge_ms_max: float | None
    calls_at_once_max: int
    """At the carrier."""
    dispositions: int
    checks: tuple[Check, ...]
    files: dict[str, str]

    @property
    def passed(self) -> bool:
        """Whether every check did."""
        return all(check.passed for check in self.checks)


def make_report(
    stage: Stage,
    books: Books,
    checks: tuple[Check, ...],
    *,
    seconds: float,
    agents: int,
    leads: int,
    statistics: Statistics | None,
) -> Report:
    """Work out the figures.

    Args:
        stage: where everything lies.
        books: what everybody wrote down.
        checks: whether it agrees.
        seconds: from the campaign's start to its stop.
        agents: who were logged in.
        leads: on the list.
        statistics: the last before the campaign was stopped.
    """
    outcomes = Counter(str(attempt.outcome) for attempt in books.attempts)
    answered = sum(attempt.answered_at is not None for attempt in books.attempts)
    waits_ms = [
        1000.0 * (attempt.bridged_at - attempt.answered_at)
        for attempt in books.attempts
        if attempt.bridged_at is not None and attempt.answered_at is not None
    ]
    talks_s = [cdr.talk_s for cdr in books.cdrs if cdr.outcome is Outcome.CONNECTED]
    return Report(
        seconds=round(seconds, 1),
        agents=agents,
        leads=leads,
        attempts=len(books.attempts),
        outcomes=dict(outcomes.most_common()),
        answered=answered,
        connected=outcomes[Outcome.CONNECTED],
        abandoned=outcomes[Outcome.ABANDONED],
        lost=outcomes[Outcome.LOST],
        abandon_rate=outcomes[Outcome.ABANDONED] / answered if answered else None,
        abandon_rate_max=ABANDON_RATE_MAX,
        occupancy=None if statistics is None else statistics.occupancy,
        talk_s_mean=round(fmean(talks_s), 2) if talks_s else None,
        answer_to_bridge_ms_mean=round(fmean(waits_ms), 1) if waits_ms else None,
        answer_to_bridge_ms_max=round(max(waits_ms), 1) if waits_ms else None,
        calls_at_once_max=books.tally.calls_most,
        dispositions=sum(bool(attempt.disposition) for attempt in books.attempts),
        checks=checks,
        files={
            "database": stage.database_url,
            "cdrs": str(stage.cdrs),
            "trace": str(stage.trace),
            "everything": str(stage.folder),
        },
    )


def as_json(report: Report) -> str:
    """The report for a program."""
    return json.dumps({"passed": report.passed, **msgspec.to_builtins(report)}, indent=2, ensure_ascii=False)


def print_report(report: Report, console: Console) -> None:
    """The report for a person."""
    console.print(_figures(report))
    console.print(_checks(report))
    for name, place in report.files.items():
        console.print(Text(f"{name}: {place}"), soft_wrap=True)


def _figures(report: Report) -> Table:
    table = Table("figure", "value", title="Summary", title_justify="left")
    rows = {
        "dialing": f"{report.seconds:g} s, {report.agents} agents, {report.leads} leads",
        "attempts": f"{report.attempts}",
        "outcomes": ", ".join(f"{count} {name}" for name, count in report.outcomes.items()) or "none",
        "answered": f"{report.answered}, of them {report.connected} connected, {report.abandoned} abandoned, "
        f"{report.lost} lost",
        "abandon rate": f"{percent(report.abandon_rate)} (cap {percent(report.abandon_rate_max)})",
        "occupancy": percent(report.occupancy),
        "talk time": _mean(report.talk_s_mean, "s"),
        "answer to agent": f"{_mean(report.answer_to_bridge_ms_mean, 'ms')}, at most "
        f"{_mean(report.answer_to_bridge_ms_max, 'ms').removesuffix(' on average')}",
        "calls at once": f"{report.calls_at_once_max} at most",
        "dispositions": f"{report.dispositions} set by agents",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _mean(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:g} {unit} on average"


def _checks(report: Report) -> Table:
    table = Table("", "check", "figures", title="Do the books agree?", title_justify="left")
    for check in report.checks:
        verdict = Text("PASS", style="green") if check.passed else Text("FAIL", style="bold red")
        table.add_row(verdict, check.name, check.detail)
    return table
