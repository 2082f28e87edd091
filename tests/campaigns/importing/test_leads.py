import pytest

from campaigns.importing.batches import ImportOptions
from campaigns.importing.checking import Rejection
from campaigns.importing.leads import REJECTIONS_MAX, import_leads
from campaigns.importing.table import Row, Table
from campaigns.imports import DuplicateScope, OnDuplicate
from campaigns.model import Campaign, CampaignStatus, Lead, LeadStatus
from campaigns.service.errors import CallerError, CampaignNotFoundError, UnreadableFileError
from campaigns.store.memory import MemoryStore

COLUMNS = ("number", "name", "time zone", "priority", "city")


def store_with_campaign() -> MemoryStore:
    store = MemoryStore()
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales", status=CampaignStatus.RUNNING))
    return store


def table(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> Table:
    return Table(columns, (Row(line, cells) for line, cells in enumerate(rows, 2)), "made by hand")


def test_a_good_row_becomes_a_lead() -> None:
    store = store_with_campaign()
    rows = table(("202-555-0101", " Ann ", "America/New_York", "-5", "Washington"), ("+12025550102",))
    report = import_leads(store, 1, rows, ImportOptions(default_region="US"))
    assert (report.rows, report.accepted, report.rejections) == (2, 2, ())
    assert report.columns == {
        "number": "number/unknown",
        "name": "name",
        "time zone": "time_zone",
        "priority": "priority",
        "city": "attribute",
    }
    assert store.lead(1) == Lead(
        lead_id=1,
        campaign_id=1,
        number="+12025550101",
        name="Ann",
        time_zone="America/New_York",
        priority=-5,
        attributes={"city": "Washington"},
        status=LeadStatus.OPEN,
    )
    assert store.lead(2).attributes == {}


def test_bad_rows_are_reported_and_the_others_taken() -> None:
    store = store_with_campaign()
    store.block_numbers(["+12025550199"], "asked", 0.0)
    rows = table(
        ("+12025550101",),
        ("",),
        ("911",),
        ("+12025550103", "", "Mars"),
        ("+12025550104", "", "", "high"),
        ("+12025550105", "", "", "100"),
        ("+12025550106", "a\0b"),
        ("+12025550107", "x" * 1001),
        ("+12025550108", "", "", "", "", "too many"),
        ("+12025550101",),
        ("+12025550199",),
    )
    report = import_leads(store, 1, rows)
    assert (report.rows, report.accepted, report.rejected, report.duplicates, report.blocked) == (11, 1, 9, 1, 1)
    assert [(one.line, one.field) for one in report.rejections] == [
        (3, "number"),
        (4, "number"),
        (5, "time_zone"),
        (6, "priority"),
        (7, "priority"),
        (8, "name"),
        (9, "name"),
        (10, ""),
        (12, "number"),
    ]
    assert report.rejections[0] == Rejection(3, "number", "", "is empty")
    assert report.rejections[2] == Rejection(
        5, "time_zone", "Mars", "is not an IANA time zone such as America/New_York"
    )
    assert len(report.rejections[6].value) == 100
    assert report.rejections[-1] == Rejection(12, "number", "+12025550199", "is on the do-not-call list")


def test_empty_cells_past_the_header_do_no_harm() -> None:
    assert import_leads(store_with_campaign(), 1, table(("+12025550101", "", "", "", "", "", ""))).accepted == 1


def test_all_rejected_rows_are_counted_and_the_first_are_named() -> None:
    rows = table(*[("no number",)] * (REJECTIONS_MAX + 500))
    report = import_leads(store_with_campaign(), 1, rows)
    assert (report.rejected, len(report.rejections)) == (REJECTIONS_MAX + 500, REJECTIONS_MAX)


def test_what_is_wrong_with_the_request_is_said_before_anything_is_read() -> None:
    store = store_with_campaign()
    with pytest.raises(CampaignNotFoundError):
        import_leads(store, 2, table())
    with pytest.raises(CallerError, match="no region 'XX'"):
        import_leads(store, 1, table(), ImportOptions(default_region="XX"))
    with pytest.raises(UnreadableFileError, match="Columns seen: 'city'"):
        import_leads(store, 1, table(columns=("city",)))


def test_duplicates_are_dealt_with_by_rule() -> None:
    store = store_with_campaign()

    def again(**rules: object) -> tuple[int, int, int, int]:
        rows = table(("+12025550101", "Ann"), ("+12025550102", "Bob"), ("+12025550101", "Ann Smith"))
        report = import_leads(store, 1, rows, ImportOptions(**rules))  # type: ignore[arg-type]
        assert report.rows == report.accepted + report.rejected + report.duplicates == 3
        return report.accepted, report.rejected, report.duplicates, report.updated

    assert again() == (2, 0, 1, 0)
    assert again(duplicates=OnDuplicate.REJECT) == (0, 3, 0, 0)
    assert again(duplicates=OnDuplicate.UPDATE) == (0, 0, 3, 3)
    assert store.lead(1).name == "Ann Smith"
    assert again(list_name="March", scope=DuplicateScope.LIST) == (2, 0, 1, 0)
    assert [one.name for one in store.lists(1)] == ["March"]
