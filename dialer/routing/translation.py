"""Numbers in the form that a trunk wants, as a session border controller would write them."""

import re
from collections.abc import Iterable

from dialer.model import Trunk

Rules = Iterable[tuple[str, str]]
"""Regular expressions and what takes the place of what they find (`\\1` is the first group)."""


def translated(rules: Rules, number: str) -> str:
    """Apply the first rule whose expression is found in a number, once."""
    for pattern, replacement in rules:
        # `re` keeps the compiled ones: a few hundred, and trunks have a handful.
        result, found = re.subn(pattern, replacement, number, count=1)
        if found:
            return result
    return number


def translate(trunk: Trunk, number: str) -> str:
    """The called number as the trunk wants it: its rules, then its `strip` taken off the front, its `add` put there."""
    return trunk.add + translated(trunk.called_rules, number).removeprefix(trunk.strip)
