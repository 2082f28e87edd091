from pathlib import Path

import pytest

from dialer.config import Settings
from tests.dialer.commands.conftest import Dialer


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Settings that the service was run with; it ends at once."""
    seen: list[Settings] = []
    monkeypatch.setattr("dialer.commands.running.run_service", lambda settings, announce: seen.append(settings))
    return seen


def test_options_are_above_the_settings_file(dialer: Dialer, served: list[Settings], tmp_path: Path) -> None:
    (tmp_path / "dialer.toml").write_text('[service]\nport = 9000\n[database]\nurl = "sqlite:///a.sqlite3"\n')
    assert dialer("serve", "--port", "0", "-d", "sqlite:///b.sqlite3", "--host", "::1", "--trace", "t.jsonl").code == 0
    (settings,) = served
    assert (settings.service.port, settings.service.host) == (0, "::1")
    assert (settings.database.url, settings.trace.path) == ("sqlite:///b.sqlite3", "t.jsonl")


def test_without_options_the_settings_file_holds(dialer: Dialer, served: list[Settings], tmp_path: Path) -> None:
    (tmp_path / "dialer.toml").write_text("[service]\nport = 9000\n")
    dialer("serve")
    assert served[0].service.port == 9000


def test_the_help_teaches(dialer: Dialer) -> None:
    out = dialer("serve", "--help").out
    for word in ("Ctrl-C", "dialer.toml", "--database", "dialer db upgrade", "--trace"):
        assert word in out
