"""Cells of reports: which column holds what, and text that no spreadsheet takes for a formula.

A cell that begins with one of = + - @, a tab or a line break may be run as a formula when a file is opened (CWE-1236).
Names, attributes and dispositions come from outside, so every text is looked at. Figures that we computed are numbers,
not text, and stay as they are.
"""

from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

import msgspec

LEAD_INS = ("=", "+", "-", "@", "\t", "\r", "\n")
QUOTE = "'"
"""In front of a text, a spreadsheet's sign that it is one."""


def columns(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The columns of a report's rows: what a row is about first, then the counts that it shares with other reports."""
    own = tuple(name for name in kind.__annotations__ if name in kind.__struct_fields__)
    return own + tuple(name for name in kind.__struct_fields__ if name not in own)


def safe_text(text: str) -> str:
    """A text that is not run as a formula, whatever it holds; a quote in front marks one that could be."""
    # Spreadsheets pass over blanks in front.
    return QUOTE + text if text.lstrip(" \u00a0\ufeff").startswith(LEAD_INS) else text


def csv_cell(name: str, value: object, zone: ZoneInfo) -> str | float | int:
    """A cell of a CSV file: times as ISO 8601 with their offset, text made safe, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return safe_text(str(value.value))
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, zone).isoformat(timespec="seconds") if is_time(name) else round(value, 6)
    return safe_text(msgspec.json.encode(value).decode())


def raw_cell(value: object) -> str | float | int:
    """A cell of a CSV file for programs: times in Unix seconds, phone numbers as they are, other text made safe."""
    if isinstance(value, str) and _is_number(value):
        return value
    if isinstance(value, float):
        return value
    return csv_cell("", value, ZoneInfo("UTC"))


def is_time(name: str) -> bool:
    """Whether a column holds moments."""
    return name.endswith("_at")


def is_rate(name: str) -> bool:
    """Whether a column holds rates 0..1."""
    return name.endswith("_rate")


def _is_number(text: str) -> bool:
    """A plus sign and digits alone: for a spreadsheet that is a number, never a formula."""
    return text[:1] == "+" and text[1:].isascii() and text[1:].isdigit()
