"""Noise: OpenDP's own, at the scale that the definition asks for; wrong questions are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.privacy.techniques import differential_privacy as dp
from customerai.privacy.techniques.differential_privacy import Grid, InvalidQuery

NUMBERS = np.array([1.0, 2.5, 99.0, 1e9, -4.0])


@settings(max_examples=25)
@given(st.floats(0.01, 10), st.integers(1, 20))
def test_the_scale_is_sensitivity_over_epsilon(epsilon: float, rows: int) -> None:
    count = dp.noisy_count(7, epsilon=epsilon, rows_per_person=rows)
    assert count.scale == pytest.approx(rows / epsilon, rel=1e-6)
    total = dp.noisy_sum(NUMBERS, Grid(-3, 8), epsilon=epsilon, rows_per_person=rows)
    assert total.scale == pytest.approx(8 * rows / epsilon, rel=1e-6)
    keys = np.array([0, 1, 2, 2], dtype=np.int64)
    bins = dp.noisy_histogram(keys, 2, epsilon=epsilon, rows_per_person=rows)
    assert [one.scale for one in bins] == [pytest.approx(rows / epsilon, rel=1e-6)] * 3


def test_the_error_is_what_the_scale_foretells() -> None:
    drawn = np.array([dp.noisy_count(100, epsilon=0.5).value for _ in range(600)])
    q = math.exp(-0.5)
    # Six standard errors of the mean of |X|; discrete Laplace has E|X| = 2q/(1-q^2).
    expected, spread = 2 * q / (1 - q * q), math.sqrt(2 * q / (1 - q) ** 2)
    assert abs(np.abs(drawn - 100).mean() - expected) < 6 * spread / math.sqrt(600)
    assert (drawn == np.rint(drawn)).all()
    accuracy = dp.noisy_count(100, epsilon=0.5).accuracy
    assert (np.abs(drawn - 100) <= accuracy).mean() > 0.9


def test_at_high_epsilon_the_true_figures_come_out_of_clamped_numbers() -> None:
    grid = Grid(0, 10, step=0.5)
    # 1, 2.5, 10, 10 and 0: at epsilon 100 the noise of a sum has scale 0.1.
    assert dp.noisy_sum(NUMBERS, grid, epsilon=100).value == pytest.approx(23.5, abs=3)
    mean, count = dp.noisy_mean(np.repeat(NUMBERS, 200), grid, epsilon=100)
    assert count.value == pytest.approx(1000, abs=2)
    assert mean.value == pytest.approx(4.7, abs=0.05)
    # The accuracy holds in 95 of 100 draws: five times it, practically always.
    assert abs(mean.value - 4.7) <= 5 * mean.accuracy
    edges = dp.edges_of([0, 2, 5])
    assert dp.bins_of(np.array([0.0, 1.9, 2.0, 5.0, 5.1, -1.0]), edges).tolist() == [
        0,
        0,
        1,
        1,
        2,
        2,
    ]


def test_a_mean_of_nothing_is_still_a_number_inside_the_bounds() -> None:
    mean, _ = dp.noisy_mean(np.zeros(0), Grid(5, 6), epsilon=0.1)
    assert 5 <= mean.value <= 6
    assert mean.accuracy <= 1


def test_what_makes_no_sense_is_refused_without_noise() -> None:
    for epsilon in (0.0, -1.0, math.nan, math.inf, 101.0):
        with pytest.raises(InvalidQuery, match="epsilon"):
            dp.noisy_count(1, epsilon=epsilon)
    with pytest.raises(InvalidQuery, match="rows_per_person"):
        dp.noisy_count(1, epsilon=1, rows_per_person=0)
    for bounds in ((1, 1, 1), (2, 1, 1), (0, 1, 0), (0, math.inf, 1), (0, 1e15, 1e-9)):
        with pytest.raises(InvalidQuery, match="step"):
            Grid(*bounds)
    with pytest.raises(InvalidQuery, match="exact"):
        dp.noisy_sum(np.ones(100), Grid(0, 1e15), epsilon=1)
    for edges in ([1.0], [1.0, 1.0], [0.0, math.inf]):
        with pytest.raises(InvalidQuery, match="edges"):
            dp.edges_of(edges)
    with pytest.raises(InvalidQuery, match="keys"):
        dp.noisy_histogram(np.zeros(1, dtype=np.int64), 0, epsilon=1)
