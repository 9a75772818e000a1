"""Equivalence classes: the rows of a table that share every quasi-identifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_MOST_CELLS: Final = 1 << 22
"""Keys up to this number are counted in an array; beyond it they are sorted."""
_LARGEST_KEY: Final = 1 << 62


@dataclass(frozen=True)
class Classes:
    """A partition of rows.

    Attributes:
        of_row: shape (n,); the class of each row, 0 to m - 1.
        sizes: shape (m,); rows of each class, all at least 1.
    """

    of_row: IntArray
    sizes: IntArray

    @property
    def rows(self) -> int:
        return int(self.of_row.size)

    @property
    def count(self) -> int:
        return int(self.sizes.size)


def encode(values: Sequence[object]) -> IntArray:
    """Equal values as equal codes, 0 to the number of distinct values - 1, in sorted order."""
    known = sorted(set(values), key=lambda value: (value is None, str(type(value)), value))
    codes = {value: code for code, value in enumerate(known)}
    return np.array([codes[value] for value in values], dtype=np.int64)


def classes_of(columns: Sequence[IntArray], *, rows: int | None = None) -> Classes:
    """The classes of rows that have equal codes in every column.

    Args:
        columns: arrays of shape (n,) with codes of 0 or more; none: all rows are one class.
        rows: n, needed only where there is no column.

    Raises:
        ValueError: columns differ in length, or there is neither a column nor `rows`.
    """
    if not columns:
        if rows is None:
            raise ValueError("neither a column nor the number of rows was given")
        return _dense(np.zeros(rows, dtype=np.int64), 1)
    key = columns[0].astype(np.int64)
    span = _span(columns[0])
    for column in columns[1:]:
        if column.shape != key.shape:
            raise ValueError("the columns differ in length")
        width = _span(column)
        if span * width > _LARGEST_KEY:
            key = _dense(key, span).of_row
            span = _span(key)
        key = key * width + column
        span *= width
    return _dense(key, span)


def _span(codes: IntArray) -> int:
    return int(codes.max()) + 1 if codes.size else 1


def _dense(key: IntArray, span: int) -> Classes:
    """Keys numbered without gaps."""
    if span <= max(_MOST_CELLS, 4 * key.size) and span < 1 << 31:
        counts = np.bincount(key, minlength=span)
        present = counts > 0
        numbers = np.cumsum(present) - 1
        return Classes(numbers[key].astype(np.int64), counts[present].astype(np.int64))
    _, of_row, sizes = np.unique(key, return_inverse=True, return_counts=True)
    return Classes(of_row.reshape(-1).astype(np.int64), sizes.astype(np.int64))
