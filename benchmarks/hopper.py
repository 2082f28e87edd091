"""The hopper's choice: the next thousand leads out of millions, with calling windows, caps and do-not-call on."""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from benchmarks.harness import Figure, benchmark
from benchmarks.lead_lists import fill, postgresql
from campaigns.model import Attempt, Campaign, CampaignStatus, Lead, Outcome, attempt_id
from campaigns.ports import CampaignStore, Result
from campaigns.store.opening import open_store
from campaigns.store.ranking import rank_leads, shuffled_ranks
from campaigns.store.sql import SqlStore
from campaigns.terms import AttemptCap, LeadOrder, Within
from dialer.live.collector import calm_collector

NOON = 1_772_557_200.0
"""2026-03-03 17:00 UTC: noon in New York, nine in Los Angeles."""
CHOSEN = 1000
ROUNDS = 200
ORDER_ROUNDS = 50
LEADS = 1_000_000
LEADS_LARGE = 10_000_000


def _campaign() -> Campaign:
    return Campaign(
        campaign_id=0,
        name="benchmark",
        skill_group="all",
        status=CampaignStatus.RUNNING,
        time_zone="America/New_York",
        attempt_caps=(AttemptCap(attempts_max=3, within=Within.DAY),),
    )


@benchmark("hopper", "Choosing 1,000 leads of a million, with windows, caps and do-not-call; SQLite and PostgreSQL")
def hopper(seed: int) -> Sequence[Figure]:
    """A million leads on both databases, in every order that there is."""
    del seed
    return [*_on_sqlite(LEADS, tuple(LeadOrder)), *_on_postgresql(LEADS, tuple(LeadOrder))]


@benchmark("hopper-10m", "The same of ten million, on SQLite; minutes, and 5 GB of disk")
def hopper_large(seed: int) -> Sequence[Figure]:
    """Ten million leads."""
    del seed
    return _on_sqlite(LEADS_LARGE)


def _on_sqlite(count: int, orders: Sequence[LeadOrder] = ()) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="dialer-bench-", dir=os.environ.get("TMPDIR")) as folder:
        return _measure(f"sqlite:///{Path(folder) / 'dialer.sqlite3'}", count, "SQLite", orders)


def _on_postgresql(count: int, orders: Sequence[LeadOrder] = ()) -> list[Figure]:
    try:
        with postgresql() as url:
            return _measure(url, count, "PostgreSQL", orders)
    except FileNotFoundError:
        print("PostgreSQL is not installed; it is left out")
        return []


def _measure(url: str, count: int, database: str, orders: Sequence[LeadOrder]) -> list[Figure]:
    store = open_store(url, upgrade=True)
    try:
        store.create_campaign(_campaign())
        began = time.perf_counter()
        fill(url, count)
        filled_s = time.perf_counter() - began
        calm_collector()  # as `dialer serve` does
        times = np.array([_round(store, index) for index in range(ROUNDS)]) * 1e3
        by_order = [figure for order in orders for figure in _in_order(store, order, f"{database}, {count:,} leads")]
    finally:
        store.close()
    name = f"{database}, {count:,} leads"

    def figure(what: str, value: float, unit: str, aim: float | None = None) -> Figure:
        return Figure(name=f"{name}: {what}", value=float(value), unit=unit, better="lower", aim=aim)

    return [
        figure("filling, indexes included", filled_s, "s"),
        figure("reserve 1,000, median", np.median(times[:, 0]), "ms"),
        figure("reserve 1,000, 99th percentile", np.percentile(times[:, 0], 99), "ms", aim=50.0),
        figure("reserve 1,000, processor time of this process, median", np.median(times[:, 1]), "ms"),
        figure("write 1,000 attempts, median", np.median(times[:, 2]), "ms"),
        figure("write 1,000 results, median", np.median(times[:, 3]), "ms"),
        *by_order,
    ]


def _in_order(store: SqlStore, order: LeadOrder, name: str) -> list[Figure]:
    """Reserve a thousand leads and give them back, again and again, after a change of the campaign's order."""
    figures = []

    def add(what: str, value: float, unit: str, aim: float | None = None) -> None:
        figures.append(Figure(name=f"{name}, {order}: {what}", value=value, unit=unit, better="lower", aim=aim))

    store.update_campaign(replace(store.campaign(1), lead_order=order))
    if order is LeadOrder.RANDOM:
        began = time.perf_counter()
        rank_leads(store.database, 1, shuffled_ranks)
        add("ranks for all leads there are", time.perf_counter() - began, "s")
    times = []
    for index in range(ORDER_ROUNDS):
        began = time.perf_counter()
        # Late enough for those tried in the rounds before.
        leads = store.reserve_leads(1, CHOSEN, NOON + 6 * 3600.0 + index, 600.0, "engine-1")
        times.append((time.perf_counter() - began) * 1e3)
        assert len(leads) == CHOSEN
        store.release_leads([lead.lead_id for lead in leads])
    add("reserve 1,000, median", float(np.median(times)), "ms")
    add("reserve 1,000, 99th percentile", float(np.percentile(times, 99)), "ms", 50.0)
    return figures


def _round(store: CampaignStore, index: int) -> tuple[float, float, float, float]:
    """Reserve, call and finish a thousand leads; the seconds of each step."""
    now = NOON + index
    began, cpu = time.perf_counter(), time.process_time()
    leads = store.reserve_leads(1, CHOSEN, now, 600.0, "engine-1")
    cpu = time.process_time() - cpu
    reserved = time.perf_counter()
    assert len(leads) == CHOSEN, f"only {len(leads)} leads were due"
    attempts = [_attempt(lead, now) for lead in leads]
    attempted = time.perf_counter()
    written = store.record_attempts(attempts)
    assert len(written) == CHOSEN
    recorded = time.perf_counter()
    results = [Result(attempt=replace(one, outcome=Outcome.NO_ANSWER, ended_at=now), cdr=None) for one in attempts]
    finished = time.perf_counter()
    store.record_results(results, now)
    return reserved - began, cpu, recorded - attempted, time.perf_counter() - finished


def _attempt(lead: Lead, now: float) -> Attempt:
    number = lead.attempts_made + 1
    return Attempt(
        attempt_id=attempt_id(lead.lead_id, number),
        lead_id=lead.lead_id,
        attempt_number=number,
        campaign_id=lead.campaign_id,
        number=lead.number,
        caller_id="+12025550100",
        trunk="main",
        placed_at=now,
    )
