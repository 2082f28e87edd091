"""An import that goes on where it was, whatever interrupted it."""

import csv
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from campaigns.importing import batches
from campaigns.importing.batches import ImportOptions
from campaigns.importing.job import new_import, run_import, unfinished
from campaigns.imports import ImportStatus, LeadImport, OnDuplicate
from campaigns.model import CallingWindow, Campaign, CampaignStatus
from campaigns.ports import CampaignStore
from campaigns.service.errors import ImportMovedError
from campaigns.store.opening import open_store
from tests.campaigns.importing.lists import FORMATS, write_list

NOW = 1_770_000_000.0
HEADER = ("Phone", "Name", "Zone")


SPRING = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)


class PulledPlug(BaseException):
    """Nobody catches this."""


@pytest.fixture
def store(empty_sqlite_url: str) -> Iterator[CampaignStore]:
    opened = open_store(empty_sqlite_url)
    opened.create_campaign(SPRING)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 100)


def rows(count: int, broken_every: int = 100) -> list[tuple[str, str, str]]:
    """Fictional numbers; every so many rows one that cannot be taken, and one that stands further up."""
    found = []
    for index in range(count):
        if index % broken_every == broken_every - 1:
            found.append((f"bad{index % 10}", f"No {index}", ""))
        elif index % broken_every == 50:
            found.append((found[index - 1][0], "again", ""))
        else:
            found.append((f"+1202{index:07d}", f"Name {index}", "America/New_York"))
    return found


def run(store: CampaignStore, state: LeadImport, path: Path, **more: object) -> LeadImport:
    return run_import(store, state, path, path.with_suffix(".rejects.csv"), lambda: NOW, **more)  # type: ignore[arg-type]


def leads_open(store: CampaignStore) -> int:
    return store.tasks(NOW)[0].leads_open


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_row_is_somewhere(store: CampaignStore, tmp_path: Path, suffix: str) -> None:
    path = write_list(tmp_path / f"list.{suffix}", HEADER, rows(1000))
    options = ImportOptions(list_name="March")
    watched: list[LeadImport] = []
    ended = run(store, new_import(store, 1, path, options, NOW), path, watch=watched.append)
    assert (ended.status, ended.rows, ended.accepted) == (ImportStatus.FINISHED, 1000, 980)
    assert (ended.rejected, ended.duplicates, ended.blocked) == (10, 10, 0)
    assert leads_open(store) == 980
    assert [one.rows for one in watched] == [0, *range(100, 1001, 100)]
    assert ended.done == ended.size > 0
    assert store.lead_import(ended.import_id) == ended
    assert ended.columns == {"Phone": "number/unknown", "Name": "name", "Zone": "attribute"}


