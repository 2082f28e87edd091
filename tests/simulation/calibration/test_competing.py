import numpy as np
import pytest

from simulation.calibration.competing import cumulative_incidence


def test_without_censoring_chances_are_shares() -> None:
    found = cumulative_incidence([1.0, 2.0, 3.0, 3.0], ["a", "b", "a", "b"])

    assert found.total("a") == pytest.approx(0.5)
    assert found.chances["a"].tolist() == pytest.approx([0.25, 0.5])
    assert found.total("unheard of") == 0.0


def test_calls_given_up_neither_raise_nor_lower_the_answer_rate() -> None:
    rng = np.random.default_rng(1)
    answers = rng.random(40_000) < 0.3
    ends = np.where(answers, rng.gamma(4.0, 3.5, 40_000), 28.0)
    given_up = rng.uniform(5.0, 60.0, 40_000)
    causes = [
        None if gone < end else "person" if yes else "no answer"
        for yes, end, gone in zip(answers, ends, given_up, strict=True)
    ]
    durations = np.minimum(ends, given_up)

    found = cumulative_incidence(durations.tolist(), causes)

    naive = sum(cause == "person" for cause in causes) / sum(cause is not None for cause in causes)
    assert abs(naive - 0.3) > 0.03
    assert found.total("person") == pytest.approx(0.3, abs=0.01)
    assert found.quantiles("person", 3)[1] == pytest.approx(np.median(ends[answers]), rel=0.03)
