"""Reads the settings: defaults, then `dialer.toml`, then the environment; says exactly what is wrong and where."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dialer.config.section import Section
from dialer.config.settings import PhoneSettings, Settings, TrunkSettings

FILE_NAME = "dialer.toml"
NOT_IN_THE_ENVIRONMENT = {"name", "prefixes", "called_rules", "caller_rules"}
"""Keys of a trunk that are no single text."""
REPEATED: dict[str, type[Section]] = {"trunks": TrunkSettings, "phones": PhoneSettings}
"""Tables that stand there once for each of what they describe."""
PREFIX = "DIALER_"
NOT_SETTINGS = {"DIALER_CONFIG", "DIALER_TOKEN", "DIALER_URL"}
"""Variables the command line reads itself: the settings file's name, and the service and token of client commands."""

NEEDED = {"trunks": "every trunk needs a name and an address", "phones": "every phone needs a user and a password"}

Place = tuple[str | int, ...]


class SettingsError(Exception):
    """The settings cannot be used; the message says which key, where it stands and what to write."""


def read_settings(
    path: Path | None, environment: Mapping[str, str], options: Mapping[str, str] | None = None
) -> Settings:
    """Read the effective settings.

    Args:
        path: the settings file; None reads `dialer.toml` in the working directory where there is one.
        environment: where overrides such as `DIALER_SERVICE_PORT` are looked up.
        options: how the user has said some of these, where it was not by the environment: an option's name by the
            variable it stands for.

    Raises:
        SettingsError: the file cannot be read, a key is unknown or a value does not fit.
    """
    if path is None:
        path = Path(FILE_NAME)
        text = _read(path) if path.exists() else ""
    else:
        text = _read(path)
    tables = _parse(path, text)
    set_by = {
        place: (options or {}).get(variable, f"{variable} in the environment")
        for place, variable in _override(tables, environment).items()
    }
    try:
        return Settings.model_validate(tables)
    except ValidationError as error:
        lines = [_explain(details, path, text, set_by) for details in error.errors()]
        raise SettingsError("\n".join(dict.fromkeys(lines))) from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"settings file {path} does not exist; write one with: dialer config --example > {path}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path} cannot be read: {error}") from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None


def _override(tables: dict[str, Any], environment: Mapping[str, str]) -> dict[Place, str]:
    """Lay the environment over the file's tables; returns which variable set which place."""
    set_by: dict[Place, str] = {}
    names = _variable_names()
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        place = names.get(variable) or _trunk_place(variable, tables)
        if place is None:
            raise SettingsError(f"{variable} in the environment is not a setting{_nearest(variable, names)}")
        target: Any = tables
        for step in place[:-1]:
            target = target[step] if isinstance(step, int) else target.setdefault(step, {})
        target[place[-1]] = value
        set_by[place] = variable
    return set_by


def _variable_names() -> dict[str, Place]:
    """`DIALER_<SECTION>_<KEY>` of every setting outside the trunks."""
    return {
        f"{PREFIX}{section}_{key}".upper(): (section, key)
        for section, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for key in field.annotation.model_fields
    }


def _trunk_place(variable: str, tables: dict[str, Any]) -> Place | None:
    """`DIALER_TRUNK_<NAME>_<KEY>` of a trunk that the file names."""
    trunks = tables.get("trunks", [])
    for index, trunk in enumerate(trunks if isinstance(trunks, list) else []):
        if not isinstance(trunk, dict):
            continue
        name = re.sub(r"\W", "_", str(trunk.get("name", "")))
        for key in TrunkSettings.model_fields:
            if (
                key not in {"name", "prefixes", "called_rules", "caller_rules"}
                and variable == f"{PREFIX}TRUNK_{name}_{key}".upper()
            ):
                return ("trunks", index, key)
    return None


def _explain(details: ErrorDetails, path: Path, text: str, set_by: Mapping[Place, str]) -> str:
    """One line for one wrong setting."""
    place: Place = tuple(details["loc"])
    where = set_by.get(place) or _position(place, path, text)
    name = _spoken(place)
    match details["type"]:
        case "extra_forbidden":
            return f"{where}: unknown setting {name}{_nearest(str(place[-1]), _known_keys(place))}"
        case "missing":
            return f"{where}: {name} is missing; {NEEDED[str(place[0])]}"
        case "value_error":
            inside = [said for one, said in set_by.items() if one[: len(place)] == place]
            return f"{' and '.join(inside) or where}: {details['msg'].removeprefix('Value error, ')}"
        case "model_type" | "tuple_type":
            kind = f"[[{place[0]}]]" if place[0] in REPEATED else f"[{place[0]}]"
            return f"{where}: {name} must be a table; write it as {kind}"
    return (
        f"{where}: {name} = {_shown(details, place)} is not accepted: {details['msg'][0].lower()}{details['msg'][1:]}"
    )


def _shown(details: ErrorDetails, place: Place) -> str:
    """The offending value, unless it may be a secret."""
    return "***" if place[-1] in {"token", "password"} else repr(details["input"])[:80]


def _spoken(place: Place) -> str:
    """How a person would name the place: [service] port."""
    if len(place) == 1:
        return f"[{place[0]}]"
    if place[0] in REPEATED and isinstance(place[1], int):
        return f"[[{place[0]}]] number {place[1] + 1}" + "".join(f", {step}" for step in place[2:])
    return f"[{place[0]}] {'.'.join(str(step) for step in place[1:])}"


def _known_keys(place: Place) -> list[str]:
    if len(place) == 1:
        return list(Settings.model_fields)
    if place[0] in REPEATED:
        return list(REPEATED[str(place[0])].model_fields)
    section = Settings.model_fields[str(place[0])].annotation
    assert isinstance(section, type)
    assert issubclass(section, BaseModel)
    return list(section.model_fields)


def _nearest(word: str, known: Mapping[str, Any] | list[str]) -> str:
    """The advice behind an unknown word: the nearest known one, or all of them."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    if len(known) <= 20:
        return f"; known here: {', '.join(known)}"
    return "; `dialer config --example` lists every setting"


def _position(place: Place, path: Path, text: str) -> str:
    """File and line where the key, or else its table, stands."""
    table, key = str(place[0]), str(place[-1])
    index = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    found: int | None = None
    current, seen = "", -1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?", line)
        if header:
            current = header[1].strip("\"'")
            seen += current == table
        in_table = current == table and (table not in REPEATED or seen == index)
        if header and in_table and found is None:
            found = number
        if (in_table if len(place) > 1 else not current) and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return f"{path} line {number}"
    return f"{path} line {found}" if found is not None else str(path)
