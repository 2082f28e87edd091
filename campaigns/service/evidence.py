"""Evidence in bulk: every attempt of a campaign and period with what each rule saw, as lines of JSON or rows of CSV."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from campaigns.model import Attempt, Outcome
from campaigns.ports import CampaignStore, Verdict

BATCH = 500


class AttemptEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Why one attempt was allowed."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    number: str
    caller_id: str
    placed_at: float
    outcome: Outcome | None
    verdicts: tuple[Verdict, ...]
    """One for each rule; none where the attempt never passed the gate."""


class VerdictRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's word on one attempt."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    number: str
    caller_id: str
    placed_at: float
    outcome: Outcome | None
    rule: str
    is_allowed: bool
    reason: str


def with_evidence(store: CampaignStore, attempts: Iterable[Attempt]) -> Iterator[AttemptEvidence]:
    """Attempts with their evidence, read some hundreds at a time."""
    remaining = iter(attempts)
    while batch := list(islice(remaining, BATCH)):
        known = store.evidence_of([attempt.attempt_id for attempt in batch])
        for attempt in batch:
            yield AttemptEvidence(
                attempt_id=attempt.attempt_id,
                campaign_id=attempt.campaign_id,
                lead_id=attempt.lead_id,
                number=attempt.number,
                caller_id=attempt.caller_id,
                placed_at=attempt.placed_at,
                outcome=attempt.outcome,
                verdicts=tuple(known.get(attempt.attempt_id, ())),
            )


def json_lines(rows: Iterable[AttemptEvidence]) -> Iterator[bytes]:
    """One attempt on a line."""
    for row in rows:
        yield msgspec.json.encode(row) + b"\n"


def verdict_rows(rows: Iterable[AttemptEvidence]) -> Iterator[VerdictRow]:
    """One rule of one attempt on a row."""
    for row in rows:
        fields = {name: getattr(row, name) for name in AttemptEvidence.__struct_fields__ if name != "verdicts"}
        for verdict in row.verdicts:
            yield VerdictRow(**fields, rule=verdict.rule, is_allowed=verdict.is_allowed, reason=verdict.reason)
