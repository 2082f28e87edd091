"""The named scenarios that come with the product; `base-20` is the scenario `base` with 20 agents."""

import re
from importlib import resources
from pathlib import Path

from msgspec.structs import replace

from simulation.scenario.loading import ScenarioError, load_scenario, parse_scenario
from simulation.scenario.model import Scenario

_FOLDER = resources.files("simulation.scenario") / "library"


BY_CRUELTY = ("steady", "base", "two-campaigns", "real-list", "swing", "noon", "evening", "log-off", "slow-carrier")
"""From easy to cruel; the others of the library are for theory and come last."""


def scenario_names() -> list[str]:
    """The names of the library's scenarios, from easy to cruel."""
    names = {entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml")}
    return [*(name for name in BY_CRUELTY if name in names), *sorted(names - set(BY_CRUELTY))]


def find_scenario(name: str) -> Scenario:
    """A scenario by library name, by library name with a number of agents, or by path.

    Raises:
        ScenarioError: there is no such scenario, or it has a fault.
    """
    if name in scenario_names():
        return _from_library(name)
    sized = re.fullmatch(r"(.+)-(\d+)", name)
    if sized and sized[1] in scenario_names():
        scenario = _from_library(sized[1])
        count = int(sized[2])
        if count == 0 or len(scenario.agents) != 1:
            raise ScenarioError(f"{name}: the scenario {sized[1]!r} cannot be had with {count} agents")
        return replace(scenario, name=name, agents=(replace(scenario.agents[0], count=count),))
    if name.endswith(".toml") or Path(name).exists():
        return load_scenario(Path(name))
    raise ScenarioError(
        f"no scenario {name!r}: give a .toml file or one of {', '.join(scenario_names())};"
        " base-20 is base with 20 agents"
    )


def _from_library(name: str) -> Scenario:
    return parse_scenario((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")
