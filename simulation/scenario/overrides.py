"""Changes a scenario's parameter by its path, such as `agents.0.count` or `campaigns.main.pacing.ratio`."""

import tomllib
from collections.abc import Sequence
from typing import Any

import msgspec

from simulation.scenario.loading import ScenarioError, scenario_from
from simulation.scenario.model import Scenario


def override(scenario: Scenario, path: str, value: Any) -> Scenario:
    """The scenario with one value changed; see `override_all`."""
    return override_all(scenario, [(path, value)])


def override_all(scenario: Scenario, changes: Sequence[tuple[str, Any]]) -> Scenario:
    """The scenario with several values changed at once, so that only the whole must make sense.

    Elements of a list are named by number or by their `name`. A path that begins with none of the scenario's keys is
    looked for in the first campaign.

    Raises:
        ScenarioError: there is no such key, or a value is impossible there.
    """
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(scenario))
    for path, value in changes:
        _change(data, path, value)
    try:
        return scenario_from(data)
    except ScenarioError as error:
        changed = ", ".join(f"{path} = {value!r}" for path, value in changes)
        raise ScenarioError(f"{changed}: {error}") from None


def _change(data: dict[str, Any], path: str, value: Any) -> None:
    parts = path.split(".")
    if parts[0] not in data:
        parts = ["campaigns", "0", *parts]
    target: Any = data
    for part in parts[:-1]:
        target = _step(target, part, path)
    last = parts[-1]
    if isinstance(target, list):
        target[_index(target, last, path)] = value
    elif isinstance(target, dict):
        target[last] = value
    else:
        raise ScenarioError(f"{path}: there is nothing below {parts[-2]!r}")


def read_assignment(text: str) -> tuple[str, Any]:
    """Split `path=value`; the value is read as TOML, and as plain text where it is not TOML."""
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise ScenarioError(f"{text!r} is not of the form path=value, e.g. agents.0.count=20")
    return path.strip(), read_value(value.strip())


def read_value(text: str) -> Any:
    """A TOML value, or the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _step(target: Any, part: str, path: str) -> Any:
    if isinstance(target, list):
        return target[_index(target, part, path)]
    if isinstance(target, dict) and part in target:
        return target[part]
    raise ScenarioError(f"{path}: there is no {part!r}; the keys there are: {', '.join(_keys(target))}")


def _index(target: list[Any], part: str, path: str) -> int:
    if part.isdigit() and int(part) < len(target):
        return int(part)
    for number, element in enumerate(target):
        if isinstance(element, dict) and element.get("name") == part:
            return number
    raise ScenarioError(f"{path}: there is no element {part!r}; there are {len(target)}, counted from 0")


def _keys(target: Any) -> list[str]:
    return list(target) if isinstance(target, dict) else ["none"]
