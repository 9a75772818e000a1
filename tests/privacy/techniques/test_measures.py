"""k, l and t against pycanon's figures, plain definitions and scipy's earth mover's distance."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from customerai.privacy.techniques import anonymity, closeness, diversity, utility
from customerai.privacy.techniques.classes import IntArray, classes_of, encode

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "adult_golden.json").read_text())
with (HERE / "adult_sample.csv").open(newline="") as opened:
    ADULT = list(csv.DictReader(opened))
NUMBERS = ("hours-per-week", "education-num")

tables = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 2), min_size=n, max_size=n),
        st.lists(st.integers(0, 6), min_size=n, max_size=n),
    )
)


def column(name: str) -> IntArray:
    values = [row[name] for row in ADULT]
    return encode([int(value) for value in values] if name in NUMBERS else values)


def array(values: list[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda c: f"{'+'.join(c['quasi'])}-{c['sensitive']}")
def test_adult_measures_as_pycanon_measures_it(case: dict[str, object]) -> None:
    classes = classes_of([column(name) for name in case["quasi"]])  # type: ignore[attr-defined]
    name = str(case["sensitive"])
    sensitive = column(name)
    entropy = diversity.entropy_l(classes, sensitive)
    assert entropy is not None
    assert anonymity.k_of(classes) == case["k"]
    assert diversity.distinct_l(classes, sensitive) == case["l"]
    assert math.floor(entropy + 1e-9) == case["entropy_l"]
    distance: closeness.Distance = "ordered" if name in NUMBERS else "equal"
    assert closeness.t_of(classes, sensitive, distance) == pytest.approx(case["t"], abs=1e-12)


@given(tables)
def test_measures_follow_their_definitions(table: tuple[list[int], list[int], list[int]]) -> None:
    first, second, sensitive = table
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for one, two, value in zip(first, second, sensitive, strict=True):
        groups[one, two].append(value)
    classes = classes_of([array(first), array(second)])
    codes = array(sensitive)
    assert Counter(classes.sizes.tolist()) == Counter(len(rows) for rows in groups.values())
    assert anonymity.k_of(classes) == min(len(rows) for rows in groups.values())
    assert diversity.distinct_l(classes, codes) == min(len(set(rows)) for rows in groups.values())
    entropies = [
        -sum(n / len(rows) * math.log(n / len(rows)) for n in Counter(rows).values())
        for rows in groups.values()
    ]
    assert diversity.entropy_l(classes, codes) == pytest.approx(math.exp(min(entropies)))
    places = {value: at for at, value in enumerate(sorted(set(sensitive)))}
    span = max(len(places) - 1, 1)
    ordered = max(
        wasserstein_distance(
            [places[value] / span for value in rows], [places[value] / span for value in sensitive]
        )
        for rows in groups.values()
    )
    assert closeness.t_of(classes, codes, "ordered") == pytest.approx(ordered, abs=1e-9)
    whole = Counter(sensitive)
    equal = max(
        sum(abs(rows.count(v) / len(rows) - n / len(sensitive)) for v, n in whole.items()) / 2
        for rows in groups.values()
    )
    assert closeness.t_of(classes, codes, "equal") == pytest.approx(equal, abs=1e-9)


@given(tables, st.randoms())
def test_measures_do_not_depend_on_the_order_of_rows(
    table: tuple[list[int], list[int], list[int]], random: object
) -> None:
    order = list(range(len(table[0])))
    random.shuffle(order)  # type: ignore[attr-defined]

    def figures(rows: list[int]) -> tuple[object, ...]:
        first, second, sensitive = (array([column[at] for at in rows]) for column in table)
        classes = classes_of([first, second])
        t = closeness.t_of(classes, sensitive, "ordered")
        assert t is not None
        assert 0 <= t <= 1
        return (
            anonymity.k_of(classes),
            diversity.distinct_l(classes, sensitive),
            round(t, 9),
            anonymity.risk_of(classes),
        )

    assert figures(order) == figures(sorted(order))


def test_a_table_without_rows_has_no_figures_and_says_so() -> None:
    empty = np.zeros(0, dtype=np.int64)
    classes = classes_of([empty])
    assert anonymity.k_of(classes) is None
    assert diversity.distinct_l(classes, empty) is None
    assert diversity.entropy_l(classes, empty) is None
    assert closeness.t_of(classes, empty, "equal") is None
    assert anonymity.unique_share(classes) is None
    assert anonymity.risk_of(classes).reason == "no-rows"


def test_risks_of_known_class_sizes() -> None:
    # Classes of 1, 2 and 5 rows: 8 rows, 3 of which are told with more than one in five.
    classes = classes_of([array([0, 1, 1, 2, 2, 2, 2, 2])])
    risk = anonymity.risk_of(classes)
    assert (risk.prosecutor_highest, risk.prosecutor_at_risk) == (1.0, 3 / 8)
    assert (risk.marketer, risk.journalist_highest) == (3 / 8, None)
    known = anonymity.risk_of(classes, population=array([10, 4, 5]))
    assert known.journalist_highest == 1 / 4
    assert known.marketer == pytest.approx((1 / 10 + 2 / 4 + 5 / 5) / 8)
    assert anonymity.unique_share(classes) == 1 / 8
    with pytest.raises(ValueError, match="population"):
        anonymity.risk_of(classes, population=array([1, 1, 5]))


def test_keys_too_large_for_one_number_still_tell_rows_apart() -> None:
    rng = np.random.default_rng(1)
    columns = [rng.integers(0, 1 << 20, 500) for _ in range(6)]
    columns = [np.concatenate([column, column]) for column in columns]
    classes = classes_of(columns)
    assert set(classes.sizes.tolist()) == {2}
    assert (classes.of_row[:500] == classes.of_row[500:]).all()


def test_utility_of_a_known_release() -> None:
    kept = classes_of([array([0, 0, 1, 1])])
    cost = utility.utility_of(kept, rows=5, loss_by_column={"a": 0.5, "b": 0.0}, k=2)
    assert (cost.suppressed, cost.suppressed_share) == (1, 0.2)
    assert cost.information_loss == pytest.approx(0.25 * 0.8 + 0.2)
    assert cost.discernibility == 2 * 2 + 2 * 2 + 1 * 5
    assert cost.average_class == 1.0
