"""Counts, sums, means and histograms with noise by OpenDP; the noise is OpenDP's alone.

Two tables are neighbours when one has the rows of at most `rows_per_person` more rows than the
other (symmetric distance). Noise is discrete Laplace on whole numbers, so that nothing leaks
through the bits of a float: numbers are first rounded to a grid that the caller names and summed
exactly. Bounds, keys and edges are the caller's; none is taken from the data.

References:
    Dwork, McSherry, Nissim and Smith, Calibrating noise to sensitivity, TCC 2006.
    Mironov, On significance of the least significant bits for differential privacy, CCS 2012.
    Li, Lyu, Su and Yang, Differential Privacy: From Theory to Practice (2016), section 2.4 (means
    by a sum about the middle of the bounds).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from customerai.privacy.techniques.classes import FloatArray, IntArray

ALPHA: Final = 0.05
"""Accuracies hold with probability 1 - ALPHA."""
_LARGEST_SUM: Final = 1 << 53
MOST_KEYS: Final = 10_000
_NUDGES: Final = 10
_LAST_BITS: Final = 1e-15


class InvalidQuery(ValueError):
    """A statistic cannot be asked so; the message names the field, no value."""


@dataclass(frozen=True)
class Noisy:
    """A number with noise.

    Attributes:
        value: what was drawn.
        scale: of the Laplace noise, in the unit of the value.
        accuracy: the value is at most so far from the true one, with probability 0.95.
    """

    value: float
    scale: float
    accuracy: float


@dataclass(frozen=True)
class Grid:
    """Bounds into which numbers are clamped, and the step to which they are rounded."""

    lower: float
    upper: float
    step: float = 1.0

    def __post_init__(self) -> None:
        finite = all(math.isfinite(number) for number in (self.lower, self.upper, self.step))
        if not finite or self.step <= 0 or self.lower >= self.upper:
            raise InvalidQuery("fields 'bounds' and 'step' are not lower < upper and step > 0")
        if max(abs(self.lower), abs(self.upper)) / self.step > _LARGEST_SUM:
            raise InvalidQuery("field 'step' is too small for the bounds")

    def cells(self, numbers: FloatArray, *, middle: float = 0.0) -> tuple[IntArray, int, int]:
        """Whole steps from `middle`, clamped, and the least and the largest that there can be."""
        least = math.floor((self.lower - middle) / self.step)
        most = math.ceil((self.upper - middle) / self.step)
        clamped = np.clip(numbers, self.lower, self.upper)
        whole = np.rint((clamped - middle) / self.step).astype(np.int64)
        return np.clip(whole, least, most), least, most


def noisy_count(rows: int, *, epsilon: float, rows_per_person: int = 1) -> Noisy:
    """How many rows there are; epsilon-differentially private.

    Raises:
        InvalidQuery: epsilon is not above 0, or `rows_per_person` is below 1.
    """
    measure, scale = _count(epsilon, rows_per_person)
    value = measure(np.zeros(rows, dtype=np.int64))
    return Noisy(float(value), scale, _accuracy(scale))


def noisy_sum(
    numbers: FloatArray, grid: Grid, *, epsilon: float, rows_per_person: int = 1
) -> Noisy:
    """The sum of the numbers, each clamped to the bounds; epsilon-differentially private.

    Args:
        numbers: shape (n,), finite.

    Raises:
        InvalidQuery: epsilon is not above 0, or the sum could pass 2**53 steps.
    """
    cells, least, most = grid.cells(numbers)
    value, scale = _sum(cells, least, most, epsilon, rows_per_person)
    return Noisy(value * grid.step, scale * grid.step, _accuracy(scale) * grid.step)


def noisy_mean(
    numbers: FloatArray, grid: Grid, *, epsilon: float, rows_per_person: int = 1
) -> tuple[Noisy, Noisy]:
    """The mean of the clamped numbers, and the count that it was divided by.

    Half of epsilon goes to the count, half to the sum about the middle of the bounds; the quotient
    is clamped to the bounds. Together epsilon-differentially private (sequential composition).

    Returns:
        The mean and the count. The mean's accuracy allows for the noise of both, half of the
        error probability each.

    Raises:
        InvalidQuery: as `noisy_sum`.
    """
    half = epsilon / 2
    count = noisy_count(numbers.size, epsilon=half, rows_per_person=rows_per_person)
    middle = (grid.lower + grid.upper) / 2
    cells, least, most = grid.cells(numbers, middle=middle)
    value, scale = _sum(cells, least, most, half, rows_per_person)
    over = max(count.value, 1.0)
    mean = min(max(middle + value * grid.step / over, grid.lower), grid.upper)
    count_off = _accuracy(count.scale, ALPHA / 2)
    off = _accuracy(scale, ALPHA / 2) * grid.step + abs(mean - middle) * count_off
    accuracy = min(off / max(count.value - count_off, 1.0), grid.upper - grid.lower)
    return Noisy(mean, scale * grid.step / over, accuracy), count


def noisy_histogram(
    keys: IntArray, number_of_keys: int, *, epsilon: float, rows_per_person: int = 1
) -> list[Noisy]:
    """How many rows have each key; epsilon-differentially private as a whole.

    Args:
        keys: shape (n,); 0 to number_of_keys - 1, or `number_of_keys` for every other value.

    Returns:
        One number a key, then one for all other values.

    Raises:
        InvalidQuery: epsilon is not above 0, or there are no keys or too many.
    """
    if not 1 <= number_of_keys <= MOST_KEYS:
        raise InvalidQuery(f"field 'keys' does not have 1 to {MOST_KEYS} entries")
    dp = _opendp()
    chain = _rows() >> dp.t.then_count_by_categories(
        list(range(number_of_keys)), null_category=True, TOA="i64"
    )
    measure, scale = _laplace(chain, epsilon, rows_per_person)
    drawn = measure(keys.astype(np.int64))
    return [Noisy(float(value), scale, _accuracy(scale)) for value in drawn]


def edges_of(edges: Sequence[float]) -> FloatArray:
    """Edges of bins as an array.

    Raises:
        InvalidQuery: fewer than two, not finite, or not rising.
    """
    found = np.array(edges, dtype=np.float64)
    least = 2
    if found.size < least or not np.isfinite(found).all() or (np.diff(found) <= 0).any():
        raise InvalidQuery("field 'edges' is not a list of two or more rising numbers")
    return found


def bins_of(numbers: FloatArray, edges: FloatArray) -> IntArray:
    """The bin of each number, closed below, open above but for the last; outside: their count."""
    last = edges.size - 1
    found = np.searchsorted(edges, numbers, side="right") - 1
    found = np.where(numbers == edges[-1], last - 1, found)
    return np.where((found < 0) | (found >= last), last, found).astype(np.int64)


def _count(epsilon: float, rows_per_person: int) -> tuple[Any, float]:
    dp = _opendp()
    return _laplace(_rows() >> dp.t.then_count(TO="i64"), epsilon, rows_per_person)


def _sum(
    cells: IntArray, least: int, most: int, epsilon: float, rows_per_person: int
) -> tuple[float, float]:
    if cells.size * max(abs(least), abs(most)) > _LARGEST_SUM:
        raise InvalidQuery("field 'step' is too small: the sum would not be exact")
    dp = _opendp()
    chain = _rows() >> dp.t.then_clamp((least, most)) >> dp.t.then_sum()
    measure, scale = _laplace(chain, epsilon, rows_per_person)
    return float(measure(cells)), scale


def _laplace(chain: Any, epsilon: float, rows_per_person: int) -> tuple[Any, float]:
    """A measurement with the least noise that OpenDP grants for this epsilon, and its scale."""
    if not (math.isfinite(epsilon) and 0 < epsilon <= 100):  # noqa: PLR2004
        raise InvalidQuery("field 'epsilon' is not above 0 and at most 100")
    if rows_per_person < 1:
        raise InvalidQuery("field 'rows_per_person' is below 1")
    dp = _opendp()
    scale = float(chain.map(rows_per_person)) / epsilon
    for _ in range(_NUDGES):
        measure = chain >> dp.m.then_laplace(scale)
        # OpenDP rounds what it grants up: the quotient may lack a last bit.
        if measure.map(rows_per_person) <= epsilon:
            return measure, scale
        scale = math.nextafter(scale * (1 + _LAST_BITS), math.inf)
    raise AssertionError("OpenDP grants less than was asked for")


def _accuracy(scale: float, alpha: float = ALPHA) -> float:
    return float(_opendp().discrete_laplacian_scale_to_accuracy(scale, alpha))


def _rows() -> Any:
    dp = _opendp()
    return dp.vector_domain(dp.atom_domain(T="i64")), dp.symmetric_distance()


def _opendp() -> Any:
    import opendp.prelude as dp  # noqa: PLC0415 - 140 MB of memory, for those who ask

    dp.enable_features("contrib")
    return dp
