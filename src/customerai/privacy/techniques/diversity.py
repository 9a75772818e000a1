"""l-diversity: how many values a sensitive column takes in each class.

References:
    Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam, l-diversity: privacy beyond
    k-anonymity, ACM TKDD 1(1), 2007; definitions 3.1 (entropy) and 4.1 (distinct, as
    "well-represented" in its simplest form).
"""

from __future__ import annotations

import numpy as np

from customerai.privacy.techniques.classes import Classes, FloatArray, IntArray


def pairs_of(classes: Classes, sensitive: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """The class, the value and the count of every pair that occurs, ordered by class.

    Args:
        sensitive: shape (n,); codes of 0 or more.
    """
    if not classes.rows:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    width = int(sensitive.max()) + 1
    keys, counts = np.unique(classes.of_row * width + sensitive, return_counts=True)
    return keys // width, keys % width, counts.astype(np.int64)


def distinct_by_class(classes: Classes, sensitive: IntArray) -> IntArray:
    """Distinct sensitive values of each class; shape (m,)."""
    where, _, _ = pairs_of(classes, sensitive)
    return np.bincount(where, minlength=classes.count).astype(np.int64)


def entropy_by_class(classes: Classes, sensitive: IntArray) -> FloatArray:
    """Entropy of the sensitive value in each class, in nats; shape (m,)."""
    where, _, counts = pairs_of(classes, sensitive)
    share = counts / classes.sizes[where]
    terms = -share * np.log(share)
    return np.bincount(where, weights=terms, minlength=classes.count).astype(np.float64)


def distinct_l(classes: Classes, sensitive: IntArray) -> int | None:
    """The least number of distinct sensitive values in a class; None without rows."""
    return int(distinct_by_class(classes, sensitive).min()) if classes.count else None


def entropy_l(classes: Classes, sensitive: IntArray) -> float | None:
    """exp of the least entropy over the classes, at least 1; None without rows.

    A table is entropy l-diverse for every l up to this number.
    """
    if not classes.count:
        return None
    return float(np.exp(max(float(entropy_by_class(classes, sensitive).min()), 0.0)))
