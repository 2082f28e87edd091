"""Two engine processes on one PostgreSQL, either killed again and again: no lead is reserved or dialed twice."""

import multiprocessing
import os
import signal
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from msgspec.structs import replace

from campaigns.model import Attempt, CallingWindow, Campaign, CampaignStatus, NewLead, Outcome, attempt_id
from campaigns.ports import AttemptFilter, Result
from campaigns.store.opening import open_store

NOW = 1_770_000_000.0
LEADS = 2000
AT_ONCE = 20
KILLS = 6
WORK = 100
"""Leads that an engine reserves, or dials, in a life before it is killed."""
SPRING = Campaign(
    campaign_id=0,
    name="two",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
)


def work(url: str, engine_id: str, log: Path) -> None:
    """An engine's life with its store, as the runner leads it: settle, reserve, write attempts, dial, write results."""
    store = open_store(url)
    with log.open("a", buffering=1) as told:
        store.interrupt_attempts(engine_id, NOW)
        told.write("began\n")
        while leads := store.reserve_leads(1, AT_ONCE, NOW, 600.0, engine_id):
            told.write("".join(f"reserved {lead.lead_id}\n" for lead in leads))
            attempts = [
                Attempt(
                    attempt_id=attempt_id(lead.lead_id, lead.attempts_made + 1),
                    lead_id=lead.lead_id,
                    attempt_number=lead.attempts_made + 1,
                    campaign_id=1,
                    number=lead.number,
                    caller_id="+12025550100",
                    trunk="main",
                    placed_at=NOW,
                )
                for lead in leads
            ]
            written = set(store.record_attempts(attempts))
            told.write("".join(f"dialed {one}\n" for one in sorted(written)))
            ended = [replace(one, outcome=Outcome.CONNECTED, ended_at=NOW) for one in attempts]
            store.record_results([Result(attempt=one, cdr=None) for one in ended if one.attempt_id in written], NOW)
    store.close()


class Engine:
    """One of the two: a process, and what it has said over all its lives."""

    def __init__(self, url: str, engine_id: str, folder: Path) -> None:
        self.log = folder / f"{engine_id}.log"
        self.log.touch()
        self._arguments = (url, engine_id, self.log)
        self.process = self.begin()

    def begin(self) -> multiprocessing.process.BaseProcess:
        process = multiprocessing.get_context("spawn").Process(target=work, args=self._arguments)
        process.start()
        return process

    def said(self, word: str) -> list[str]:
        # A line that the kill has cut off says nothing.
        lines = self.log.read_text().split("\n")[:-1]
        return [line.partition(" ")[2] for line in lines if line.startswith(word)]

    def kill_after(self, more: int, word: str) -> bool:
        """Kill it once it has said a word of so many more leads; False where it has come to the end before."""
        goal = len(self.said(word)) + more
        while len(self.said(word)) < goal:
            if self.process.exitcode is not None:
                return False
            time.sleep(0.005)
        os.kill(self.process.pid or 0, signal.SIGKILL)
        self.process.join()
        is_killed = self.process.exitcode == -signal.SIGKILL
        self.process = self.begin()
        return is_killed


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_no_lead_is_reserved_or_dialed_twice_whoever_is_killed(empty_postgres_url: str, tmp_path: Path) -> None:
    store = open_store(empty_postgres_url)
    store.create_campaign(SPRING)
    store.add_leads(1, [NewLead(number=f"+1202{2_000_000 + index}") for index in range(LEADS)])
    engines = [Engine(empty_postgres_url, name, tmp_path) for name in ("engine-1", "engine-2")]
    words = ("reserved", "reserved", "dialed", "dialed")
    kills = sum(engines[turn % 2].kill_after(WORK, words[turn % 4]) for turn in range(KILLS))
    for engine in engines:
        engine.process.join()
        assert engine.process.exitcode == 0
    # What the last kills left leased to an engine that came to the end before.
    last = Engine(empty_postgres_url, "engine-1", tmp_path)
    last.process.join()

    attempts = []
    cursor: str | None = None
    while True:
        page = store.attempts(AttemptFilter(limit=1000, cursor=cursor))
        attempts += page.items
        cursor = page.cursor
        if cursor is None:
            break
    store.close()
    dialed = Counter(one for engine in engines for one in engine.said("dialed"))
    reserved: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for which, engine in enumerate(engines):
        for lead_id in engine.said("reserved"):
            reserved[lead_id][which] += 1
    twice = {lead_id: by for lead_id, by in reserved.items() if by.total() > 1}
    outcomes = Counter(one.outcome for one in attempts)
    print(
        f"\n{kills} kills of two engines: {len(attempts)} attempts at {LEADS} leads, "
        f"{dialed.total()} dialed, {outcomes[Outcome.INTERRUPTED]} interrupted; dialed twice: "
        f"{sum(times > 1 for times in dialed.values())}; reserved again, given back by a kill: {len(twice)}"
    )
    assert kills >= KILLS - 2
    assert max(dialed.values()) == 1
    assert {one.attempt_number for one in attempts} == {1}, "a person was dialed again after a crash"
    assert set(dialed) <= {one.attempt_id for one in attempts}
    # A lead comes a second time only where the first engine was killed with it in hand, once for each kill at most.
    assert len(twice) <= kills * AT_ONCE
    assert len(attempts) == LEADS
    assert None not in outcomes
    assert len(engines[0].said("dialed")) > LEADS / 10
    assert len(engines[1].said("dialed")) > LEADS / 10
