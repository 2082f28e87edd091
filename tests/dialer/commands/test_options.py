from pathlib import Path

import pytest

from dialer.commands.options import settings_from
from dialer.config import SettingsError


def test_options_are_above_the_environment_and_none_leaves_a_setting_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALER_SERVICE_PORT", "9000")
    assert settings_from(None, {"DIALER_SERVICE_PORT": 9001}).service.port == 9001
    assert settings_from(None, {"DIALER_SERVICE_PORT": None}).service.port == 9000
    assert settings_from(None).service.port == 9000


def test_an_error_names_the_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"^--port: "):
        settings_from(None, {"DIALER_SERVICE_PORT": 99999})
