"""Lines for COPY say the same as the rows that SQLite takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.consents import Consent, ConsentKind
from campaigns.imports import AddRules
from campaigns.model import Campaign, LeadNumber, NewLead, PhoneKind
from campaigns.ports import LeadFilter
from campaigns.store import copying
from campaigns.store.opening import open_store
from campaigns.store.rows import NEW_LEAD_COLUMNS, new_lead_row

RULES = AddRules(list_id=3, import_id=4)
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)
LEADS = st.builds(
    NewLead,
    number=st.just("+12025550101"),
    name=TEXT,
    time_zone=TEXT,
    priority=st.integers(-99, 99),
    attributes=st.dictionaries(TEXT, TEXT, max_size=2),
    external_id=TEXT,
    phone_kind=st.sampled_from(PhoneKind),
    numbers=st.sampled_from([(), (LeadNumber(number="+12025550101"), LeadNumber(number="+12025550102"))]),
    postal_code=TEXT,
    language=TEXT,
    consent=st.builds(Consent, kind=st.sampled_from(ConsentKind), source=TEXT),
)
ESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


def read(field: str) -> str | None:
    """A field as the server reads it."""
    if field == "\\N":
        return None
    text, place = "", 0
    while place < len(field):
        width = 2 if field[place] == "\\" else 1
        text += ESCAPES[field[place : place + 2]] if width == 2 else field[place]
        place += width
    return text


@given(LEADS, st.one_of(st.none(), st.integers(0, 2**31 - 1)))
def test_a_line_is_the_row(lead: NewLead, rank: int | None) -> None:
    ranks = None if rank is None else [rank]
    (lines,) = copying.copied([7], [lead], 2, RULES, ranks)
    assert (lines.count("\n"), lines[-1]) == (1, "\n")
    fields = [read(field) for field in lines[:-1].split("\t")]
    row = ["0" if value == 0.0 else value for value in new_lead_row(7, 2, lead, RULES, rank)]
    assert len(fields) == len(NEW_LEAD_COLUMNS)
    assert fields == [None if value is None else str(value) for value in row]


def test_many_lines_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "PIECE", 2)
    leads = [NewLead(number=f"+1202555010{index}") for index in range(5)]
    pieces = list(copying.copied(range(5), leads, 2, RULES, None))
    assert [piece.count("\n") for piece in pieces] == [2, 2, 1]
    assert [line.split("\t")[4] for line in "".join(pieces).splitlines()] == [lead.number for lead in leads]


@pytest.mark.postgres
def test_any_text_comes_back_as_it_was(empty_postgres_url: str) -> None:
    store = open_store(empty_postgres_url, upgrade=True)
    campaign_id = store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales")).campaign_id
    texts = ("tab\there", "two\r\nlines", "back\\slash \\N \\.", "\\.", "\\N", 'quotes " and \u2028', "García 田中")
    leads = [
        NewLead(number=f"+1202555010{place}", name=text, attributes={text: text}) for place, text in enumerate(texts)
    ]
    assert store.add_leads(campaign_id, leads).accepted == len(texts)
    found = store.leads(LeadFilter(campaign_id=campaign_id)).items
    assert [(lead.name, lead.attributes) for lead in found] == [(text, {text: text}) for text in texts]
    store.close()
