import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from dialer.config import package_version


def test_the_version_is_that_of_the_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]["version"]
    assert package_version() in {declared, "unknown"}


def test_code_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("dialer.config.version.version", missing)
    assert package_version() == "unknown"
