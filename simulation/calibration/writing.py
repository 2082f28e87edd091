"""Writes a scenario as TOML, leaving out what is at its default."""

from typing import Any

import msgspec
import tomli_w

from simulation.scenario.model import Scenario


def scenario_toml(scenario: Scenario) -> str:
    """The scenario's file: reading it gives the same scenario."""
    return tomli_w.dumps(_plain(scenario))


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        defaults = {field.name: field for field in msgspec.structs.fields(value)}
        table: dict[str, Any] = {}
        tag = value.__struct_config__.tag
        if tag is not None:
            table[str(value.__struct_config__.tag_field)] = tag
        for name, field in defaults.items():
            own = getattr(value, name)
            if own is None or _is_default(field, own):
                continue
            table[name] = _plain(own)
        return table
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def _is_default(field: msgspec.structs.FieldInfo, value: Any) -> bool:
    if field.default is not msgspec.NODEFAULT:
        return bool(value == field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return bool(value == field.default_factory())
    return False
