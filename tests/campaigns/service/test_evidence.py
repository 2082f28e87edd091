import json
from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from campaigns.model import Attempt
from campaigns.ports import Verdict
from campaigns.service import evidence
from campaigns.service.evidence import json_lines, verdict_rows, with_evidence
from campaigns.store.memory import MemoryStore

ATTEMPT = Attempt(
    attempt_id="1-1",
    lead_id=1,
    attempt_number=1,
    campaign_id=1,
    number="+12025550101",
    caller_id="",
    trunk="main",
    placed_at=5.0,
)
VERDICTS = (Verdict("lead_open", True, "the lead is open"), Verdict("consent", True, "consent is express"))


class Known(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    def evidence_of(self, attempt_ids: Sequence[str]) -> Mapping[str, Sequence[Verdict]]:
        self.asked.append(list(attempt_ids))
        return {"1-1": VERDICTS}


def test_evidence_is_read_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "BATCH", 2)
    store = Known()
    attempts = [replace(ATTEMPT, attempt_id=f"1-{number}") for number in (1, 2, 3)]
    rows = list(with_evidence(store, attempts))
    assert store.asked == [["1-1", "1-2"], ["1-3"]]
    assert [len(row.verdicts) for row in rows] == [2, 0, 0]
    lines = [json.loads(line) for line in json_lines(rows)]
    assert lines[0]["verdicts"][1] == {"rule": "consent", "is_allowed": True, "reason": "consent is express"}
    assert [(row.attempt_id, row.rule, row.reason) for row in verdict_rows(rows)] == [
        ("1-1", "lead_open", "the lead is open"),
        ("1-1", "consent", "consent is express"),
    ]
