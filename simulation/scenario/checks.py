"""Checks of single scenario values; each raises `ScenarioValueError`, which names the key to blame."""

import re

import simulation.opponents as _opponents  # noqa: F401  (so that a scenario can name any of them)
from campaigns.menus import Menu
from campaigns.model import Campaign, PacingSettings, Treatment
from campaigns.rules.menus import menu_problems
from pacing import policy_names


class ScenarioValueError(ValueError):
    """A value that cannot be; `key` names the one to blame, so that its line can be found."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key.rpartition('.')[2]} {message}")
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


def pacing_settings(key: str, pacing: PacingSettings) -> None:
    """The settings make sense; beyond the law they may go, as that is what a simulation may ask."""
    if pacing.policy not in policy_names():
        message = f"is {pacing.policy!r}; no pacing policy has that name, choose one of: {', '.join(policy_names())}"
        raise ScenarioValueError(f"{key}.policy", message)
    above(f"{key}.ratio", pacing.ratio, 0.0)
    above(f"{key}.abandon_rate_max", pacing.abandon_rate_max, 0.0)
    probability(f"{key}.abandon_rate_max", pacing.abandon_rate_max)
    if pacing.abandon_rate_target is not None:
        above(f"{key}.abandon_rate_target", pacing.abandon_rate_target, 0.0)
        probability(f"{key}.abandon_rate_target", pacing.abandon_rate_target)
    if pacing.cancel_after_s is not None:
        at_least(f"{key}.cancel_after_s", pacing.cancel_after_s, 0.0)


def menu(key: str, given: Menu | None, treatment: Treatment, pacing: PacingSettings) -> None:
    """The menu is one that the product would take."""
    own = Campaign(campaign_id=0, name="", skill_group="", treatment=treatment, menu=given, pacing=pacing)
    for problem in menu_problems(own):
        raise ScenarioValueError(problem.field.replace("menu", key, 1), problem.message)
