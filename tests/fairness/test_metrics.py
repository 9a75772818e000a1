"""Selection rates and gaps against published numbers and against statsmodels."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from customerai.core.intervals import Interval
from customerai.fairness.metrics import Comparison, compare, overall_rate, selection_rates

# UCI Statlog German credit by sex, score >= 0.6:
# (tp + fp) and N of each group.
GERMAN = {"female": (213, 310), "male": (508, 690)}
GERMAN_RATES = {"female": 0.6870967741935484, "male": 0.736231884057971}
GERMAN_WILSON = {
    "female": (0.6334568294836451, 0.7361565429365802),
    "male": (0.7021082869141949, 0.7677396817472547),
}
# Newcombe's (1998) interval 10 of female minus male, Katz' log interval of female over male, 95 %.
GERMAN_DIFFERENCE = (-0.0491351098644226, -0.11134431323265673, 0.010625084170992644)
GERMAN_RATIO = (0.9332613665227331, 0.8551618330442572, 1.018493511506849)

# ProPublica COMPAS by race, high or medium score: selected and all, as counts only.
COMPAS = {
    "African-American": (2174, 3696),
    "Asian": (8, 32),
    "Caucasian": (854, 2454),
    "Hispanic": (190, 637),
    "Native American": (12, 18),
    "Other": (79, 377),
}
COMPAS_WILSON = {
    "African-American": (0.5722531352265298, 0.6039706319961397),
    "Asian": (0.1325240091850904, 0.4210655899424449),
    "Native American": (0.4374946729594511, 0.8372122524916632),
    "Other": (0.171499060246031, 0.2534585043054994),
}

Counts = dict[str, tuple[int, int]]


def outcomes(counts: Counts) -> dict[str, Counter[str]]:
    return {
        group: Counter({"yes": successes, "no": n - successes})
        for group, (successes, n) in counts.items()
    }


def compared(counts: Counts, **how: float) -> Comparison:
    return compare(selection_rates(outcomes(counts), "yes", **how), **how)  # type: ignore[arg-type]


def close(interval: Interval | None, expected: tuple[float, float], within: float = 1e-9) -> bool:
    assert interval is not None
    return (interval.low, interval.high) == pytest.approx(expected, abs=within)


def test_german_credit_by_sex() -> None:
    rates = selection_rates(outcomes(GERMAN), "yes")
    assert {rate.group: rate.value for rate in rates} == pytest.approx(GERMAN_RATES, abs=1e-12)
    for rate in rates:
        assert close(rate.interval, GERMAN_WILSON[rate.group])
        assert rate.reason is None
    overall = overall_rate(outcomes(GERMAN), "yes")
    assert (overall.value, overall.n, overall.successes) == (0.721, 1000, 721)
    found = compare(rates)
    assert (found.highest, found.lowest) == ("male", "female")
    value, low, high = GERMAN_DIFFERENCE
    assert found.difference == pytest.approx(-value, abs=1e-12)
    assert close(found.difference_interval, (-high, -low))
    assert found.ratio == pytest.approx(GERMAN_RATIO[0], abs=1e-12)
    assert close(found.ratio_interval, GERMAN_RATIO[1:])
    assert (found.four_fifths, found.verdict, found.reason) == (True, "not shown", None)


def test_compas_by_race() -> None:
    rates = {rate.group: rate for rate in selection_rates(outcomes(COMPAS), "yes")}
    for group, interval in COMPAS_WILSON.items():
        assert close(rates[group].interval, interval)
    found = compared(COMPAS)
    assert (found.highest, found.lowest) == ("Native American", "Other")
    assert found.difference == pytest.approx(12 / 18 - 79 / 377)
    assert (found.four_fifths, found.verdict) == (False, "apart")


def test_the_confidence_is_shared_among_all_pairs() -> None:
    """Six groups are fifteen pairs: each interval is of confidence 1 - 0.05 / 15."""
    found = compared(COMPAS)
    gap = confint_proportions_2indep(12, 18, 79, 377, method="newcomb", alpha=0.05 / 15)
    assert close(found.difference_interval, gap)
    ratio = confint_proportions_2indep(
        79, 377, 12, 18, method="log", compare="ratio", alpha=0.05 / 15
    )
    assert close(found.ratio_interval, ratio)
    # Two groups are one pair, and groups too small to show are no part of any.
    alone = compare(selection_rates(outcomes(COMPAS), "yes", min_cell=1000))
    assert (alone.highest, alone.lowest) == ("African-American", "Caucasian")
    pair = confint_proportions_2indep(2174, 3696, 854, 2454, method="newcomb", alpha=0.05)
    assert close(alone.difference_interval, pair)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
@given(successes=st.integers(0, 60), more=st.integers(0, 60))
def test_a_rates_interval_is_wilsons(confidence: float, successes: int, more: int) -> None:
    n = successes + more
    assume(n > 0)
    (rate,) = selection_rates(outcomes({"a": (successes, n)}), "yes", confidence=confidence)
    expected = proportion_confint(successes, n, alpha=1 - confidence, method="wilson")
    assert rate.value == successes / n
    assert close(rate.interval, expected, within=1e-7)


def test_a_group_below_the_least_size_has_no_value() -> None:
    small, large = selection_rates(outcomes({"a": (3, 9), "b": (3, 10)}), "yes", min_cell=10)
    assert (small.value, small.interval, small.reason) == (None, None, "fewer than 10 decisions")
    assert (large.value, large.reason) == (0.3, None)


def test_what_is_undefined_is_null_with_a_reason() -> None:
    nobody = overall_rate({}, "yes")
    assert (nobody.value, nobody.interval, nobody.reason) == (None, None, "no decisions")
    for counts in ({}, {"a": (1, 2)}):
        found = compared(counts)
        assert set(vars(found).values()) == {None, found.reason}
        assert found.reason == "fewer than two groups are large enough"


def test_where_nobody_is_favoured_the_ratio_is_undefined() -> None:
    found = compared({"a": (0, 20), "b": (0, 30)})
    assert (found.difference, found.ratio, found.ratio_interval) == (0.0, None, None)
    assert found.four_fifths is None
    assert found.verdict == "not shown"
    assert found.reason is not None


def test_where_one_group_is_never_favoured_the_ratio_is_zero_without_an_interval() -> None:
    found = compared({"a": (0, 20), "b": (15, 30)})
    assert (found.lowest, found.ratio, found.ratio_interval) == ("a", 0.0, None)
    assert (found.four_fifths, found.verdict, found.reason) == (False, "apart", None)


def test_an_outcome_that_never_occurs_favours_nobody() -> None:
    rates = selection_rates(outcomes({"a": (5, 9), "b": (1, 9)}), "something else")
    assert [rate.value for rate in rates] == [0.0, 0.0]


GROUPS = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (p[0], p[0] + p[1] + 1)),
    min_size=2,
)


@given(counts=GROUPS, data=st.data())
def test_a_comparison_lies_in_its_range_whatever_the_order(
    counts: Counts, data: st.DataObject
) -> None:
    found = compared(counts)
    shuffled = dict(data.draw(st.permutations(list(counts.items()))))
    assert compared(shuffled) == found
    rates = {group: Fraction(*pair) for group, pair in counts.items()}
    assert found.difference == pytest.approx(float(max(rates.values()) - min(rates.values())))
    assert found.difference_interval is not None
    assert found.difference is not None
    assert found.difference_interval.low <= found.difference <= found.difference_interval.high
    assert -1 <= found.difference_interval.low <= found.difference_interval.high <= 1
    assert (found.verdict == "apart") is (found.difference_interval.low > 0)
    highest = max(rates.values())
    if highest > 0:
        exact = min(rates.values()) / highest
        assert found.ratio == pytest.approx(float(exact))
        assert found.four_fifths is (exact >= Fraction(4, 5))
    else:
        assert found.ratio is None


def test_exactly_four_fifths_is_enough() -> None:
    """0.6 / 0.75 is 0.7999… in floating point; 29 CFR 1607.4(D) speaks of less than 4/5."""
    assert compared({"a": (6, 10), "b": (3, 4)}).four_fifths is True
    assert compared({"a": (59, 100), "b": (3, 4)}).four_fifths is False
