from pathlib import Path

import pytest

from campaigns.service.errors import SchemaError, StoreUnavailableError, StoreUrlError
from campaigns.store.opening import open_store, upgrade_database


def test_a_new_file_has_no_tables_until_it_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialer.sqlite3"
    with pytest.raises(SchemaError, match=f"has no tables yet; run: dialer db upgrade --database {url}"):
        open_store(url)
    upgrade_database(url)
    upgrade_database(url)
    store = open_store(url)
    assert store.campaigns() == ()
    store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "not a database URL"),
        ("dialer.db", "for an SQLite file write sqlite:///dialer.db"),
        ("mysql://localhost/dialer", "'mysql' is not a database the dialer knows; write sqlite:///"),
        ("postgresql://host:port/x", "The database URL is not valid; write"),
        ("memory://", "'memory' is not a database the dialer knows"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_a_bad_url_is_answered_with_a_good_one(url: str, message: str) -> None:
    with pytest.raises(StoreUrlError, match=message):
        open_store(url)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match=r"nowhere/dialer.sqlite3 cannot be used: .* check that its folder"):
        open_store(f"sqlite:///{tmp_path}/nowhere/dialer.sqlite3", upgrade=True)


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann, " * 500)
    with pytest.raises(StoreUnavailableError, match="is not an SQLite database"):
        open_store(f"sqlite:///{path}", upgrade=True)
    assert path.read_text().startswith("Dear Ann")


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    with pytest.raises(StoreUnavailableError) as raised:
        open_store("postgresql://dialer:secret@127.0.0.1:1/dialer")
    assert "dialer:***@127.0.0.1:1/dialer" in str(raised.value)
    assert "check that the server runs" in str(raised.value)
    assert "secret" not in str(raised.value)
