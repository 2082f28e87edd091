import pytest

from campaigns.consents import ConsentKind
from campaigns.importing.batches import ImportOptions
from campaigns.importing.checking import RejectedError
from campaigns.importing.objects import ObjectCheck, import_objects
from campaigns.imports import OnDuplicate
from campaigns.model import Campaign, PhoneKind
from campaigns.store.memory import MemoryStore


def test_an_object_is_checked_as_a_row_is() -> None:
    lead = ObjectCheck("US").lead_of(
        {
            "numbers": ["202-555-0101", {"number": "202-555-0102", "kind": "mobile", "priority": 5}],
            "first_name": "Ann",
            "priority": 3,
            "consent": "express_written",
            "attributes": {"name": "not the lead's", "age": 33, "nothing": None},
        }
    )
    assert (lead.number, lead.phone_kind, lead.name, lead.priority) == ("+12025550102", PhoneKind.MOBILE, "Ann", 3)
    assert [one.number for one in lead.numbers] == ["+12025550102", "+12025550101"]
    assert lead.attributes == {"name": "not the lead's", "age": "33"}
    assert lead.consent.kind is ConsentKind.EXPRESS_WRITTEN


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ({}, "number"),
        ({"number": None}, "number"),
        ({"number": "+12025550101", "city": "Cork"}, "city"),
        ({"number": "+12025550101", "attributes": [1]}, "attributes"),
        ({"numbers": []}, "numbers"),
        ({"numbers": [{"number": "+12025550101", "kind": "fax"}]}, "number kind"),
        ({"numbers": [{"number": "+12025550101", "priority": "high"}]}, "number priority"),
        ({"number": "+12025550101", "priority": 1000}, "priority"),
    ],
)
def test_what_is_wrong_is_named(found: dict[str, object], field: str) -> None:
    with pytest.raises(RejectedError) as raised:
        ObjectCheck("US").lead_of(found)
    assert raised.value.field == field


def test_every_object_is_counted_once() -> None:
    store = MemoryStore()
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    store.block_numbers(["+12025550109"], "asked", 0.0)
    objects = [{"number": f"+1202555010{index}"} for index in (1, 9, 1)] + [{"number": "12"}]
    dry = import_objects(store, 1, objects, ImportOptions(dry_run=True))
    report = import_objects(store, 1, objects, ImportOptions())
    assert dry == report
    assert (report.rows, report.accepted, report.rejected, report.duplicates, report.blocked) == (4, 1, 2, 1, 1)
    again = import_objects(store, 1, objects, ImportOptions(duplicates=OnDuplicate.REJECT))
    assert (again.accepted, again.rejected, again.duplicates) == (0, 4, 0)
    assert [one.line for one in again.rejections] == [1, 2, 3, 4]
