from concurrent.futures import ThreadPoolExecutor

import pytest

from pacing.calibration import RiskTally
from simulation.experiments.jobs import Done, jobs_for, replication_seed, run_jobs
from simulation.scenario.library import find_scenario
from simulation.scenario.overrides import override_all

SMALL = override_all(
    find_scenario("base-5"), [("day.hours", 0.3), ("day.warmup_s", 0.0), ("pacing.policy", "progressive")]
)
OTHER = override_all(SMALL, [("pacing.policy", "ratio")])


def test_variants_share_the_seeds_of_their_replications() -> None:
    jobs = jobs_for([SMALL, OTHER], range(3), 7)

    assert len(jobs) == 6
    assert {(job.replication, job.seed) for job in jobs} == {(n, replication_seed(7, n)) for n in range(3)}
    assert len({job.seed for job in jobs}) == 3


def test_the_result_is_the_same_whoever_computes_it_in_whatever_order() -> None:
    jobs = jobs_for([SMALL, OTHER], range(2), 1)
    here = run_jobs(jobs, workers=1)
    over_processes = run_jobs(jobs[::-1], workers=2)
    with ThreadPoolExecutor(2) as executor:
        elsewhere = run_jobs(jobs, executor=executor)

    assert here == over_processes == elsewhere
    assert here.is_complete
    assert [(one.variant, one.figures.replication) for one in here.done] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_what_pacing_foretold_is_kept_with_the_day() -> None:
    foretelling = override_all(
        find_scenario("base-5"), [("day.hours", 1.0), ("day.warmup_s", 0.0), ("pacing.policy", "predictive")]
    )
    (done,) = run_jobs(jobs_for([foretelling], range(1), 1), workers=1).done
    told = sum(done.figures.risks, RiskTally())
    (account,) = done.figures.accounts
    assert 0 < told.answers <= account.answered
    assert told.abandoned <= account.abandoned
    assert 0.0 < told.predicted < 0.2 * told.answers


def test_an_interruption_keeps_what_is_done() -> None:
    def interrupt(done: Done) -> None:
        if done.figures.replication == 1:
            raise KeyboardInterrupt

    finished = run_jobs(jobs_for([SMALL], range(5), 1), workers=1, on_done=interrupt)

    assert not finished.is_complete
    assert [one.figures.replication for one in finished.done] == [0, 1]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_local_dask_cluster_gives_the_same() -> None:
    distributed = pytest.importorskip("dask.distributed")
    jobs = jobs_for([SMALL], range(3), 1)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        there = run_jobs(jobs, executor=client.get_executor())

    assert there == run_jobs(jobs, workers=1)
