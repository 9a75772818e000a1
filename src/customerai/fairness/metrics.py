"""Selection rates of groups and how far they lie apart, with intervals; pure.

Selection rate, demographic parity difference and ratio as in Barocas, Hardt and Narayanan,
Fairness and Machine Learning (2023), chapter 3. What is undefined is null with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from customerai.core.intervals import Interval, katz, newcombe, wilson

FOUR_FIFTHS: Final = (4, 5)  # 29 CFR 1607.4(D), as whole numbers: 0.6 / 0.75 is below 0.8


@dataclass(frozen=True)
class Rate:
    """A rate of one group.

    Attributes:
        value: successes over n, or None when it is undefined or the group too small to show.
        reason: why there is no value.
    """

    group: str
    successes: int
    n: int
    value: float | None
    interval: Interval | None
    reason: str | None


@dataclass(frozen=True)
class Comparison:
    """How far the groups lie apart: the highest rate against the lowest.

    Attributes:
        verdict: `apart` when the interval of the difference excludes 0, else `not shown`;
            None when undefined. An interval that includes 0 does not prove that they are equal.
    """

    highest: str | None
    lowest: str | None
    difference: float | None
    difference_interval: Interval | None
    ratio: float | None
    ratio_interval: Interval | None
    four_fifths: bool | None
    verdict: str | None
    reason: str | None


def selection_rates(
    outcomes: Mapping[str, Counter[str]],
    favourable: str,
    *,
    min_cell: int = 1,
    confidence: float = 0.95,
) -> list[Rate]:
    """The share of each group's decisions that were favourable, with a Wilson interval.

    Args:
        outcomes: group to counts by outcome.
        min_cell: a group with fewer decisions gets no value.
    """
    return [
        _rate(group, counts[favourable], counts.total(), min_cell, confidence)
        for group, counts in outcomes.items()
    ]


def overall_rate(
    outcomes: Mapping[str, Counter[str]], favourable: str, *, confidence: float = 0.95
) -> Rate:
    """The share of all decisions that were favourable."""
    successes = sum(counts[favourable] for counts in outcomes.values())
    n = sum(counts.total() for counts in outcomes.values())
    return _rate("", successes, n, 1, confidence)


def _rate(group: str, successes: int, n: int, min_cell: int, confidence: float) -> Rate:
    if n == 0:
        return Rate(group, successes, n, None, None, "no decisions")
    if n < min_cell:
        return Rate(group, successes, n, None, None, f"fewer than {min_cell} decisions")
    return Rate(
        group, successes, n, successes / n, wilson(successes, n, confidence=confidence), None
    )


def compare(rates: list[Rate], *, confidence: float = 0.95) -> Comparison:
    """The group with the highest selection rate against the one with the lowest.

    The pair is chosen after looking, so with many groups the interval is narrower than it should
    be: the confidence is shared among all pairs (Bonferroni).
    """
    defined = [rate for rate in rates if rate.value is not None]
    if len(defined) < 2:  # noqa: PLR2004 - a gap needs two sides
        return _undefined("fewer than two groups are large enough")
    high = max(defined, key=lambda rate: (rate.value or 0.0, rate.group))
    low = min(defined, key=lambda rate: (rate.value or 0.0, rate.group))
    pairs = len(defined) * (len(defined) - 1) // 2
    shared = 1 - (1 - confidence) / pairs
    gap = newcombe(high.successes, high.n, low.successes, low.n, confidence=shared)
    assert high.value is not None
    assert low.value is not None
    assert gap is not None
    ratio = low.value / high.value if high.value > 0 else None
    return Comparison(
        highest=high.group,
        lowest=low.group,
        difference=high.value - low.value,
        difference_interval=gap,
        ratio=ratio,
        ratio_interval=katz(low.successes, low.n, high.successes, high.n, confidence=shared),
        four_fifths=None if ratio is None else _keeps_four_fifths(low, high),
        verdict="apart" if gap.low > 0 else "not shown",
        reason=None if ratio is not None else "the ratio is undefined: no group was favoured",
    )


def _keeps_four_fifths(low: Rate, high: Rate) -> bool:
    numerator, denominator = FOUR_FIFTHS
    return denominator * low.successes * high.n >= numerator * high.successes * low.n


def _undefined(reason: str) -> Comparison:
    return Comparison(None, None, None, None, None, None, None, None, reason)
