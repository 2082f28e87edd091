import asyncio
import os
from pathlib import Path

import pytest

from dialer.live.process import run_process


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_a_module_is_run_with_its_arguments_and_the_database_in_its_environment(folder: Path) -> None:
    code = "import os, sys; sys.exit(7 if (sys.argv[1], os.environ['DIALER_DATABASE_URL']) == ('1', 'here') else 1)"
    (folder / "exits_with_seven.py").write_text(code)
    assert asyncio.run(run_process("exits_with_seven", ("1",), "here")) == 7


def test_it_ends_with_whoever_waits_for_it(folder: Path) -> None:
    begun = folder / "begun"
    code = f"import os, pathlib, time; pathlib.Path({str(begun)!r}).write_text(f'{{os.getpid()}}.'); time.sleep(600)"
    (folder / "takes_long.py").write_text(code)

    async def give_up() -> None:
        running = asyncio.create_task(run_process("takes_long", (), ""))
        async with asyncio.timeout(120):
            while not begun.exists() or not begun.read_text().endswith("."):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(give_up())
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()[:-1]), 0)
