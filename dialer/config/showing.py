"""Writes settings for people: the effective ones with secrets masked, a commented example, the reference page."""

import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr

from dialer.config.section import Section
from dialer.config.settings import PhoneSettings, Settings, TrunkSettings

EXAMPLE_TRUNK = TrunkSettings(name="carrier", address="203.0.113.7:5060", caller_id="+12025550100")
EXAMPLE_PHONE = PhoneSettings(user="1001", password=SecretStr("choose one"))

MASK = "***"

REFERENCE_HEAD = """# Settings

Read from `dialer.toml` in the working directory, or from the file named by `--config` or `DIALER_CONFIG`. Every key has
a default and may be left out; an unknown key is an error. The environment overrides the file: `DIALER_<SECTION>_<KEY>`,
and `DIALER_TRUNK_<NAME>_<KEY>` for a trunk that the file names (letters that cannot stand in a variable's name become
`_`). `dialer config` prints the settings in effect, `dialer config --example` a file to start from.

This page is written by `dialer config --reference`; a test keeps it current.
"""


def effective_toml(settings: Settings) -> str:
    """The settings in effect, as TOML, with tokens and passwords masked."""
    tables = [(f"[{name}]", section) for name, section in _sections(settings)]
    tables += [("[[trunks]]", trunk) for trunk in settings.trunks]
    tables += [("[[phones]]", phone) for phone in settings.phones]
    return "\n".join(f"{header}\n{''.join(_assignments(section))}" for header, section in tables)


def example_toml() -> str:
    """A settings file with every key at its default, each under its meaning."""
    intro = (
        "# Settings of the dialer. Every key may be left out; the values below are the defaults.\n"
        "# The environment overrides the file: DIALER_SERVICE_PORT=9000, DIALER_TRUNK_CARRIER_PASSWORD=...\n"
    )
    parts = [intro]
    for name, section in _sections(Settings()):
        parts.append(f"# {_summary(type(section))}\n[{name}]\n" + "".join(_commented(section)))
    parts.append(f"# {_summary(TrunkSettings)}\n[[trunks]]\n" + "".join(_commented(EXAMPLE_TRUNK)))
    # Commented out: an example that is used as it is must not let a known password in.
    phone = f"[[phones]]\n{''.join(_commented(EXAMPLE_PHONE))}"
    parts.append(f"# {_summary(PhoneSettings)}\n" + "".join(f"# {line}\n" for line in phone.splitlines()))
    return "\n".join(parts)


def reference_markdown() -> str:
    """The page docs/reference/settings.md."""
    parts = [REFERENCE_HEAD]
    for name, section in _sections(Settings()):
        parts.append(f"## `[{name}]`\n\n{_summary(type(section))}\n\n{_table(section)}")
    parts.append(f"## `[[trunks]]`\n\n{_summary(TrunkSettings)}\n\n{_table(EXAMPLE_TRUNK)}")
    parts.append(f"## `[[phones]]`\n\n{_summary(PhoneSettings)}\n\n{_table(EXAMPLE_PHONE)}")
    return "\n".join(parts)


def _sections(settings: Settings) -> Iterator[tuple[str, Section]]:
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, Section):
            yield name, value


def _assignments(section: Section) -> Iterator[str]:
    for key in type(section).model_fields:
        yield _assignment(key, getattr(section, key))


def _summary(section: type[BaseModel]) -> str:
    return (section.__doc__ or "").strip().splitlines()[0]


def _commented(section: Section) -> Iterator[str]:
    for key, field in type(section).model_fields.items():
        for line in textwrap.wrap((field.description or "").replace("`", ""), 110):
            yield f"# {line}\n"
        yield _assignment(key, getattr(section, key))


def _assignment(key: str, value: Any) -> str:
    """A line of a settings file; TOML has no word for nothing, so what is not set is only named."""
    return f"# {key} =\n" if value is None else f"{key} = {_toml(key, value)}\n"


def _table(section: Section) -> str:
    rows = ["| key | default | meaning |\n|---|---|---|\n"]
    for key, field in type(section).model_fields.items():
        default = "" if field.is_required() else f"`{_toml(key, field.default)}`"
        rows.append(f"| `{key}` | {default} | {field.description} |\n")
    return "".join(rows)


def _toml(key: str, value: Any) -> str:
    """A value as TOML writes it; a JSON string is a TOML string, a JSON list a TOML array."""
    if isinstance(value, SecretStr):
        value = MASK if value.get_secret_value() else ""
    elif key == "url":
        value = _without_password(str(value))
    return json.dumps(value, ensure_ascii=False)


def _without_password(url: str) -> str:
    url = re.sub(r"(://[^:/@]*:).*@", rf"\g<1>{MASK}@", url)
    return re.sub(r"([?&]password=)[^&]*", rf"\g<1>{MASK}", url)
