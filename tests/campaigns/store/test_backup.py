import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.erasures import ErasedBeside
from campaigns.model import Campaign, NewLead
from campaigns.service.errors import CallerError, StoreUnavailableError
from campaigns.store import backup, erasure_journal
from campaigns.store.database import Database, read_url
from campaigns.store.erasures import SqlErasures
from campaigns.store.opening import open_store

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A database with tables, and a place for another."""
    if request.param == "sqlite":
        first = f"sqlite:///{tmp_path}/first.sqlite3"
        open_store(first, upgrade=True).close()
        yield first, f"sqlite:///{tmp_path}/second.sqlite3"
        return
    first = str(request.getfixturevalue("empty_postgres_url"))
    server = sa.create_engine(read_url(first), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE dialer_restored")
        yield first, first.replace("/dialer_test?", "/dialer_restored?")
        connection.exec_driver_sql("DROP DATABASE dialer_restored WITH (FORCE)")
    server.dispose()


def test_a_backup_comes_back_whole(urls: tuple[str, str], tmp_path: Path) -> None:
    first, second = urls
    store = open_store(first)
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    store.add_leads(1, [NewLead(number=f"+1202555{index:04d}") for index in range(300)])
    file = tmp_path / "copy.backup"
    # The service may run on: the store is open, and goes on writing.
    backup.back_up(first, file)
    store.add_leads(1, [NewLead(number="+13035550101")])
    with pytest.raises(CallerError, match="is there already"):
        backup.back_up(first, file)
    store.close()
    backup.restore(second, file)
    restored = open_store(second)
    assert restored.campaign(1).name == "spring"
    assert restored.lead(300).number == "+12025550299"
    assert restored.check_leads(1, [NewLead(number="+13035550101")]).accepted == 1
    # Ids go on where they were.
    assert restored.add_leads(1, [NewLead(number="+13035550102")]).accepted == 1
    assert restored.lead(301).number == "+13035550102"
    restored.close()
    with pytest.raises(CallerError, match="nothing is overwritten"):
        backup.restore(second, file)


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    with pytest.raises(CallerError, match="there is no backup"):
        backup.restore(url, tmp_path / "none")
    (tmp_path / "text").write_text("not a database" * 100)
    with pytest.raises(CallerError, match="is not a backup of an SQLite database"):
        backup.restore(url, tmp_path / "text")
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE a (b)")
    other.close()
    with pytest.raises(CallerError, match="is not a backup of a dialer's database"):
        backup.restore(url, tmp_path / "other")
    with pytest.raises(StoreUnavailableError, match="there is no database"):
        backup.back_up(url, tmp_path / "copy")
    assert not (tmp_path / "dialer.sqlite3").exists()


def test_without_the_programs_of_postgresql_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.store.backup.shutil.which", lambda _: None)
    monkeypatch.setattr(backup, "_installed", lambda _: None)
    with pytest.raises(StoreUnavailableError, match="pg_dump is not installed here; get it"):
        backup.back_up("postgresql://dialer@192.0.2.1/dialer", tmp_path / "copy")


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/first.sqlite3"
    open_store(url, upgrade=True).close()
    database = Database(read_url(url))
    database.close()
    file = tmp_path / "copy"
    backup.back_up(url, file)
    content = bytearray(file.read_bytes())
    content[5000:9000] = bytes(4000)
    file.write_bytes(content)
    with pytest.raises(CallerError, match=r"is damaged|is not a backup"):
        backup.restore(f"sqlite:///{tmp_path}/second.sqlite3", file)


def test_who_was_erased_since_is_erased_from_the_restored_database(urls: tuple[str, str], tmp_path: Path) -> None:
    first, second = urls
    store = open_store(first)
    store.create_campaign(Campaign(campaign_id=0, name="spring", skill_group="sales"))
    people = ["+12025550101", "+12025550102", "+12025550103"]
    store.add_leads(1, [NewLead(number=number, name="Jane") for number in people])
    journal = tmp_path / "erasures.jsonl"

    def erase(number: str) -> None:
        store.erase(number, 1.0)
        for waiting in SqlErasures(store.database).pending("engine-1"):
            erasure_journal.append(journal, waiting)
            SqlErasures(store.database).done(waiting, "engine-1", ErasedBeside(), 1.0)

    erase(people[0])
    backup.back_up(first, tmp_path / "copy.backup")
    erase(people[1])
    # Never in the backup, and uncalled all the same.
    erase("+13035550199")
    store.close()
    assert backup.restore(second, tmp_path / "copy.backup", erased=erasure_journal.read(journal)).erased == 2
    restored = open_store(second)
    assert [restored.lead(lead_id).name for lead_id in (1, 2, 3)] == ["", "", "Jane"]
    assert restored.check_leads(1, [NewLead(number="+13035550199")]).blocked == 1
    # Files on each machine may have come back too.
    assert len(SqlErasures(restored.database).pending("engine-1")) == 2
    restored.close()


def test_a_restored_database_has_its_name_only_when_the_erased_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("first", "second"))
    open_store(first, upgrade=True).close()
    backup.back_up(first, tmp_path / "copy")

    def die(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(erasure_journal, "reapply", die)
        with pytest.raises(RuntimeError, match="killed"):
            backup.restore(second, tmp_path / "copy")
    assert not (tmp_path / "second.sqlite3").exists()
    assert backup.restore(second, tmp_path / "copy") == backup.Restored(erased=0, suppressed=0)
    assert [path.name for path in tmp_path.glob("second*")] == ["second.sqlite3"]
