"""Tallies into counts: attempts by outcome, and the rates made of them."""

from collections.abc import Iterable
from typing import Any

from campaigns.model import ANSWERED_BY_PERSON, Outcome
from campaigns.reports.model import Tally


def counts(tallies: Iterable[Tally]) -> dict[str, Any]:
    """The fields of `Counts` for some tallies together."""
    found: dict[str, Any] = dict.fromkeys((outcome.value for outcome in Outcome), 0)
    found |= {"open": 0, "attempts": 0, "placed": 0, "answered": 0, "talk_s": 0.0}
    wait_s = 0.0
    for tally in tallies:
        found["open" if tally.outcome is None else tally.outcome.value] += tally.attempts
        found["attempts"] += tally.attempts
        found["placed"] += tally.attempts - tally.not_placed
        found["talk_s"] += tally.talk_s
        wait_s += tally.wait_s
        if tally.outcome in ANSWERED_BY_PERSON:
            found["answered"] += tally.attempts
    found["answer_rate"] = rate(found["answered"], found["placed"])
    found["abandon_rate"] = rate(found["abandoned"], found["answered"] - found["menu_ended"])
    found["talk_mean_s"] = rate(found["talk_s"], found["connected"])
    found["wait_mean_s"] = rate(wait_s, found["connected"])
    return found


def rate(part: float, whole: float) -> float | None:
    """Part / whole; None where there is no whole."""
    return part / whole if whole else None
