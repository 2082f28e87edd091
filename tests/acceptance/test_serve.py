"""The first campaign as its guide tells it: every step by the command line, over real SIP, and the books agree."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from typing import Any

import httpx
import pytest

LEADS = 30
AGENTS = 3
LOOK_S = 0.1
WAIT_S = 120.0
SCENARIO = """
seed = 11
[customers]
answer_probability = 0.5
machine = 0.0
no_answer = 0.1
failure = 0.9
answer_delay = { kind = "uniform", low_s = 0.2, high_s = 0.6 }
failure_delay = { kind = "uniform", low_s = 0.05, high_s = 0.2 }
talk = { kind = "uniform", low_s = 0.5, high_s = 1.5 }
"""


def command(floor: Any, url: str, *arguments: str) -> str:
    """Run `dialer` in the floor's folder against its service; returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "dialer", *arguments],
        cwd=floor.folder,
        env={**os.environ, "DIALER_URL": url, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def look_until(client: httpx.Client, path: str, is_there: Any) -> Any:
    """Read a path again and again until it says what is waited for."""
    a_while = threading.Event()
    for _ in range(int(WAIT_S / LOOK_S)):
        found = client.get(path).json()
        if is_there(found):
            return found
        a_while.wait(LOOK_S)
    raise AssertionError(f"{path} never got there: {found}")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_first_campaign_from_nothing_to_its_cdrs(floor: Any) -> None:
    floor.start_carrier(SCENARIO)
    floor.start_phones(AGENTS)
    people = "".join(f"+1202555{index:04d},Person {index}\n" for index in range(LEADS))
    (floor.folder / "people.csv").write_text(f"phone,name\n{people}12,Too Short\n")
    with floor.start_dialer("sqlite:///dialer.sqlite3") as client:
        url = str(client.base_url).removesuffix("/api/v1/")
        created = command(
            floor,
            url,
            *("campaign", "create", "Spring offer", "--skill-group", "sales"),
            *("--set", "calling_window.start=00:00", "--set", "calling_window.end=24:00", "--set", "acw_s_max=0.2"),
        )
        assert "dialer import FILE.csv --campaign 1" in created
        imported = command(floor, url, "import", "people.csv", "--campaign", "1")
        assert imported.startswith(f"{LEADS + 1:,} rows: {LEADS:,} accepted, 1 rejected (0 on the do-not-call list)")
        address = f"sip:agent-1@{floor.phones_address}"
        command(floor, url, "agent", "login", "a1", "--skill-group", "sales", "--address", address)
        for n in range(2, AGENTS + 1):
            login = {"skill_groups": ["sales"], "address": f"sip:agent-{n}@{floor.phones_address}"}
            client.post(f"/agents/a{n}/login", json=login).raise_for_status()
        look_until(client, "/statistics", lambda found: found["agents_by_state"]["paused"] == AGENTS)
        assert command(floor, url, "agent", "ready", "a1") == "a1 is idle (sales)\n"
        for n in range(2, AGENTS + 1):
            client.post(f"/agents/a{n}/ready").raise_for_status()
        command(floor, url, "campaign", "start", "1")
        look_until(client, "/campaigns/1/statistics", lambda found: found["outcomes"].get("connected", 0) >= 5)
        assert "Spring offer" in command(floor, url, "status")

        assert client.post("/campaigns/1/pause").json()["status"] == "paused"
        counters = client.get("/statistics").json()["counters"]
        look_until(client, "/statistics", lambda found: not any(in_hand(one) for one in found["campaigns"]))
        assert client.get("/statistics").json()["counters"]["calls_placed"] == counters["calls_placed"]

        command(floor, url, "campaign", "start", "1")
        look_until(client, "/campaigns/1/statistics", lambda found: found["attempts"] == LEADS)
        look_until(client, "/campaigns/1/statistics", lambda found: found["attempts_open"] == 0)
        attempts = listed(client, "/attempts")
        rows = list(csv.DictReader(io.StringIO(client.get("/cdrs", params={"format": "csv"}).text)))
        figures = client.get("/campaigns/1/statistics").json()
    assert floor.dialer.end(signal.SIGINT) == 0
    floor.dialer.wait_for("Ended: no call is open, everything is written.")
    floor.processes[0].end(signal.SIGINT)

    carrier = json.loads(floor.carrier_status.read_text())
    # The pause may fall between an attempt's being written and its call's being placed; it then says so.
    not_placed = {attempt["attempt_id"] for attempt in attempts if attempt["cause"].startswith("not placed:")}
    invited = {attempt["attempt_id"] for attempt in attempts} - not_placed
    assert set(carrier["tally"]["attempts"]) == invited
    assert carrier["attempts_twice"] == {}
    assert {row["call_id"] for row in rows} == invited
    assert dict(Counter(attempt["outcome"] for attempt in attempts)) == figures["outcomes"]
    outcomes = Counter(figures["outcomes"])
    assert figures["answered"] == outcomes["connected"] + outcomes["abandoned"] + outcomes["lost"]
    assert carrier["tally"]["answered"] >= outcomes["connected"] >= 5
    health_log = (floor.folder / "dialer.log").read_text()
    assert "+1202555" not in health_log
    assert '"level": "error"' not in health_log


def in_hand(campaign: dict[str, Any]) -> bool:
    return any(campaign[state] for state in ("recording", "placed", "ringing", "queued", "bridged"))


def listed(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    """All rows of a listing, page by page."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = client.get(path, params={"limit": 25} | ({"cursor": cursor} if cursor else {})).json()
        rows += page["items"]
        cursor = page["cursor"]
        if cursor is None:
            return rows
