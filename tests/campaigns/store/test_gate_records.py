import pytest
from msgspec.structs import replace

from campaigns.dispositions import Meaning
from campaigns.model import Attempt, Campaign, CampaignStatus, Lead, Outcome
from campaigns.rules.gate import Gate
from campaigns.store import gate_records
from campaigns.store.gate_records import GateRecords

NOW = 1_772_470_800.0
GATE = Gate(Campaign(campaign_id=1, name="spring", skill_group="sales", status=CampaignStatus.RUNNING))
ATTEMPT = Attempt(
    attempt_id="1-1",
    lead_id=1,
    attempt_number=1,
    campaign_id=1,
    number="+12125550101",
    caller_id="",
    trunk="main",
    placed_at=NOW,
)
LEAD = Lead(lead_id=1, campaign_id=1, number=ATTEMPT.number)


def test_an_attempt_is_seen_as_it_last_was() -> None:
    records = GateRecords(blocked={})
    assert records.seen(ATTEMPT.number).past == ()
    records.add(ATTEMPT)
    records.add(replace(ATTEMPT, outcome=Outcome.CONNECTED, disposition="no", meaning=Meaning.REFUSAL))
    past = records.seen(ATTEMPT.number).past
    assert past is not None
    assert [(call.outcome, call.disposition) for call in past] == [(Outcome.CONNECTED, "refusal")]


def test_evidence_is_kept_of_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_records, "EVIDENCE_MAX", 2)
    records = GateRecords(blocked={})
    for number in (1, 2, 3):
        assert records.allows(GATE, LEAD, replace(ATTEMPT, attempt_id=f"1-{number}"))
    assert [bool(records.evidence(f"1-{number}")) for number in (1, 2, 3)] == [False, True, True]


def test_a_list_is_replaced_or_added_to() -> None:
    records = GateRecords(blocked={})
    assert records.replace_list("us-national", ["+1", "+2"], NOW) == 2
    assert records.replace_list("us-national", ["+2"], NOW + 1) == 1
    assert records.add_to_list("us-national", ["+2", "+3"], NOW + 2) == 1
    assert "us-national" not in records.seen("+1").listed
    assert "us-national" in records.seen("+3").listed
    assert records.list_dates == {"us-national": NOW + 2}
