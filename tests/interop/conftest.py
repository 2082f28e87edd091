from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.interop.sipp_process import Sipp


class StartSipp(Protocol):
    def __call__(self, scenario: str, **options: Any) -> Sipp: ...


@pytest.fixture
def start_sipp(tmp_path: Path) -> Iterator[StartSipp]:
    """Starts sipp with a scenario; whatever is started is ended with the test."""
    with ExitStack() as running:

        def start(scenario: str, **options: Any) -> Sipp:
            return running.enter_context(Sipp(tmp_path, scenario, **options))

        yield start
