"""Whatever schemathesis makes of the OpenAPI document, the service answers without an error of its own."""

import re
import signal
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_request_that_the_document_allows_is_a_server_error(floor: Any) -> None:
    settings = '[service]\nport = 0\ntoken = "hush"\n[sip]\nport = 0\n'
    (floor.folder / "dialer.toml").write_text(settings)
    floor.dialer = floor.start("serve")
    url = floor.dialer.wait_for(r"API at (http://[\d.]+:\d+)")[1]
    done = subprocess.run(
        [
            Path(sysconfig.get_path("scripts")) / "schemathesis",
            *("run", f"{url}/api/v1/openapi.json", "--header", "Authorization: Bearer hush"),
            *("--checks", "not_a_server_error", "--phases", "fuzzing", "--max-examples", "4", "--seed", "7"),
            # The stream has no end.
            *("--exclude-path", "/api/v1/statistics/stream", "--suppress-health-check", "all", "--no-color"),
        ],
        cwd=floor.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    tested = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert tested is not None, done.stdout[-2000:]
    assert int(tested[1]) == int(tested[2]) > 100
    assert floor.dialer.end(signal.SIGINT) == 0
