"""Reads a scenario from TOML; every fault becomes one line that names the file, the line and the key."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from simulation.scenario.checks import ScenarioValueError
from simulation.scenario.lines import line_of
from simulation.scenario.model import Scenario

T = TypeVar("T")


class ScenarioError(ValueError):
    """The scenario cannot be used; the message is one line for the person who wrote it."""


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: it cannot be read, is not TOML, or holds an unknown key or an impossible value.
    """
    return load_tables(path, Scenario)


def parse_scenario(text: str, source: str) -> Scenario:
    """Read a scenario from text; `source` is what messages call it."""
    return parse_tables(text, source, Scenario)


def scenario_from(data: dict[str, Any]) -> Scenario:
    """Check a scenario given as plain tables; the error raised carries the `path` of the key to blame."""
    return check_tables(data, Scenario)


def load_tables(path: Path, kind: type[T]) -> T:
    """Read a TOML file whose schema is the struct `kind`; for other scenario files than the simulator's.

    Raises:
        ScenarioError: as `load_scenario`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return parse_tables(text, str(path), kind)


def parse_tables(text: str, source: str, kind: type[T]) -> T:
    """Read TOML text whose schema is the struct `kind`; `source` is what messages call it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{source}: not valid TOML: {error}") from None
    try:
        return check_tables(data, kind)
    except ScenarioError as error:
        path = getattr(error, "path", "$")
        line = line_of(text, path)
        where = f"{source}:{line}" if line is not None else source
        raise ScenarioError(f"{where}: {error}") from None


def check_tables(data: dict[str, Any], kind: type[T]) -> T:
    """Check plain tables against the struct `kind`; the error raised carries the `path` of the key to blame."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise _explained(error) from None


def _explained(error: msgspec.ValidationError) -> ScenarioError:
    """Turn msgspec's words into ours: which key, what is wrong, and its path."""
    found = re.fullmatch(r"(?P<what>.*?)(?: - at `(?:key in )?(?P<path>\$[^`]*)`)?", str(error), re.DOTALL)
    what, path = (found["what"], found["path"] or "$") if found else (str(error), "$")
    unknown = re.search(r"unknown field `(\w+)`", what)
    missing = re.search(r"missing required field `(\w+)`", what)
    if unknown:
        what, path = f"unknown key {unknown[1]!r}", f"{path}.{unknown[1]}"
    elif missing:
        what = f"the key {missing[1]!r} is missing"
    elif isinstance(error.__cause__, ScenarioValueError):
        path = f"{path}.{error.__cause__.key}"
    elif path != "$":
        what = f"{path.rpartition('.')[2]}: {what}"
    explained = ScenarioError(what[0].lower() + what[1:] if what.startswith(("Expected", "Object")) else what)
    explained.path = path  # type: ignore[attr-defined]
    return explained
