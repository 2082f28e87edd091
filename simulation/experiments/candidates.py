"""The settings that a search may turn, what each may be, and the grid of candidates between their ends."""

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import msgspec
import numpy as np

POINTS = {1: 7, 2: 5}
POINTS_OF_MANY = 3
"""Values of a range in one round: by how many ranges there are, as a grid's size is their product."""
CANDIDATES_MAX = 200
DIGITS = 4

Value = float | str | bool


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting with the values that one round tries, in order."""

    path: str
    values: tuple[Value, ...]
    is_range: bool
    """Whether there are values between those listed, so that the next round may try them."""


class SettingError(ValueError):
    """A setting cannot be searched; the message says why."""


def span(path: str, low: float, high: float, ranges: int) -> Setting:
    """Evenly spaced values of a setting between its ends, where so many settings are ranges."""
    count = POINTS.get(ranges, POINTS_OF_MANY)
    values = dict.fromkeys(round(float(value), DIGITS) for value in np.linspace(low, high, count))
    return Setting(path=path, values=tuple(values), is_range=True)


def grid(settings: Sequence[Setting]) -> list[tuple[Value, ...]]:
    """Every combination of values, one value for each setting in their order.

    Raises:
        SettingError: there are more than anybody would wait for.
    """
    count = math.prod(len(setting.values) for setting in settings)
    if count > CANDIDATES_MAX:
        raise SettingError(f"{count} combinations are more than {CANDIDATES_MAX}: name fewer settings, or fewer values")
    return list(product(*(setting.values for setting in settings)))


def closer(settings: Sequence[Setting], best: Sequence[Any]) -> list[Setting]:
    """The next round's settings: each range between the neighbours of its best value, each choice decided."""
    ranges = sum(setting.is_range for setting in settings)
    found = []
    for setting, value in zip(settings, best, strict=True):
        if not setting.is_range:
            found.append(msgspec.structs.replace(setting, values=(value,)))
            continue
        place = setting.values.index(value)
        low = setting.values[max(place - 1, 0)]
        high = setting.values[min(place + 1, len(setting.values) - 1)]
        found.append(span(setting.path, float(low), float(high), ranges))
    return found
