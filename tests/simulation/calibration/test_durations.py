import csv
from importlib import resources

import numpy as np
import pytest

from simulation.calibration.durations import (
    FAMILIES,
    best_fit,
    compare_families,
    crps,
    kaplan_meier,
    sample_of,
)
from simulation.models.distributions import Exponential, Gamma, Lognormal, Weibull

TRUTH = {
    "exponential": Exponential(mean_s=90.0),
    "lognormal": Lognormal(mean_s=120.0, cv=1.0),
    "gamma": Gamma(mean_s=60.0, cv=0.6),
    "weibull": Weibull(scale_s=100.0, shape=0.8),
}


@pytest.mark.parametrize("family", TRUTH)
def test_parameters_are_found_again_from_durations_of_which_many_are_cut_off(family: str) -> None:
    rng = np.random.default_rng(1)
    truth = TRUTH[family]
    durations = truth.sample(rng, 6000)
    limits = rng.exponential(150.0, 6000)
    seen = durations <= limits
    sample = sample_of(durations[seen], limits[~seen])

    found = FAMILIES[family](sample)

    assert (~seen).mean() > 0.2
    assert found.mean() == pytest.approx(truth.mean(), rel=0.08)
    assert np.median(found.quantile(np.array([0.5]))) == pytest.approx(truth.quantile(np.array([0.5]))[0], rel=0.06)


def test_kaplan_meier_by_hand() -> None:
    times, cdf = kaplan_meier(sample_of([1.0, 3.0, 4.0], [2.0]))

    assert times.tolist() == [1.0, 3.0, 4.0]
    # 1 - 3/4, then of two at risk one ends, then the last.
    assert cdf.tolist() == pytest.approx([0.25, 1 - 0.75 * 0.5, 1.0])


def test_crps_of_an_exponential_is_the_known_one() -> None:
    # Of the true distribution it is half the mean distance of two draws, here mean / 2.
    truth = Exponential(mean_s=100.0)
    held_out = truth.sample(np.random.default_rng(2), 20_000)

    assert crps(truth, held_out) == pytest.approx(50.0, rel=0.03)
    assert crps(Exponential(mean_s=150.0), held_out) > crps(truth, held_out)


def test_the_true_family_is_best_and_a_constant_is_recognised() -> None:
    sample = sample_of(TRUTH["lognormal"].sample(np.random.default_rng(3), 4000))

    assert best_fit(sample, np.random.default_rng(1)).family == "lognormal"
    assert best_fit(sample_of([2.0] * 50), np.random.default_rng(1)).family == "deterministic"


def test_of_families_that_foretell_alike_the_likelier_one_is_taken() -> None:
    # 274 draws: too few for the CRPS to tell a lognormal from its neighbours, enough for the log score.
    chosen = [
        best_fit(
            sample_of(TRUTH["lognormal"].sample(np.random.default_rng(seed), 274)), np.random.default_rng(4)
        ).family
        for seed in range(12)
    ]

    assert chosen.count("lognormal") >= 8


def test_talk_times_of_a_real_campaign_by_held_out_scores() -> None:
    path = resources.files("simulation.calibration") / "data" / "bank_talk_times.csv"
    with path.open() as file:
        durations = [float(row["duration_s"]) for row in csv.DictReader(file)]
    fits = {fit.family: fit for fit in compare_families(sample_of(durations), np.random.default_rng(4))}

    assert len(durations) == 6000
    # Real talk times are no exponential: the rule by which Issabel predicts is off from the start.
    assert fits["exponential"].crps > fits["lognormal"].crps
    assert fits["exponential"].crps > fits["empirical"].crps
    assert fits["lognormal"].log_score > fits["exponential"].log_score
    assert fits["empirical"].distance < 0.02
    assert min(fits.values(), key=lambda fit: fit.crps).family in {"empirical", "lognormal"}
