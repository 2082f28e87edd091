from pathlib import Path

from campaigns.reports.model import ReportFilter, UsageTally
from campaigns.store.opening import open_store
from campaigns.store.recording_schema import recordings
from campaigns.store.sql_reports import SqlReports


def test_recordings_are_counted_by_campaign_and_when_they_began(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/dialer.sqlite3", upgrade=True)
    row = {"call_id": "1-1", "agent_id": "ann", "number": "+1", "campaign_id": 1}
    times = [(1000.0, 10.0), (1100.0, 5.0), (9000.0, 7.0)]
    with store.database.writing() as connection:
        for index, (started_at, duration_s) in enumerate(times):
            one = row | {"path": str(index), "started_at": started_at, "duration_s": duration_s}
            connection.execute(recordings.insert().values(one))
    reports = SqlReports(store.database)
    found = reports.tally_usage(ReportFilter(campaign_ids=(1, 2), until=9000.0))
    assert found == (UsageTally(campaign_id=1, quarter=1, recordings=2, recorded_s=15.0),)
    assert reports.tally_usage(ReportFilter(campaign_ids=(2,))) == ()
    store.close()
