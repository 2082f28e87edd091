"""The schema of scenario files for people and for editors: every key with its kind, unit, default and meaning.

All of it is read off the model itself, whose fields are documented where they are defined.
"""

import ast
import enum
import inspect
import textwrap
import types
import typing
from typing import Any, NamedTuple

import msgspec

from simulation.models.distributions import Duration
from simulation.scenario.loading import ScenarioError
from simulation.scenario.model import Scenario

UNITS = (
    ("_s", "s"),
    ("_s_max", "s"),
    ("hours", "h"),
    ("cps_max", "calls/s"),
    ("cps_carried", "calls/s"),
    ("probability", "0..1"),
    ("_error", "0..1"),
    ("_media", "0..1"),
    ("share", "0..1"),
    ("rate_max", "0..1"),
    ("rate_target", "0..1"),
    ("_factor", "factor"),
)
TIMES_OF_DAY = frozenset({"at", "back_at", "start", "end", "log_in", "log_out"})
PLAIN = {float: "number", int: "whole number", str: "text", bool: "true or false"}


class Key(NamedTuple):
    """One key of a table."""

    name: str
    kind: str
    unit: str
    default: str
    """As it is written in TOML; empty where the key must be given."""
    words: str


def keys_of(table: type[msgspec.Struct]) -> list[Key]:
    """The keys of a table, in the order of the model."""
    hints, words = typing.get_type_hints(table), _documented(table)
    return [
        Key(field.name, _kind(hints[field.name]), _unit(field.name), _default(field), words.get(field.name, ""))
        for field in msgspec.structs.fields(table)
    ]


def table_at(path: str) -> type[msgspec.Struct]:
    """The table at a path such as "campaigns.customers"; the whole scenario for an empty one.

    Raises:
        ScenarioError: there is no such table; the message names those there are.
    """
    table: type[msgspec.Struct] = Scenario
    for part in (one for one in path.split(".") if one):
        tables = _tables(table)
        if part not in tables:
            raise ScenarioError(f"{path}: there is no table {part!r}; the tables there are: {', '.join(tables)}")
        table = tables[part]
    return table


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario, for editors that check TOML while it is written."""
    schema = msgspec.json.schema(Scenario)
    for table in _all_tables(Scenario, {}).values():
        properties = schema["$defs"].get(table.__name__, {}).get("properties", {})
        for key in keys_of(table):
            words = " ".join(part for part in (key.words, f"[{key.unit}]" if key.unit else "") if part)
            if words and key.name in properties:
                properties[key.name]["description"] = words
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Scenario", **schema}


def _documented(table: type[msgspec.Struct]) -> dict[str, str]:
    """What the model says of each field, in the string that follows it."""
    found: dict[str, str] = {}
    for one in reversed(table.__mro__):
        if one is object or one.__module__.startswith("msgspec"):
            continue
        body = typing.cast("ast.ClassDef", ast.parse(textwrap.dedent(inspect.getsource(one))).body[0]).body
        names: list[str] = []
        for statement in body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                names = [statement.target.id]
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and names:
                found[names[0]] = inspect.cleandoc(str(statement.value.value)).replace("\n", " ")
    return found


def _members(hint: Any) -> list[Any]:
    """The kinds that a union joins, None left out."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [one for one in typing.get_args(hint) if one is not types.NoneType]
    return [hint]


def _kind(hint: Any) -> str:
    members = _members(hint)
    one = members[0]
    if inspect.isclass(one) and issubclass(one, Duration):
        return "duration"
    if typing.get_origin(one) is tuple:
        return f"list of {_kind(typing.get_args(one)[0])}"
    if typing.get_origin(one) is dict:
        return f"table of {_kind(typing.get_args(one)[1])}"
    if inspect.isclass(one) and issubclass(one, enum.Enum):
        return "one of: " + ", ".join(str(member.value) for member in one)
    if inspect.isclass(one) and issubclass(one, msgspec.Struct):
        return "table"
    return PLAIN.get(one, getattr(one, "__name__", str(one)))


def _unit(name: str) -> str:
    return "HH:MM" if name in TIMES_OF_DAY else next((unit for suffix, unit in UNITS if name.endswith(suffix)), "")


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT:
        return ""
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if value is None:
        return "left out"
    if isinstance(value, Duration):
        given = {"kind": value.__struct_config__.tag, **msgspec.structs.asdict(value)}
        inner = ", ".join(f"{key} = {_toml(one)}" for key, one in given.items() if one is not None)
        return "{ " + inner + " }"
    return "its own defaults" if isinstance(value, msgspec.Struct) else _toml(value)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }" if value else "{}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _tables(table: type[msgspec.Struct]) -> dict[str, type[msgspec.Struct]]:
    """The tables inside a table, by key; a duration is one for each of its kinds."""
    found: dict[str, type[msgspec.Struct]] = {}
    for name, hint in typing.get_type_hints(table).items():
        for member in _members(hint):
            inner = typing.get_args(member)[-1 if typing.get_origin(member) is dict else 0 :][:1] or (member,)
            for one in _members(inner[0]):
                if inspect.isclass(one) and issubclass(one, Duration):
                    found[str(one.__struct_config__.tag)] = one
                elif inspect.isclass(one) and issubclass(one, msgspec.Struct):
                    found[name] = one
    return found


def _all_tables(table: type[msgspec.Struct], seen: dict[str, type[msgspec.Struct]]) -> dict[str, type[msgspec.Struct]]:
    if table.__name__ not in seen:
        seen[table.__name__] = table
        for inner in _tables(table).values():
            _all_tables(inner, seen)
    return seen
