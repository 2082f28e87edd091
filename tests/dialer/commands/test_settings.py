import tomllib
from pathlib import Path

import pytest

from dialer.config import reference_markdown
from tests.dialer.commands.conftest import Dialer


def test_config_prints_what_is_in_effect_without_secrets(
    dialer: Dialer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dialer.toml").write_text('[service]\nport = 9000\ntoken = "hush"\n')
    monkeypatch.setenv("DIALER_ENGINE_TICK_S", "0.5")
    ended = dialer("config")
    effective = tomllib.loads(ended.out)
    assert (effective["service"]["port"], effective["engine"]["tick_s"]) == (9000, 0.5)
    assert effective["service"]["token"] == "***"


def test_the_example_can_be_used_as_it_is(dialer: Dialer, tmp_path: Path) -> None:
    (tmp_path / "dialer.toml").write_text(dialer("config", "--example").out)
    effective = tomllib.loads(dialer("config").out)
    assert effective["trunks"][0]["name"] == "carrier"


def test_the_reference_page_is_printed(dialer: Dialer) -> None:
    assert dialer("config", "--reference").out == reference_markdown()


def test_another_settings_file_can_be_named(dialer: Dialer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text("[service]\nport = 9001\n")
    assert tomllib.loads(dialer("config", "-c", "mine.toml").out)["service"]["port"] == 9001
    monkeypatch.setenv("DIALER_CONFIG", "mine.toml")
    assert tomllib.loads(dialer("config").out)["service"]["port"] == 9001


def test_the_database_is_created_where_it_is_named(dialer: Dialer, tmp_path: Path) -> None:
    ended = dialer("db", "upgrade", "--database", "sqlite:///mine.sqlite3")
    assert (ended.code, ended.out) == (0, "The database is up to date.\n")
    assert (tmp_path / "mine.sqlite3").exists()
    assert dialer("db", "upgrade", "--database", "sqlite:///mine.sqlite3").code == 0


@pytest.mark.parametrize("url", ["dialer.sqlite3", "mysql://a@b/c", "sqlite://"])
def test_a_database_url_that_is_none_says_what_to_write(dialer: Dialer, url: str) -> None:
    ended = dialer("db", "upgrade", "--database", url)
    assert ended.code == 2
    assert "sqlite:///" in ended.err


def test_version(dialer: Dialer) -> None:
    assert dialer("version").out.startswith("predictive-dialer ")
