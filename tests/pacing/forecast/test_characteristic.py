import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacing.forecast.characteristic import (
    FREQUENCIES_MAX,
    WINDOWS,
    frequencies,
    kernel,
    log_characteristic,
    window_for,
)
from pacing.forecast.primitives import HORIZON_COUNT, HORIZON_WEIGHTS


@pytest.mark.parametrize("window", WINDOWS)
def test_logs_are_those_of_the_definition(window: int) -> None:
    chance = np.linspace(-1.0, 1.0, 333).reshape(-1, 3)
    real, imaginary = log_characteristic(chance, window).reshape(len(chance), 2, 3, -1).swapaxes(0, 1)
    angle = 2 * np.pi / window * np.arange(1, frequencies(window) + 1)
    turn = np.exp(1j * np.sign(chance)[:, :, None] * angle)
    expected = 1.0 + np.abs(chance)[:, :, None] * (turn - 1.0)
    assert np.abs(np.exp(real + 1j * imaginary) - expected).max() < 5e-5


def test_windows_are_odd_so_that_no_frequency_is_its_own_mirror() -> None:
    assert all(window % 2 for window in WINDOWS)
    assert frequencies(17) == 8
    assert frequencies(4097) == FREQUENCIES_MAX


@pytest.mark.parametrize(("values", "window"), [(1.0, 17), (17.0, 17), (17.1, 25), (1e9, 4097)])
def test_the_window_is_the_smallest_that_holds_them(values: float, window: int) -> None:
    assert window_for(values) == window


@given(
    chances=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=8),
    most=st.integers(-12, 12),
)
def test_a_kernel_reads_the_distribution_of_a_sum(chances: list[float], most: int) -> None:
    pmf, lowest = np.ones(1), 0
    for chance in chances:
        lowest -= chance < 0.0
        pmf = np.convolve(pmf, [1.0 - chance, chance] if chance >= 0.0 else [-chance, 1.0 + chance])
    expected = pmf[: max(most - lowest + 1, 0)].sum()
    rows = np.tile(np.array(chances)[:, None], HORIZON_COUNT)
    logs = log_characteristic(rows, 17).sum(axis=0)
    read = kernel(17, -8, most)
    half = len(logs) // 2
    terms = np.exp(logs[:half]) * np.cos(logs[half:] + read.phase)
    by_horizon = read.below + (read.factor * terms).reshape(HORIZON_COUNT, -1).sum(axis=1)
    assert by_horizon == pytest.approx(np.full(HORIZON_COUNT, expected), abs=1e-4)
    assert read.below + read.weighted @ terms == pytest.approx(HORIZON_WEIGHTS @ by_horizon, abs=1e-5)
