"""kill -9 at any moment, many times, under load: nobody is dialed twice for one attempt, no reported result is lost."""

import contextlib
import json
import os
import signal
import threading
from collections import Counter
from typing import Any

import httpx
import numpy as np
import pytest

from campaigns.model import Attempt, Outcome
from campaigns.ports import AttemptFilter
from campaigns.store.opening import open_store

KILLS = {"sqlite": 50, "postgresql": 10}
AGENTS = 8
LEADS = 9000
SAID = ("sale", "refusal", "talked")
LOGIN_LOOKS_MAX = 2000
LIFE_S_MAX = 1.5
LIVES_MAX = 3
"""The longest that the dialer may work under load before it is killed."""

SCENARIO = """
seed = 7
[customers]
answer_probability = 0.5
machine = 0.1
no_answer = 0.2
failure = 0.7
answer_delay = { kind = "lognormal", mean_s = 0.15, cv = 0.8, max_s = 1.0 }
failure_delay = { kind = "uniform", low_s = 0.02, high_s = 0.2 }
talk = { kind = "lognormal", mean_s = 0.25, cv = 1.0, max_s = 2.0 }
"""


class Reported:
    """What the dialer has told its clients: each word of it must survive."""

    def __init__(self) -> None:
        self.results: dict[str, dict[str, Any]] = {}
        self.dispositions: dict[str, str] = {}

    def read(self, client: httpx.Client) -> None:
        page = client.get("/attempts", params={"limit": 200})
        page.raise_for_status()
        for attempt in page.json()["items"]:
            if attempt["outcome"] is not None:
                self.results[attempt["attempt_id"]] = attempt

    def work(self, client: httpx.Client) -> None:
        """Do the agents' part: say what came of every call that is over."""
        for answer in client.get("/agents").json()["items"]:
            agent = answer["agent"]
            if agent["state"] == "acw" and agent["attempt_id"]:
                said = {"attempt_id": agent["attempt_id"], "disposition": SAID[len(self.dispositions) % len(SAID)]}
                done = client.post(f"/agents/{agent['agent_id']}/disposition", json=said)
                if done.status_code == 200:
                    self.dispositions[said["attempt_id"]] = said["disposition"]


def prepare(client: httpx.Client) -> None:
    settings = {
        "name": "crash",
        "skill_group": "all",
        "calling_window": {"start": "00:00", "end": "24:00"},
        "pacing": {"policy": "ratio", "ratio": 2.0},
    }
    campaign = client.post("/campaigns", json=settings)
    assert campaign.status_code == 201, campaign.text
    numbers = [f"+1{area}555{line:04d}" for area in range(201, 201 + LEADS // 100) for line in range(100, 200)]
    csv = "number\n" + "\n".join(numbers)
    report = client.post("/campaigns/1/leads", files={"file": ("leads.csv", csv, "text/csv")})
    assert report.is_success, report.text
    assert report.json()["accepted"] == LEADS
    client.post("/campaigns/1/start").raise_for_status()


def log_in(client: httpx.Client, phones: str) -> None:
    for n in range(1, AGENTS + 1):
        states: Counter[str] = Counter()
        while states["paused"] == 0:
            assert states.total() < LOGIN_LOOKS_MAX, f"a{n} was seen {states}"
            state = client.get(f"/agents/a{n}").json()["agent"]["state"]
            states[state] += 1
            if state == "offline":
                # Again, as a person would whose telephone was still busy with the leg of the dialer that was killed.
                login = {"skill_groups": ["all"], "address": f"sip:agent-{n}@{phones}"}
                client.post(f"/agents/a{n}/login", json=login).raise_for_status()
        client.post(f"/agents/a{n}/ready").raise_for_status()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nobody_is_dialed_twice_and_nothing_reported_is_lost(
    floor: Any, database: str, request: pytest.FixtureRequest
) -> None:
    url = "sqlite:///crash.sqlite3" if database == "sqlite" else request.getfixturevalue("empty_postgres_url")
    kills, reported, moments = KILLS[database], Reported(), np.random.default_rng(2026)
    carrier = floor.start_carrier(SCENARIO)
    floor.start_phones(AGENTS)
    with floor.start_dialer(url) as client:
        prepare(client)
        floor.dialer.end(signal.SIGKILL)
    lives = 0
    # A busy machine may need more lives until agents have come to say something.
    while lives < kills - 1 or (len(reported.dispositions) <= kills / 5 and lives < LIVES_MAX * kills):
        lives += 1
        with floor.start_dialer(url) as client:
            log_in(client, floor.phones_address)
            timer = threading.Timer(moments.uniform(0.1, LIFE_S_MAX), os.kill, (floor.dialer.popen.pid, signal.SIGKILL))
            timer.start()
            with contextlib.suppress(httpx.TransportError):
                while True:
                    reported.work(client)
                    reported.read(client)
            timer.join()
            assert floor.dialer.popen.wait(120) == -signal.SIGKILL
    with floor.start_dialer(url) as client:
        reported.read(client)
        assert floor.dialer.end(signal.SIGINT) == 0
    assert carrier.end(signal.SIGINT) == 0

    store = open_store(url if database == "postgresql" else f"sqlite:///{floor.folder}/crash.sqlite3")
    with contextlib.closing(store):
        attempts = all_attempts(store)
    dialed = Counter(json.loads(floor.carrier_status.read_text())["tally"]["attempts"])
    outcomes = Counter(attempt.outcome for attempt in attempts.values())
    people_dialed_twice = [a for a, times in Counter(a.rsplit("-")[0] for a in dialed.elements()).items() if times > 1]
    results_lost = [a for a, told in reported.results.items() if not is_kept(told, attempts.get(a))]
    dispositions_lost = [a for a, said in reported.dispositions.items() if attempts[a].disposition != said]
    print(
        f"\n{1 + lives} kills on {database}: {len(attempts)} attempts, {dialed.total()} INVITE transactions, "
        f"{len(reported.results)} results and {len(reported.dispositions)} dispositions reported; "
        f"people dialed twice: {len(people_dialed_twice)}, results lost: {len(results_lost)}, "
        f"dispositions lost: {len(dispositions_lost)}, interrupted: {outcomes[Outcome.INTERRUPTED]}"
    )
    assert people_dialed_twice == []
    assert set(dialed) <= set(attempts), "an INVITE left before its attempt was durable"
    assert results_lost == []
    assert dispositions_lost == []
    assert None not in outcomes, "an attempt without an outcome"
    assert outcomes[Outcome.INTERRUPTED] >= kills / 2, "the kills did not hit a working dialer"
    assert len(reported.results) > kills, "too little was reported to prove anything"
    assert len(reported.dispositions) > kills / 5


def all_attempts(store: Any) -> dict[str, Attempt]:
    found: dict[str, Attempt] = {}
    cursor = None
    while True:
        page = store.attempts(AttemptFilter(limit=1000, cursor=cursor))
        found |= {attempt.attempt_id: attempt for attempt in page.items}
        cursor = page.cursor
        if cursor is None:
            return found


def is_kept(told: dict[str, Any], kept: Attempt | None) -> bool:
    """Whether everything a client was told of a result still stands; a disposition may have come since."""
    if kept is None:
        return False
    names = ("outcome", "placed_at", "answered_at", "bridged_at", "ended_at", "agent_id", "sip_status", "cause")
    return all(getattr(kept, name) == told[name] for name in names)
