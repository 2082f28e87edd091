from hypothesis import given
from hypothesis import strategies as st

from campaigns.consents import Consent, ConsentKind
from campaigns.imports import AddRules
from campaigns.model import (
    Attempt,
    Campaign,
    CampaignStatus,
    Cdr,
    Lead,
    LeadNumber,
    LeadStatus,
    NewLead,
    Outcome,
    PacingSettings,
    PhoneKind,
)
from campaigns.store import rows

names = st.text(st.characters(codec="utf-8", exclude_characters="_"), max_size=20)

NOT_WRITTEN = {"callback": ""}
"""Columns that a new lead leaves to their defaults."""


@given(names, st.sampled_from(CampaignStatus), st.floats(0.001, 10))
def test_campaigns_come_back(name: str, status: CampaignStatus, ratio: float) -> None:
    campaign = Campaign(
        campaign_id=7, name=name, skill_group="sales", status=status, pacing=PacingSettings(ratio=ratio)
    )
    text = rows.settings_text(campaign)
    assert "campaign_id" not in text
    assert rows.to_campaign(7, str(status), text, 1) == campaign


@given(names, st.dictionaries(names, names), st.integers(-99, 99))
def test_leads_come_back(name: str, attributes: dict[str, str], priority: int) -> None:
    new = NewLead(number="+12025550101", name=name, attributes=attributes, priority=priority)
    row = dict(zip(rows.NEW_LEAD_COLUMNS, rows.new_lead_row(3, 1, new, AddRules()), strict=True))
    lead = rows.to_lead(
        [row.get(column.name, NOT_WRITTEN.get(column.name)) for column in rows.LEAD_COLUMNS] + ["one more column"]
    )
    assert lead == Lead(
        lead_id=3, campaign_id=1, number=new.number, name=name, attributes=attributes, priority=priority
    )
    assert lead.status is LeadStatus.OPEN


@given(st.lists(st.tuples(st.sampled_from(PhoneKind), st.integers(0, 9)), min_size=2), st.floats(0, 2e9))
def test_numbers_and_consent_come_back(numbers: list[tuple[PhoneKind, int]], at: float) -> None:
    several = tuple(LeadNumber(number="+12025550101", kind=kind, priority=priority) for kind, priority in numbers)
    consent = Consent(kind=ConsentKind.EXPRESS, at=at, source="form 7")
    new = NewLead(number="+12025550101", numbers=several, phone_kind=PhoneKind.WORK, consent=consent, language="pt-BR")
    row = dict(zip(rows.NEW_LEAD_COLUMNS, rows.new_lead_row(3, 1, new, AddRules(list_id=5)), strict=True))
    lead = rows.to_lead([row.get(column.name, NOT_WRITTEN.get(column.name)) for column in rows.LEAD_COLUMNS])
    assert (lead.numbers, lead.consent, lead.phone_kind) == (several, consent, PhoneKind.WORK)
    assert (lead.language, lead.list_id) == ("pt-BR", 5)
    changed = rows.lead_fields_row(lead)
    assert {column: row[column] for column in changed} == changed


@given(st.none() | st.sampled_from(Outcome), st.none() | st.floats(0, 2e9))
def test_attempts_come_back(outcome: Outcome | None, answered_at: float | None) -> None:
    attempt = Attempt(
        attempt_id="3-1",
        lead_id=3,
        attempt_number=1,
        campaign_id=1,
        number="+12025550101",
        caller_id="",
        trunk="main",
        placed_at=1.0,
        answered_at=answered_at,
        outcome=outcome,
    )
    row = rows.attempt_row(attempt)
    assert rows.to_attempt([row[column.name] for column in rows.ATTEMPT_COLUMNS]) == attempt


def test_cdrs_come_back() -> None:
    values = ("3-1", 1, "+12025550100", "+12025550101", "main", 1.0, None, 9.0, 0.0, "busy", 486, "busy here", "", "")
    values += ("", None, "", "none_came", 0.002, 0.01, None, None, 4.1)
    cdr = rows.to_cdr(values)
    assert (cdr.call_id, cdr.outcome, cdr.sip_status) == ("3-1", Outcome.BUSY, 486)
    assert isinstance(cdr, Cdr)


@given(st.lists(st.integers()), st.integers(1, 5))
def test_chunks_are_the_whole_in_order(items: list[int], size: int) -> None:
    found = rows.chunks(items, size)
    assert [item for chunk in found for item in chunk] == items
    assert all(len(chunk) <= size for chunk in found)
