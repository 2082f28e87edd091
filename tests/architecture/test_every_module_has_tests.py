"""Tests mirror the code: a module with logic has a test module in the same place under tests/."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("pacing", "campaigns", "dialer", "simulation")

TESTED_ELSEWHERE = {
    "campaigns/model.py": "data only",
    "campaigns/recordings.py": "types and a protocol only",
    "campaigns/ports.py": "tests/contracts/test_campaign_store.py runs against every implementation",
    "campaigns/reports/port.py": "tests/contracts/test_report_store.py runs against every implementation",
    "dialer/model.py": "data only",
    "dialer/ports.py": "protocols only; contract suites in tests/contracts",
    "dialer/gateway/media/amd/verdict.py": "types and a protocol only",
    "dialer/gateway/media_port.py": "protocol only; every implementation is tested in its own place",
    "pacing/model.py": "data only",
}


def modules_with_logic() -> list[Path]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            inside = path.relative_to(ROOT)
            if path.name == "__init__.py" or "migrations" in inside.parts or str(inside) in TESTED_ELSEWHERE:
                continue
            tree = ast.parse(path.read_text())
            if any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree)):
                found.append(inside)
    return found


@pytest.mark.parametrize("module", modules_with_logic(), ids=str)
def test_module_has_its_test_module(module: Path) -> None:
    mirror = ROOT / "tests" / module.parent / f"test_{module.stem.strip('_')}.py"
    assert mirror.exists(), f"{module} has no {mirror.relative_to(ROOT)}"


def test_the_list_of_exceptions_is_alive() -> None:
    for name in TESTED_ELSEWHERE:
        assert (ROOT / name).exists(), f"{name} is gone; take it off the list"
