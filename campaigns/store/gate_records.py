"""What the memory store keeps for the gate: the attempts at each number, the lists that hold it, and the evidence."""

from collections.abc import Container, Iterable, Mapping

from campaigns.model import Attempt, Campaign, Lead
from campaigns.ports import Verdict
from campaigns.rules.abandon import HOUR_S, windows
from campaigns.rules.checks import Seen
from campaigns.rules.gate import Gate
from campaigns.rules.past import PastCall
from campaigns.store import judging
from campaigns.terms import AbandonWindow, AnswerHour

EVIDENCE_MAX = 10_000
"""Attempts whose evidence is kept in memory; the oldest is forgotten first."""


class GateRecords:
    """Attempts by number, national and campaign lists, and why each call was allowed."""

    def __init__(self, blocked: Mapping[int, Container[str]]) -> None:
        """`blocked` is each tenant's own do-not-call list, kept by the store."""
        self._blocked = blocked
        self._past: dict[tuple[int, str], dict[str, PastCall]] = {}
        self._lists: dict[str, set[str]] = {}
        self.list_dates: dict[str, float] = {}
        """The day of each list."""
        self._hours: dict[int, dict[int, AnswerHour]] = {}
        self._evidence: dict[str, tuple[Gate, Lead, float, Seen]] = {}

    def seen(self, number: str, caller_id: str | None = None, tenant_id: int = 1) -> Seen:
        """What a tenant knows of a number."""
        past = self._past.get((tenant_id, number))
        return Seen(
            blocked=self._blocked.get(tenant_id, ()),
            listed=[name for name, numbers in self._lists.items() if number in numbers] if self._lists else (),
            past=() if past is None else tuple(past.values()),
            lists=self.list_dates,
            caller_id=caller_id,
        )

    def allows(self, gate: Gate, lead: Lead, attempt: Attempt) -> bool:
        """Put an attempt that is about to be written before the gate, and keep what the gate saw if it passes."""
        seen = self.seen(attempt.number, attempt.caller_id, gate.campaign.tenant_id)
        if judging.refusals_of(gate, lead, attempt, seen):
            return False
        if len(self._evidence) >= EVIDENCE_MAX:
            del self._evidence[next(iter(self._evidence))]
        self._evidence[attempt.attempt_id] = gate, judging.at_number(lead, attempt), attempt.placed_at, seen
        return True

    def add(self, attempt: Attempt, tenant_id: int = 1) -> None:
        """Note an attempt, or what became of it."""
        meaning = "" if attempt.meaning is None else str(attempt.meaning)
        call = PastCall(attempt.placed_at, attempt.campaign_id, attempt.lead_id, attempt.outcome, meaning)
        self._past.setdefault((tenant_id, attempt.number), {})[attempt.attempt_id] = call

    def forget(self, attempt: Attempt, tenant_id: int) -> None:
        """Take an attempt out of what is known of its number, and its evidence away."""
        self._past.get((tenant_id, attempt.number), {}).pop(attempt.attempt_id, None)
        self._evidence.pop(attempt.attempt_id, None)

    def count_answer(self, campaign_id: int, answer: AnswerHour | None) -> None:
        """Add an answered call to the campaign's abandon accounts."""
        if answer is not None:
            hours = self._hours.setdefault(campaign_id, {})
            known = hours.get(answer.hour)
            hours[answer.hour] = answer if known is None else known.plus(answer)

    def windows(self, campaign: Campaign, now: float) -> tuple[AbandonWindow, ...]:
        """The campaign's abandon accounts by its profiles' rules."""
        hours = self._hours.get(campaign.campaign_id, {})
        return windows(campaign, hours.values(), min(hours) * HOUR_S if hours else None, now)

    def evidence(self, attempt_id: str) -> tuple[Verdict, ...]:
        """Why an attempt was allowed, rule by rule; empty for one that never passed the gate."""
        found = self._evidence.get(attempt_id)
        return () if found is None else found[0].verdicts(*found[1:])

    def replace_list(self, name: str, numbers: Iterable[str], as_of: float) -> int:
        """Take over a whole list; returns how many numbers it has."""
        self._lists[name] = set(numbers)
        self.list_dates[name] = as_of
        return len(self._lists[name])

    def add_to_list(self, name: str, numbers: Iterable[str], now: float) -> int:
        """Put numbers on a list; returns how many were new."""
        known = self._lists.setdefault(name, set())
        new = set(numbers) - known
        known.update(new)
        self.list_dates[name] = now
        return len(new)
