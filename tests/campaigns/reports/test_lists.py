from campaigns.imports import ImportStatus, LeadImport
from campaigns.reports.lists import list_quality
from campaigns.store.memory import MemoryStore
from campaigns.store.memory_reports import MemoryReports
from tests.contracts.test_campaign_store import NOON, SPRING
from tests.contracts.test_report_store import fill


def test_rows_of_imports_stand_beside_the_leads_they_became() -> None:
    store = MemoryStore()
    (campaign, _) = fill(store)
    (gold, _) = store.lists(campaign.campaign_id)
    store.create_import(
        LeadImport(
            import_id=0, campaign_id=campaign.campaign_id, list_id=gold.list_id, status=ImportStatus.FINISHED,
            file_name="a.csv", digest="", created_at=NOON, updated_at=NOON, rows=50, accepted=40, rejected=6,
            duplicates=4,
        )
    )  # fmt: skip
    rows = {row.list: row for row in list_quality(MemoryReports(store), [campaign.campaign_id])}
    found = rows["gold"]
    assert found.rows == found.accepted + found.rejected + found.duplicates == 50
    assert (found.rejected_rate, found.duplicate_rate) == (0.12, 0.08)
    assert found.leads == 40
    assert found.leads >= found.leads_dialed >= found.leads_reached > 0
    assert rows["silver"].rows == 0


def test_an_empty_list_is_there_too() -> None:
    store = MemoryStore()
    campaign = store.create_campaign(SPRING)
    store.open_list(campaign.campaign_id, "gold")
    (row,) = list_quality(MemoryReports(store), [campaign.campaign_id])
    assert (row.list, row.leads, row.dialed_rate, row.rejected_rate) == ("gold", 0, None, None)
