"""Several writers at one database: no lead is reserved twice, nobody waits for anybody in a ring."""

import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from campaigns.model import Attempt, CallingWindow, Campaign, CampaignStatus, Lead, NewLead, Outcome, attempt_id
from campaigns.ports import CampaignStore, Result
from campaigns.store.opening import open_store

ROOT = Path(__file__).parents[3]
NOW = 1_770_000_000.0
LEADS = 600
RUNNING = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)

on_postgres = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", on_postgres])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
def store(url: str) -> Iterator[CampaignStore]:
    opened = open_store(url, upgrade=True)
    opened.create_campaign(RUNNING)
    leads = [
        NewLead(number=f"+1202{index:07d}", time_zone=("", "UTC", "Asia/Tokyo")[index % 3], priority=index % 2)
        for index in range(LEADS)
    ]
    opened.add_leads(1, leads)
    yield opened
    opened.close()


def next_attempt(lead: Lead) -> Attempt:
    number = lead.attempts_made + 1
    return Attempt(
        attempt_id=attempt_id(lead.lead_id, number),
        lead_id=lead.lead_id,
        attempt_number=number,
        campaign_id=1,
        number=lead.number,
        caller_id="",
        trunk="main",
        placed_at=NOW,
    )


def work(store: CampaignStore, engine: int) -> list[int]:
    """Dial everything there is, in an order of one's own; returns the leads that were called."""
    order = random.Random(engine)
    called: list[int] = []
    while leads := list(store.reserve_leads(1, 20, NOW, 600.0, f"engine-{engine}")):
        order.shuffle(leads)
        attempts = [next_attempt(lead) for lead in leads]
        assert len(store.record_attempts(attempts)) == len(attempts)
        order.shuffle(attempts)
        results = [Result(attempt=replace(one, outcome=Outcome.CONNECTED, ended_at=NOW), cdr=None) for one in attempts]
        store.record_results(results, NOW)
        called += [lead.lead_id for lead in leads]
    return called


def test_threads_share_the_leads_out(store: CampaignStore) -> None:
    with ThreadPoolExecutor(4) as threads:
        called = [lead_id for found in threads.map(lambda engine: work(store, engine), range(4)) for lead_id in found]
    assert sorted(called) == list(range(1, LEADS + 1))
    assert store.outcome_counts(1) == {Outcome.CONNECTED: LEADS}
    assert store.tasks(NOW)[0].leads_open == 0


def test_numbers_are_blocked_while_others_dial(store: CampaignStore) -> None:
    def block() -> None:
        for start in range(0, LEADS, 50):
            numbers = [f"+1202{index:07d}" for index in range(start, start + 50, 5)]
            store.block_numbers(numbers[::-1], "asked", NOW)

    def dial(engine: int) -> int:
        called = 0
        while leads := store.reserve_leads(1, 20, NOW, 600.0, f"engine-{engine}"):
            written = set(store.record_attempts([next_attempt(lead) for lead in leads]))
            results = [
                Result(attempt=replace(attempt, outcome=Outcome.CONNECTED, ended_at=NOW), cdr=None)
                for attempt in map(next_attempt, leads)
                if attempt.attempt_id in written
            ]
            store.record_results(results, NOW)
            called += len(results)
        return called

    with ThreadPoolExecutor(3) as threads:
        blocking = threads.submit(block)
        called = sum(threads.map(dial, range(2)))
        blocking.result()
    assert store.outcome_counts(1) == {Outcome.CONNECTED: called}
    assert store.tasks(NOW)[0].leads_open == 0
    assert LEADS - LEADS // 5 <= called <= LEADS


WORKER = """
import sys
from campaigns.store.opening import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
while leads := store.reserve_leads(1, 7, float(sys.argv[3]), 600.0, sys.argv[2]):
    print(*(lead.lead_id for lead in leads), flush=True)
store.close()
"""


