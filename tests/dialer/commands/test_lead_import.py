"""`dialer import` straight into a database; against a service in tests/dialer/rest/test_imports.py and test_serve."""

import json
from pathlib import Path

import pytest

from campaigns.model import Campaign
from campaigns.store.opening import open_store
from tests.dialer.commands.conftest import Dialer, StandIn


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    store = open_store(url, upgrade=True)
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    store.close()
    return url


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("Phone;Name\n(202) 555-0101;Ann\n202 555 0101;Ann again\n12;Bob\n")
    return path


def test_a_list_goes_straight_into_the_database(dialer: Dialer, database: str, people: Path, tmp_path: Path) -> None:
    ended = dialer("import", people, "--campaign", "1", "--region", "us", "-d", database, "--save-mapping", "m.json")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("3 rows: 1 accepted, 1 rejected (0 on the do-not-call list), 1 duplicates (0 updated).")
    assert "Columns: Phone → number/unknown, Name → name" in ended.err
    rejects = people.with_name("people.csv.rejects.csv")
    assert f"Rejected rows and their reasons: {rejects}" in ended.out
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace(",12,Bob", ",2025550102,Bob"))
    assert json.loads(Path("m.json").read_bytes()) == {"columns": {"Phone": "number/unknown", "Name": "name"}}
    again = dialer(
        "import", rejects, "--campaign", "1", "--region", "US", "-d", database, "--mapping", "m.json", "--json"
    )
    assert (json.loads(again.out)["accepted"], json.loads(again.out)["rejects_file"]) == (1, None)
    gone = dialer("import", "--roll-back", "1", "--database", database)
    assert gone.out == "Import 1 is rolled back: 1 leads are gone; those already called are closed.\n"


def test_a_dry_run_adds_nothing(dialer: Dialer, database: str, people: Path) -> None:
    for _ in range(2):
        ended = dialer("import", people, "--campaign", "1", "--region", "US", "--database", database, "--dry-run")
        assert ended.out.startswith("Dry run, nothing was added: 3 rows: 1 accepted, 1 rejected")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name the file and the campaign"),
        (("none.csv", "--campaign", "1"), "none.csv cannot be read: No such file"),
        (("people.csv", "--campaign", "2"), "there is no campaign 2"),
        (("people.csv", "--campaign", "1", "--region", "XX"), "there is no region 'XX'"),
        (("people.csv", "--campaign", "1", "--mapping", "none.json"), "the mapping none.json cannot be read"),
        (("people.csv", "--campaign", "1", "--encoding", "utf-99"), "there is no encoding 'utf-99'"),
        (("--roll-back", "9"), "there is no import 9"),
    ],
)
def test_what_is_wrong_is_said(
    dialer: Dialer, database: str, people: Path, arguments: tuple[str, ...], says: str
) -> None:
    ended = dialer("import", *arguments, "--database", database)
    assert ended.code != 0
    assert says in ended.err
    assert "Traceback" not in ended.err


def test_a_running_service_is_asked_until_the_import_has_ended(
    dialer: Dialer, service: StandIn, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.commands.lead_import.POLL_S", 0.0)
    state = {
        "import_id": 7, "campaign_id": 1, "file_name": "people.csv", "digest": "", "created_at": 0.0, "updated_at": 0.0,
    }  # fmt: skip
    service.will({**state, "status": "queued"}, 202)
    service.will({**state, "status": "running", "rows": 1})
    service.will({**state, "status": "finished", "rows": 2, "accepted": 2})
    ended = dialer("import", people, "--campaign", "1", "--duplicates", "update")
    assert ended.out == "2 rows: 2 accepted, 0 rejected (0 on the do-not-call list), 0 duplicates (0 updated).\n"
    assert [request.url.path for request in service.requests] == ["/api/v1/imports", *["/api/v1/imports/7"] * 2]
    assert b'"duplicates":"update"' in service.requests[0].content


def test_an_import_that_failed_says_why(dialer: Dialer, service: StandIn, people: Path) -> None:
    state = {
        "import_id": 7, "campaign_id": 1, "file_name": "people.csv", "digest": "", "created_at": 0.0, "updated_at": 0.0,
    }  # fmt: skip
    service.will({**state, "status": "failed", "problem": "the file is empty"}, 202)
    ended = dialer("import", people, "--campaign", "1")
    assert (ended.code, ended.out) == (1, "")
    assert "the file is empty" in ended.err
