from pathlib import Path

from tests.dialer.commands.conftest import Dialer


def test_a_database_is_made_copied_and_restored(dialer: Dialer, tmp_path: Path) -> None:
    first, second = (f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("first", "second"))
    assert dialer("db", "upgrade", "--database", first).out == "The database is up to date.\n"
    assert dialer("db", "backup", "copy", "--database", first).out.startswith("The database is copied to copy (")
    assert dialer("db", "restore", "copy", "-d", second).out == (
        "The database is what it was in copy, with the tables of this version.\n"
    )
    assert dialer("db", "archive", "old.csv.gz", "-d", second).out == "No CDR is that old; no file was written.\n"
    assert dialer("db", "prune", "-d", second, "--dry-run").out == (
        "0 CDRs, 0 attempts, 0 records of evidence and 0 skips would be deleted.\n"
    )
    assert dialer("db", "prune", "-d", second).out == (
        "0 CDRs, 0 attempts, 0 records of evidence and 0 skips are deleted.\n"
    )


def test_nothing_is_overwritten(dialer: Dialer, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/first.sqlite3"
    dialer("db", "upgrade", "--database", url)
    dialer("db", "backup", "copy", "--database", url)
    again = dialer("db", "backup", "copy", "--database", url)
    assert (again.code, "is there already" in again.err) == (2, True)
    over = dialer("db", "restore", "copy", "--database", url)
    assert "nothing is overwritten" in over.err


def test_a_restored_database_has_nobody_who_was_erased_since(dialer: Dialer, tmp_path: Path) -> None:
    first, second = (f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("first", "second"))
    dialer("db", "upgrade", "--database", first)
    dialer("db", "backup", "copy", "--database", first)
    journal = tmp_path / "journal.jsonl"
    journal.write_text('{"uid":"a","tenant_id":1,"at":1.0,"numbers":["+12025550101"]}\n')
    missing = dialer("db", "restore", "copy", "-d", second, "--erasures", "none.jsonl")
    assert (missing.code, "none.jsonl" in missing.err) == (2, True)
    restored = dialer("db", "restore", "copy", "-d", second, "--erasures", str(journal))
    assert restored.out.endswith("1 people who were erased since are erased from it again.\n")
    third = f"sqlite:///{tmp_path}/third.sqlite3"
    without = dialer("db", "restore", "copy", "-d", third)
    assert "There is no journal of erasures erasures.jsonl: nobody is erased again." in without.err
