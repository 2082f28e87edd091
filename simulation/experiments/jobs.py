"""Replications over all cores, or over a cluster: a job in, figures out, the same bytes whoever computes them when."""

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np

from simulation.experiments.figures import ReplicationFigures, accounts_of, spans_of
from simulation.scenario.model import Scenario
from simulation.world import World

BATCHES = 10
"""Spans into which a day is cut, so that a single replication has batch means to take an interval from."""


class Job(NamedTuple):
    """One replication of one variant of a scenario."""

    variant: int
    """Which of the variants compared; counted from 0."""
    replication: int
    scenario: Scenario
    seed: int


class Done(NamedTuple):
    """A finished job."""

    variant: int
    figures: ReplicationFigures


class Finished(NamedTuple):
    """What came of a batch of jobs."""

    done: tuple[Done, ...]
    """In the order of variant and replication, whatever order they were finished in."""
    is_complete: bool
    """False when it was interrupted before all jobs were done."""


def replication_seed(seed: int, replication: int) -> int:
    """The seed of one replication; variants of a scenario share it, and with it their customers."""
    return int(np.random.SeedSequence(seed, spawn_key=(replication,)).generate_state(1, np.uint64)[0])


def jobs_for(variants: Sequence[Scenario], replications: Iterable[int], seed: int) -> list[Job]:
    """Every variant with every replication."""
    return [
        Job(variant, replication, scenario, replication_seed(seed, replication))
        for replication in replications
        for variant, scenario in enumerate(variants)
    ]


def run_job(job: Job) -> Done:
    """Simulate one replication; only sums are kept, so that memory does not grow with the days."""
    spans = []
    accounts = []
    world = World(job.scenario, job.seed)
    for record in world.days():
        spans += spans_of(record, BATCHES)
        accounts += accounts_of(record)
    return Done(
        job.variant,
        ReplicationFigures(
            replication=job.replication, spans=tuple(spans), accounts=tuple(accounts), risks=world.risks()
        ),
    )


def run_jobs(
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    on_done: Callable[[Done], None] | None = None,
    run: Callable[[Job], Done] | None = None,
) -> Finished:
    """Run jobs and collect what they give; Ctrl-C stops the rest and keeps what is done.

    Args:
        jobs: what to run.
        workers: processes; all cores where it is None, this process alone where it is 1.
        executor: computes the jobs instead, e.g. a Dask client's `get_executor()`.
        on_done: told of each job as it finishes.
        run: what does a job, `run_job` unless said otherwise.
    """
    tell, do = on_done or (lambda _: None), run or run_job
    count = min(workers or os.cpu_count() or 1, len(jobs))
    if executor is not None:
        return _run_in(executor, jobs, do, tell)
    if count <= 1:
        return _run_here(jobs, do, tell)
    with ProcessPoolExecutor(count, initializer=_ignore_interrupts) as pool:
        return _run_in(pool, jobs, do, tell)


def _run_here(jobs: Sequence[Job], do: Callable[[Job], Done], tell: Callable[[Done], None]) -> Finished:
    done: list[Done] = []
    try:
        for job in jobs:
            done.append(do(job))
            tell(done[-1])
    except KeyboardInterrupt:
        return Finished(_ordered(done), False)
    return Finished(_ordered(done), True)


def _run_in(
    executor: Executor, jobs: Sequence[Job], do: Callable[[Job], Done], tell: Callable[[Done], None]
) -> Finished:
    futures: list[Future[Done]] = [executor.submit(do, job) for job in jobs]
    done: list[Done] = []
    try:
        for future in as_completed(futures):
            done.append(future.result())
            tell(done[-1])
    except KeyboardInterrupt:
        for future in futures:
            future.cancel()
        return Finished(_ordered(done), False)
    return Finished(_ordered(done), True)


def _ordered(done: list[Done]) -> tuple[Done, ...]:
    return tuple(sorted(done, key=lambda one: (one.variant, one.figures.replication)))


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of the group; the parent decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
