"""Confidence intervals of rates, their differences and ratios, in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """A confidence interval, both ends included; `high` may be infinite."""

    low: float
    high: float


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> Interval | None:
    """Score interval of a rate; None when nothing was counted.

    References:
        Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if n == 0:
        return None
    z = _z(confidence)
    rate = successes / n
    centre = rate + z * z / (2 * n)
    spread = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return Interval(low, high)


def newcombe(
    successes_1: int, n_1: int, successes_2: int, n_2: int, *, confidence: float = 0.95
) -> Interval | None:
    """Interval of the difference of two rates, first minus second; None when either is undefined.

    References:
        Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10.
    """
    one = wilson(successes_1, n_1, confidence=confidence)
    two = wilson(successes_2, n_2, confidence=confidence)
    if one is None or two is None:
        return None
    rate_1, rate_2 = successes_1 / n_1, successes_2 / n_2
    gap = rate_1 - rate_2
    return Interval(
        gap - math.hypot(rate_1 - one.low, two.high - rate_2),
        gap + math.hypot(one.high - rate_1, rate_2 - two.low),
    )


def katz(
    successes_1: int, n_1: int, successes_2: int, n_2: int, *, confidence: float = 0.95
) -> Interval | None:
    """Log interval of the ratio of two rates, first over second; None when it is undefined.

    Undefined without a success on both sides: the logarithm has no variance estimate there.

    References:
        Katz et al., Biometrics 34 (1978), 469-474, method C.
    """
    if successes_1 == 0 or successes_2 == 0:
        return None
    ratio = (successes_1 / n_1) / (successes_2 / n_2)
    spread = _z(confidence) * math.sqrt(1 / successes_1 - 1 / n_1 + 1 / successes_2 - 1 / n_2)
    return Interval(ratio * math.exp(-spread), ratio * math.exp(spread))
