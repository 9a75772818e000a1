"""k-anonymity and the risk that a row is linked to a person.

References:
    Sweeney, k-anonymity: a model for protecting privacy, IJUFKS 10(5), 2002.
    El Emam, Guide to the De-Identification of Personal Health Information (2013), chapter 16, for
    the prosecutor, journalist and marketer risks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from customerai.privacy.techniques.classes import Classes, IntArray

SIZE_BUCKETS: Final = (1, 2, 3, 5, 10, 20, 50, 100)
"""Lower ends of the ranges in which class sizes are counted."""


@dataclass(frozen=True)
class Risk:
    """How easily a row is linked to the person whom it is about.

    Attributes:
        prosecutor_highest: the largest probability that a row of a person known to be in the
            table is told; 1 / k.
        prosecutor_at_risk: share of the rows whose probability exceeds the threshold.
        journalist_highest: the same for a person known to be in the population only; None with
            `reason` when the population's class sizes are not known.
        marketer: share of all rows that would be linked rightly on average; m / n.
    """

    threshold: float
    prosecutor_highest: float | None
    prosecutor_at_risk: float | None
    journalist_highest: float | None
    marketer: float | None
    reason: str | None = None


@dataclass(frozen=True)
class SizeBucket:
    """Classes whose size is at least `least` and at most `most` (None: without end)."""

    least: int
    most: int | None
    classes: int
    rows: int


def k_of(classes: Classes) -> int | None:
    """Rows of the smallest class; None for a table without rows."""
    return int(classes.sizes.min()) if classes.count else None


def unique_share(classes: Classes) -> float | None:
    """Share of the rows that are alone in their class, in [0, 1]; None without rows."""
    return float((classes.sizes == 1).sum()) / classes.rows if classes.rows else None


def size_distribution(classes: Classes) -> list[SizeBucket]:
    """How many classes and rows there are by class size; empty ranges are left out."""
    ends: Sequence[int | None] = [*(at - 1 for at in SIZE_BUCKETS[1:]), None]
    found = []
    for least, most in zip(SIZE_BUCKETS, ends, strict=True):
        inside = classes.sizes[
            (classes.sizes >= least) & (classes.sizes <= (most or classes.rows or least))
        ]
        if inside.size:
            found.append(SizeBucket(least, most, int(inside.size), int(inside.sum())))
    return found


def risk_of(
    classes: Classes, *, threshold: float = 0.2, population: IntArray | None = None
) -> Risk:
    """The risks of a table.

    Args:
        threshold: probability above which a row counts as at risk; 0.2 is a class of five.
        population: shape (m,); how many people of the population share each class, each at least
            the class's size.

    Raises:
        ValueError: the population is smaller than the table somewhere.
    """
    if not classes.rows:
        return Risk(threshold, None, None, None, None, "no-rows")
    chance = 1.0 / classes.sizes
    at_risk = float(classes.sizes[chance > threshold].sum()) / classes.rows
    marketer = classes.count / classes.rows
    if population is None:
        return Risk(threshold, float(chance.max()), at_risk, None, marketer, "population-not-given")
    if population.shape != classes.sizes.shape or (population < classes.sizes).any():
        raise ValueError("the population must hold every class at least as often as the table")
    return Risk(
        threshold,
        float(chance.max()),
        at_risk,
        float((1.0 / population).max()),
        float((classes.sizes / population).sum()) / classes.rows,
    )


def small_rows(classes: Classes, k: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows lie in a class of fewer than k; shape (n,)."""
    small: np.ndarray[tuple[int], np.dtype[np.bool_]] = (classes.sizes < k)[classes.of_row]
    return small