def test_a_mended_rejects_file_can_be_imported(store: CampaignStore, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", HEADER, rows(500))
    store.block_numbers(["+12020000003"], "asked", NOW)
    options = ImportOptions(duplicates=OnDuplicate.REJECT)
    first = run(store, new_import(store, 1, path, options, NOW), path)
    assert (first.accepted, first.rejected, first.duplicates, first.blocked) == (489, 11, 0, 1)
    with path.with_suffix(".rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rejected = csv.reader(file)
    assert [row[0] for row in rejected] == [str(line) for line in sorted(int(row[0]) for row in rejected)]
    assert {row[3] for row in rejected} == {
        "is not a phone number", "is on the do-not-call list", "is the number of a lead that is there already",
    }  # fmt: skip
    for index, row in enumerate(rejected):
        if row[3] == "is not a phone number":
            row[4] = f"+1303{index:07d}"
    mended = write_list(tmp_path / "mended.csv", header, [tuple(row) for row in rejected])
    second = run(store, new_import(store, 1, mended, options, NOW), mended)
    assert (second.rows, second.accepted, second.rejected) == (11, 5, 6)
    leads = store.reserve_leads(1, 1000, NOW, 600.0, "engine-1")
    assert {name for lead in leads for name in lead.attributes} == {"Zone"}


@pytest.mark.parametrize("stop_after", [0, 1, 3, 4])
def test_an_interrupted_import_goes_on_where_it_was(store: CampaignStore, tmp_path: Path, stop_after: int) -> None:
    path = write_list(tmp_path / "list.csv", HEADER, rows(450))
    state = new_import(store, 1, path, ImportOptions(), NOW)
    steps = count()

    def pull(_: LeadImport) -> None:
        if next(steps) == stop_after:
            raise PulledPlug

    with pytest.raises(PulledPlug):
        run(store, state, path, watch=pull)
    rejects = path.with_suffix(".rejects.csv")
    if rejects.exists():
        # As if the machine had stopped between the writing of rejects and the commit.
        with rejects.open("ab") as file:
            file.write(b"99,,half a row")
    found = unfinished(store, 1, path, ImportOptions())
    assert found is not None
    assert (found.status, found.rows) == (ImportStatus.RUNNING, 100 * stop_after)
    ended = run(store, found, path)
    assert (ended.rows, ended.accepted, ended.rejected, ended.duplicates) == (450, 442, 4, 4)
    assert leads_open(store) == 442
    with rejects.open(encoding="utf-8-sig", newline="") as text:
        assert [row[0] for row in csv.reader(text)] == ["rejected line", "101", "201", "301", "401"]
    assert unfinished(store, 1, path, ImportOptions()) is None


def test_what_breaks_between_rejects_and_commit_is_undone(store: CampaignStore, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", HEADER, rows(300))
    calls = count()

    def now() -> float:
        if next(calls) == 3:
            raise PulledPlug
        return NOW

    state = new_import(store, 1, path, ImportOptions(), NOW)
    with pytest.raises(PulledPlug):
        run_import(store, state, path, tmp_path / "rejects.csv", now)
    found = unfinished(store, 1, path, ImportOptions())
    assert found is not None
    assert leads_open(store) == found.accepted
    ended = run_import(store, found, path, tmp_path / "rejects.csv", lambda: NOW)
    assert (ended.accepted, ended.rejected, leads_open(store)) == (294, 3, 294)


def test_another_file_or_other_options_are_another_import(store: CampaignStore, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", HEADER, rows(10))
    other = write_list(tmp_path / "other.csv", HEADER, rows(11))
    state = new_import(store, 1, path, ImportOptions(), NOW)
    assert unfinished(store, 1, path, ImportOptions()) == state
    assert unfinished(store, 1, other, ImportOptions()) is None
    assert unfinished(store, 1, path, ImportOptions(default_region="US")) is None


def test_two_processes_do_not_both_go_on(store: CampaignStore, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", HEADER, rows(300))
    state = new_import(store, 1, path, ImportOptions(), NOW)
    steps = count()

    def other_goes_on(now_at: LeadImport) -> None:
        if next(steps) == 1:
            store.update_import(now_at, replace(now_at, updated_at=NOW + 1))

    with pytest.raises(ImportMovedError):
        run(store, state, path, watch=other_goes_on)


def test_a_dry_run_says_what_would_become_of_the_rows(store: CampaignStore, tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "list.csv", HEADER, [*rows(300), ("+12020000001", "far below", ""), ("+12025550199", "", "")]
    )
    store.block_numbers(["+12025550199"], "asked", NOW)
    dry = run(store, new_import(store, 1, path, ImportOptions(dry_run=True, list_name="March"), NOW), path)
    assert leads_open(store) == 0
    assert list(store.lists(1)) == []
    wet = run(store, new_import(store, 1, path, ImportOptions(), NOW), path)
    for field in ("rows", "accepted", "rejected", "duplicates", "updated", "blocked", "rejects_bytes"):
        assert getattr(dry, field) == getattr(wet, field), field


def test_a_file_that_cannot_be_read_is_said_to_have_failed(store: CampaignStore, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("city\nCork\n")
    ended = run(store, new_import(store, 1, path, ImportOptions(), NOW), path)
    assert (ended.status, ended.rows) == (ImportStatus.FAILED, 0)
    assert ended.problem.startswith("no column holds the phone number")
