"""Intervals against statsmodels and published examples."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from customerai.core.intervals import Interval, katz, newcombe, wilson

CONFIDENCE = st.floats(0.6, 0.999)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 100_000))
    return draw(st.integers(0, n)), n


@settings(deadline=None)
@given(counts(), CONFIDENCE)
def test_wilson_is_that_of_statsmodels(count: tuple[int, int], confidence: float) -> None:
    successes, n = count
    low, high = proportion_confint(successes, n, alpha=1 - confidence, method="wilson")
    found = wilson(successes, n, confidence=confidence)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@settings(deadline=None)
@given(counts(), counts(), CONFIDENCE)
def test_newcombe_is_that_of_statsmodels(
    one: tuple[int, int], two: tuple[int, int], confidence: float
) -> None:
    low, high = confint_proportions_2indep(
        *one, *two, method="newcomb", compare="diff", alpha=1 - confidence
    )
    found = newcombe(*one, *two, confidence=confidence)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@settings(deadline=None)
@given(counts(), counts(), CONFIDENCE)
def test_katz_is_that_of_statsmodels(
    one: tuple[int, int], two: tuple[int, int], confidence: float
) -> None:
    assume(one[0] > 0 and two[0] > 0)
    low, high = confint_proportions_2indep(
        *one, *two, method="log", compare="ratio", alpha=1 - confidence
    )
    found = katz(*one, *two, confidence=confidence)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_newcombe_gives_the_published_example() -> None:
    # Newcombe (1998), table II, method 10, case (a): 56/70 - 48/80.
    found = newcombe(56, 70, 48, 80)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_katz_gives_the_risk_ratio_of_the_physicians_health_study() -> None:
    # Agresti, Categorical Data Analysis, section 3.1: heart attacks on placebo 189 of 11,034,
    # on aspirin 104 of 11,037; relative risk 1.82, 95 % interval 1.43 to 2.31 (2.30 in the text,
    # from a rounded logarithm).
    found = katz(189, 11_034, 104, 11_037)
    assert found is not None
    assert found.low == pytest.approx(1.43, abs=0.005)
    assert found.high == pytest.approx(2.306, abs=0.005)


@settings(deadline=None)
@given(counts(), CONFIDENCE)
def test_a_rate_lies_in_its_interval_and_the_interval_among_the_rates(
    count: tuple[int, int], confidence: float
) -> None:
    successes, n = count
    found = wilson(successes, n, confidence=confidence)
    assert found is not None
    assert 0 <= found.low <= successes / n <= found.high <= 1


@settings(deadline=None)
@given(counts(), counts(), CONFIDENCE)
def test_swapping_the_groups_mirrors_the_intervals(
    one: tuple[int, int], two: tuple[int, int], confidence: float
) -> None:
    there = newcombe(*one, *two, confidence=confidence)
    back = newcombe(*two, *one, confidence=confidence)
    assert there is not None and back is not None  # noqa: PT018 - narrows both
    assert -1 - 1e-12 <= there.low <= there.high <= 1 + 1e-12
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    ratio, inverse = (katz(*a, *b, confidence=confidence) for a, b in ((one, two), (two, one)))
    if ratio is not None and inverse is not None:
        assert (ratio.low, ratio.high) == pytest.approx((1 / inverse.high, 1 / inverse.low))


def test_wider_confidence_gives_a_wider_interval() -> None:
    narrow, wide = wilson(3, 10, confidence=0.9), wilson(3, 10, confidence=0.99)
    assert narrow is not None and wide is not None  # noqa: PT018 - narrows both
    assert wide.low < narrow.low < narrow.high < wide.high


def test_what_was_not_counted_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert newcombe(0, 0, 1, 2) is None
    assert newcombe(1, 2, 0, 0) is None
    for undefined in ((0, 5, 1, 5), (1, 5, 0, 5), (0, 0, 0, 0), (0, 0, 1, 5)):
        assert katz(*undefined) is None


def test_nobody_and_everybody_reach_the_ends_exactly() -> None:
    nobody, everybody = wilson(0, 20), wilson(20, 20)
    assert nobody is not None and everybody is not None  # noqa: PT018 - narrows both
    assert nobody.low == 0.0
    assert everybody.high == 1.0
    assert katz(20, 20, 20, 20) == Interval(1.0, 1.0)
    assert not math.isnan(nobody.high)
