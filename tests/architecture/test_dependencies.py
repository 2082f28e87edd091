"""What is imported is declared: a package that happens to be installed here would be missing at a newcomer's."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("pacing", "campaigns", "dialer", "simulation", "benchmarks")
OURS = {*PACKAGES, "tests"}
WITH_FASTAPI = {"anyio", "pydantic", "pydantic-core", "starlette"}
"""FastAPI's own foundations, whose versions it chooses."""
LOCKED = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
DISTRIBUTIONS = packages_distributions()


def normal(requirement: str) -> str:
    return re.split(r"[<>=!~;\[ ]", requirement)[0].lower().replace("_", "-")


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return {normal(one) for one in [*project["dependencies"], *(one for extra in extras for one in extra)]}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def distributions(folder: str) -> dict[str, set[str]]:
    """By module imported anywhere in a folder, the distributions that bring it."""
    modules = {module for path in (ROOT / folder).rglob("*.py") for module in imported(path)}
    foreign = modules - OURS - set(sys.stdlib_module_names)
    return {module: {normal(one) for one in DISTRIBUTIONS.get(module, [])} for module in foreign}


@pytest.mark.parametrize("folder", PACKAGES)
def test_a_package_declares_what_it_imports(folder: str) -> None:
    allowed = declared() | WITH_FASTAPI
    missing = {module for module, found in distributions(folder).items() if not found & allowed}
    assert not missing, f"{folder}/ imports {sorted(missing)}: declare it in pyproject.toml and run `make lock`"


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_the_lock_holds_what_is_imported(folder: str) -> None:
    missing = {module for module, found in distributions(folder).items() if not found & LOCKED}
    assert not missing, f"{folder}/ imports {sorted(missing)}, which requirements.lock lacks: run `make lock`"
