import csv
import gzip
from pathlib import Path

import pytest

from campaigns.model import Cdr
from campaigns.ports import AttemptFilter
from campaigns.service.errors import CallerError
from campaigns.store import archive
from campaigns.store.archive import archive_cdrs
from campaigns.store.database import Database, read_url
from campaigns.store.opening import open_store
from campaigns.store.schema import cdrs

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a CDR for each second from 0 to 24, three of them at second 7."""
    monkeypatch.setattr(archive, "CHUNK", 4)
    if request.param == "sqlite":
        url = str(request.getfixturevalue("empty_sqlite_url"))
    else:
        url = str(request.getfixturevalue("empty_postgres_url"))
    database = Database(read_url(url))
    fixed = {
        "campaign_id": 1, "calling_number": "", "called_number": "+12025550101", "trunk": "", "ended_at": 99.0,
        "talk_s": 0.0, "outcome": "busy", "cause": "Łódź", "agent_id": "",
    }  # fmt: skip
    rows = [{"call_id": f"{index}-1", "started_at": float(index)} | fixed for index in range(25)]
    rows += [{"call_id": f"7-{index}", "started_at": 7.0} | fixed for index in (2, 3)]
    with database.writing() as connection:
        connection.execute(cdrs.insert(), rows)
    database.close()
    return url


def left(url: str) -> list[float]:
    store = open_store(url)
    found = [one.started_at for one in store.cdrs(AttemptFilter(limit=1000)).items]
    store.close()
    return sorted(found)


def test_old_cdrs_move_into_a_file(url: str, tmp_path: Path) -> None:
    file = tmp_path / "old.csv.gz"
    assert archive_cdrs(url, 10.0, file) == 12
    assert left(url) == [float(second) for second in range(10, 25)]
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["call_id"] for row in rows[6:11]] == ["6-1", "7-1", "7-2", "7-3", "8-1"]
    assert tuple(rows[0]) == Cdr.__struct_fields__
    assert rows[0]["cause"] == "Łódź"
    with pytest.raises(CallerError, match="is there already"):
        archive_cdrs(url, 20.0, file)
    assert archive_cdrs(url, 10.0, tmp_path / "more.csv.gz") == 0
    assert not (tmp_path / "more.csv.gz").exists()


def test_nothing_is_deleted_when_the_file_cannot_be_written(url: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="nothing was deleted"):
        archive_cdrs(url, 10.0, tmp_path / "no" / "folder.csv.gz")
    assert len(left(url)) == 27
