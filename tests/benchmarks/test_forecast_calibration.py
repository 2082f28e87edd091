import numpy as np
import pytest
from scipy import stats

from benchmarks.forecast_calibration import distribution


def test_the_distribution_of_equal_chances_is_binomial() -> None:
    assert distribution(np.full(12, 0.3)) == pytest.approx(stats.binom(12, 0.3).pmf(range(13)))
    assert distribution(np.array([])) == pytest.approx([1.0])
