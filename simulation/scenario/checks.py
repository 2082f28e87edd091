"""Checks of single scenario values; each raises `ScenarioValueError`, which names the key to blame."""

import re


class ScenarioValueError(ValueError):
    """A value that cannot be; `key` names the one to blame, so that its line can be found."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key} {message}")
        self.key = key


def seconds_of_day(time_of_day: str) -> float:
    """Seconds since midnight of "HH:MM"."""
    hours, minutes = time_of_day.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0


def time_of_day(key: str, value: str) -> None:
    """The value is a time of day."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ScenarioValueError(key, f"is {value!r}; a time of day is written HH:MM")


def probability(key: str, value: float) -> None:
    """The value lies between 0 and 1."""
    if not 0.0 <= value <= 1.0:
        raise ScenarioValueError(key, f"is {value:g}; it must be between 0 and 1")


def above(key: str, value: float, least: float) -> None:
    """The value is more than `least`."""
    if not value > least:
        raise ScenarioValueError(key, f"is {value:g}; it must be more than {least:g}")


def at_least(key: str, value: float, least: float) -> None:
    """The value is `least` or more."""
    if not value >= least:
        raise ScenarioValueError(key, f"is {value:g}; it must be {least:g} or more")