def test_processes_share_the_leads_out(url: str, store: CampaignStore) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, url, f"engine-{engine}", str(NOW)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for engine in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    said = [worker.communicate("go\n", timeout=240)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    reserved = [int(lead_id) for one in said for lead_id in one]
    assert sorted(reserved) == list(range(1, LEADS + 1))
    assert store.reserve_leads(1, 1, NOW, 600.0, "engine-1") == ()


ENGINE = """
import sys
from msgspec.structs import replace
from campaigns.model import Attempt, Outcome, attempt_id
from campaigns.ports import Result
from campaigns.store.opening import open_store
url, engine, now = sys.argv[1], sys.argv[2], float(sys.argv[3])
store = open_store(url)
print("ready", flush=True)
sys.stdin.readline()
print("interrupted", store.interrupt_attempts(engine, now), flush=True)
while leads := store.reserve_leads(1, 12, now, 600.0, engine):
    print("reserved", *(lead.lead_id for lead in leads), flush=True)
    attempts = [
        Attempt(attempt_id=attempt_id(lead.lead_id, lead.attempts_made + 1), lead_id=lead.lead_id,
                attempt_number=lead.attempts_made + 1, campaign_id=1, number=lead.number, caller_id="", trunk="main",
                placed_at=now)
        for lead in leads
    ]
    written = set(store.record_attempts(attempts))
    print("dialed", *written, flush=True)
    ended = [replace(one, outcome=Outcome.CONNECTED, ended_at=now) for one in attempts if one.attempt_id in written]
    store.record_results([Result(attempt=one, cdr=None) for one in ended], now)
print("done", flush=True)
store.close()
"""


def start_engine(url: str, engine: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", ENGINE, url, f"engine-{engine}", str(NOW)]
    return subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def let_go(engine: "subprocess.Popen[str]") -> None:
    """Wait until an engine has come up, and let it work."""
    assert engine.stdin is not None
    assert read_steps(engine, 1) == [["ready"]]
    engine.stdin.write("go\n")
    engine.stdin.flush()


def read_steps(engine: "subprocess.Popen[str]", count: int) -> list[list[str]]:
    """What an engine says in its next steps."""
    assert engine.stdout is not None
    return [line.split() for line in islice(engine.stdout, count)]


def test_engines_that_are_killed_leave_no_lead_dialed_twice(url: str, store: CampaignStore) -> None:
    said: dict[int, list[list[str]]] = {1: [], 2: []}
    running = {engine: start_engine(url, engine) for engine in said}
    try:
        for process in running.values():
            let_go(process)
        # Somewhere in the loop: after reserving, after writing, or in between.
        for round_ in range(2):
            engine = 1 + round_
            said[engine] += read_steps(running[engine], 8 + round_)
            running[engine].kill()
            out = running[engine].communicate()[0]
            said[engine] += [line.split() for line in out.splitlines()]
            running[engine] = start_engine(url, engine)
            let_go(running[engine])
        for engine, process in running.items():
            said[engine] += [line.split() for line in process.communicate(timeout=120)[0].splitlines()]
            assert process.returncode == 0
    finally:
        for process in running.values():
            process.kill()
            process.communicate()
    dialed = [name for steps in said.values() for step in steps if step[0] == "dialed" for name in step[1:]]
    assert len(set(dialed)) == len(dialed)
    reserved = {
        engine: {name for step in steps if step[0] == "reserved" for name in step[1:]} for engine, steps in said.items()
    }
    for engine, other in ((1, 2), (2, 1)):
        of_engine = {name.split("-")[0] for step in said[engine] if step[0] == "dialed" for name in step[1:]}
        assert not of_engine & {
            name.split("-")[0] for step in said[other] if step[0] == "dialed" for name in step[1:]
        }, "both engines have dialed these leads"
    # What a killed engine had in its hands was written (and counts), or is given back when it starts again.
    left = store.reserve_leads(1, LEADS, NOW, 600.0, "engine-3")
    counts = store.outcome_counts(1)
    assert counts[Outcome.CONNECTED] + counts.get(Outcome.INTERRUPTED, 0) + len(left) == LEADS
    assert len(left) == 0
    assert set(counts) <= {Outcome.CONNECTED, Outcome.INTERRUPTED}
    # How they share depends on who is quicker: one alone may have had them all.
    assert reserved[1] | reserved[2]
