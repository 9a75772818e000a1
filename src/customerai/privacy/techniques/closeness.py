"""t-closeness: how far a class's sensitive values lie from those of the whole table.

The distance is the earth mover's. Between ordered values neighbours lie 1 / (v - 1) apart, v being
the number of distinct values; between categories every two lie 1 apart.

References:
    Li, Li and Venkatasubramanian, t-closeness: privacy beyond k-anonymity and l-diversity,
    ICDE 2007, section 4.1 (ordered distance) and 4.2 (equal distance).
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from customerai.privacy.techniques.classes import Classes, FloatArray, IntArray
from customerai.privacy.techniques.diversity import pairs_of

Distance = Literal["ordered", "equal"]
_CELLS: Final = 1 << 22
"""Numbers held at once while ordered distances are summed: 32 MB."""


def distance_by_class(
    classes: Classes,
    sensitive: IntArray,
    distance: Distance,
    *,
    reference: FloatArray | None = None,
) -> FloatArray:
    """Earth mover's distance of each class to the reference; shape (m,), in [0, 1].

    Args:
        sensitive: shape (n,); codes of 0 or more, in the order of the values where `ordered`.
        reference: shape (v,); shares that the values should have; by default those of all rows.
    """
    if not classes.rows:
        return np.zeros(0)
    if reference is None:
        counts = np.bincount(sensitive)
        present = counts > 0
        # Only values that occur count as places: the distance between two is 1 / (v - 1).
        sensitive = (np.cumsum(present) - 1)[sensitive]
        reference = counts[present] / classes.rows
    where, value, counts = pairs_of(classes, sensitive)
    share = counts / classes.sizes[where]
    if distance == "equal":
        # Half the sum of all differences is the sum of the positive ones: both sum to 1.
        over = np.maximum(share - reference[value], 0.0)
        return np.bincount(where, weights=over, minlength=classes.count).astype(np.float64)
    return _ordered(classes.count, where, value, share, reference)


def _ordered(
    count: int, where: IntArray, value: IntArray, share: FloatArray, reference: FloatArray
) -> FloatArray:
    values = reference.size
    found = np.zeros(count)
    if values == 1:
        return found
    step = max(1, _CELLS // values)
    for start in range(0, count, step):
        stop = min(start + step, count)
        first, last = np.searchsorted(where, [start, stop])
        dense = np.zeros((stop - start, values))
        dense[where[first:last] - start, value[first:last]] = share[first:last]
        dense -= reference
        found[start:stop] = np.abs(np.cumsum(dense, axis=1)).sum(axis=1) / (values - 1)
    return found


def t_of(classes: Classes, sensitive: IntArray, distance: Distance) -> float | None:
    """The largest distance of a class to the whole table, in [0, 1]; None without rows."""
    if not classes.rows:
        return None
    return float(distance_by_class(classes, sensitive, distance).max())
