"""Finds the line of a TOML text that holds a key; `tomllib` keeps no positions."""

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")


def line_of(text: str, path: str) -> int | None:
    """The line, from 1, of a path such as `$.campaigns[0].talk.mean_s`, or of the closest table above it."""
    wanted = _split(path)
    positions = _positions(text)
    while wanted:
        if wanted in positions:
            return positions[wanted]
        wanted = wanted[:-1]
    return None


def _split(path: str) -> Path:
    parts: list[str | int] = []
    for name, index in re.findall(r"([\w-]+)|\[(\d+)\]", path.removeprefix("$")):
        parts.append(name or int(index))
    return tuple(parts)


def _positions(text: str) -> dict[Path, int]:
    """Every table header and every key with its line; inline tables count with the line they begin on."""
    positions: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = _table(header[2], header[1] == "[[", counts)
            positions.setdefault(table, number)
            if isinstance(table[-1], int):
                positions.setdefault(table[:-1], number)
            continue
        key = _KEY.match(line)
        if key:
            names = tuple(part.strip("\"' ") for part in key[1].split("."))
            positions.setdefault((*table, *names), number)
            for inner in re.findall(r"[{,]\s*([\w-]+)\s*=", line):
                positions.setdefault((*table, *names, inner), number)
    return positions


def _table(name: str, is_array: bool, counts: dict[Path, int]) -> Path:
    """The path of a table header, with the number of the array element that is open at each level."""
    path: Path = ()
    parts = [part.strip("\"' ") for part in name.split(".")]
    for depth, part in enumerate(parts):
        path = (*path, part)
        is_last = depth == len(parts) - 1
        if is_array and is_last:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
