from datetime import UTC, datetime

import pytest

from campaigns.consents import Consent, ConsentKind
from campaigns.importing.checking import RejectedError, RowCheck
from campaigns.importing.columns import map_columns
from campaigns.importing.table import Row
from campaigns.model import LeadNumber, NewLead, PhoneKind


def lead_of(region: str = "US", **cells: str) -> NewLead:
    columns = map_columns(list(cells))
    return RowCheck(columns, len(cells), region).lead_of(Row(2, tuple(cells.values())))


def test_a_lead_has_its_numbers_in_the_order_of_the_columns() -> None:
    lead = lead_of(Mobile="202-555-0102", Phone="(202) 555-0101", Work_phone="202 555 0102", Home="")
    assert lead.number == "+12025550101"
    assert lead.numbers == (
        LeadNumber(number="+12025550101"),
        LeadNumber(number="+12025550102", kind=PhoneKind.MOBILE, priority=-1),
    )


def test_one_number_is_enough() -> None:
    lead = lead_of(Phone="", Mobile="2025550102")
    assert (lead.number, lead.phone_kind, lead.numbers) == ("+12025550102", PhoneKind.MOBILE, ())


def test_all_fields_are_read() -> None:
    lead = lead_of(
        phone="2025550101", zip="20001", lang="pt_BR", consent="Yes", consent_date="2026-03-02", consent_source="form 7"
    )
    assert (lead.postal_code, lead.language) == ("20001", "pt-BR")
    given = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    assert lead.consent == Consent(kind=ConsentKind.EXPRESS, at=given, source="form 7")


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"phone": "", "mobile": " "}, "number", "is empty"),
        ({"phone": "2025550101", "mobile": "12"}, "number 2", "has too few digits"),
        ({"phone": "2025550101", "lang": "English (US)"}, "language", "is not a language tag"),
        ({"phone": "2025550101", "consent": "perhaps"}, "consent", "is none of: unstated"),
        ({"phone": "2025550101", "consent": "yes", "consent_at": "last week"}, "consent_at", "is not a date"),
        ({"phone": "2025550101", "note": "a\x00b"}, "note", "holds a control character"),
        ({"phone": "2025550101", "note": "a\ud800b"}, "note", "holds half of a character"),
        ({"phone": "2025550101", "note": "x" * 1001}, "note", "has 1001 characters"),
        ({"phone": "2025550101", "tz": "Mars"}, "time_zone", "is not an IANA time zone"),
    ],
)
def test_what_is_wrong_is_named(cells: dict[str, str], field: str, reason: str) -> None:
    with pytest.raises(RejectedError, match=reason) as raised:
        lead_of(**cells)
    assert raised.value.field == field
    assert raised.value.of_line(7).line == 7


def test_a_row_that_could_not_be_read_is_rejected_as_a_whole() -> None:
    check = RowCheck(map_columns(["phone"]), 1)
    with pytest.raises(RejectedError, match="is torn"):
        check.lead_of(Row(2, (), "is torn"))
