import tomllib
from pathlib import Path

import pytest

from dialer.config import Settings, effective_toml, example_toml, read_settings, reference_markdown
from dialer.config.showing import EXAMPLE_TRUNK

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"


def test_the_example_is_a_settings_file_with_every_key_at_its_default(tmp_path: Path) -> None:
    path = tmp_path / "dialer.toml"
    path.write_text(example_toml())
    settings = read_settings(path, {})
    assert settings == Settings(trunks=(EXAMPLE_TRUNK,))
    written = tomllib.loads(example_toml())
    for name in Settings.model_fields:
        if name == "phones":
            continue
        section = getattr(settings, name)
        keys = written["trunks"][0] if name == "trunks" else written[name]
        known = type(section[0] if name == "trunks" else section).model_fields
        assert list(keys) == [key for key, field in known.items() if field.default is not None]


def test_the_effective_settings_can_be_read_back(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"service": {"port": 9000}, "trunks": [{"name": 'quo"ted\n', "address": "192.0.2.1:5060", "prefixes": ["+1"]}]}
    )
    path = tmp_path / "dialer.toml"
    path.write_text(effective_toml(settings))
    assert read_settings(path, {}) == settings


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://dialer:hush@db/dialer", "postgresql://dialer:***@db/dialer"),
        ("postgresql://dialer:hu@sh@db/dialer", "postgresql://dialer:***@db/dialer"),
        ("postgresql://db/dialer?user=a&password=hush&x=1", "postgresql://db/dialer?user=a&password=***&x=1"),
        ("sqlite:///dialer.sqlite3", "sqlite:///dialer.sqlite3"),
    ],
)
def test_passwords_in_urls_are_masked(url: str, shown: str) -> None:
    text = effective_toml(Settings.model_validate({"database": {"url": url}}))
    assert f'url = "{shown}"' in text


def test_tokens_and_trunk_passwords_are_masked() -> None:
    text = effective_toml(
        Settings.model_validate(
            {"service": {"token": "hush"}, "trunks": [{"name": "a", "address": "h:1", "password": "hush"}]}
        )
    )
    assert "hush" not in text
    assert 'token = "***"' in text
    assert 'password = "***"' in text


def test_the_reference_page_is_current() -> None:
    assert REFERENCE.read_text() == reference_markdown(), (
        "write it anew with: dialer config --reference > docs/reference/settings.md"
    )


def test_the_examples_phone_is_commented_out() -> None:
    assert "\n# [[phones]]\n" in example_toml()
    assert "\n[[phones]]\n" not in example_toml()
