"""The search against looking at every node, and hierarchies that only ever merge."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.privacy.techniques import anonymity, closeness, diversity, hierarchies, lattice
from customerai.privacy.techniques.classes import IntArray, classes_of
from customerai.privacy.techniques.hierarchies import Hierarchy, InvalidHierarchy


def coded(values: list[str | None]) -> tuple[IntArray, list[str | None]]:
    known = sorted(set(values), key=lambda value: (value is None, value or ""))
    place = {value: at for at, value in enumerate(known)}
    return np.array([place[value] for value in values], dtype=np.int64), known


cases = st.integers(1, 25).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 60).map(str), min_size=n, max_size=n),
        st.lists(st.sampled_from(["9411", "9412", "9422", "1000"]), min_size=n, max_size=n),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.integers(1, 5),
        st.sampled_from([0.0, 0.1, 0.3]),
        st.sampled_from([None, 2]),
    )
)


def by_hand(
    columns: list[IntArray], trees: list[Hierarchy], wanted: lattice.Wanted, rows: int
) -> float:
    """The least loss over every node, from the definitions."""
    best = math.inf
    for node in itertools.product(*(range(len(tree.levels)) for tree in trees)):
        levels = [tree.levels[at] for tree, at in zip(trees, node, strict=True)]
        members = defaultdict(list)
        for row in range(rows):
            groups = tuple(
                int(level.group[column[row]]) for level, column in zip(levels, columns, strict=True)
            )
            members[groups].append(row)
        kept: list[int] = []
        for inside in members.values():
            values = [{int(c.codes[row]) for row in inside} for c in wanted.sensitive]
            diverse = all(
                c.l_value is None or len(v) >= c.l_value
                for c, v in zip(wanted.sensitive, values, strict=True)
            )
            if len(inside) >= wanted.k and diverse:
                kept += inside
        if rows - len(kept) > wanted.max_suppressed * rows + 1e-9:
            continue
        loss = sum(
            sum(
                float(level.loss[column[row]])
                for level, column in zip(levels, columns, strict=True)
            )
            / len(levels)
            for row in kept
        )
        best = min(best, (loss + rows - len(kept)) / rows)
    return best


@settings(max_examples=60)
@given(cases)
def test_no_node_has_a_smaller_loss(
    case: tuple[list[str], list[str], list[int], int, float, int | None],
) -> None:
    ages, codes, values, k, share, l_value = case
    first, known_ages = coded(list(ages))
    second, known_codes = coded(list(codes))
    trees = [hierarchies.numeric(known_ages, [10, 30]), hierarchies.prefix(known_codes, [3, 2])]
    sensitive = lattice.Sensitive(np.array(values, dtype=np.int64), l_value=l_value)
    wanted = lattice.Wanted(k, share, [sensitive])
    found = lattice.search([first, second], trees, wanted, rows=len(ages))
    best = by_hand([first, second], trees, wanted, len(ages))
    if found is None:
        assert best == math.inf
        return
    assert found.proven
    assert found.loss == pytest.approx(best)


@settings(max_examples=60)
@given(cases, st.sampled_from([0.1, 0.25, 0.5]), st.sampled_from(["ordered", "equal"]))
def test_what_is_released_keeps_to_everything_that_was_asked(
    case: tuple[list[str], list[str], list[int], int, float, int | None],
    t: float,
    distance: closeness.Distance,
) -> None:
    ages, codes, values, k, share, l_value = case
    first, known_ages = coded(list(ages))
    second, known_codes = coded(list(codes))
    trees = [hierarchies.numeric(known_ages, [10, 30]), hierarchies.prefix(known_codes, [3, 2])]
    asked = np.array(values, dtype=np.int64)
    sensitive = lattice.Sensitive(asked, l_value, "entropy", t, distance)
    found = lattice.search(
        [first, second], trees, lattice.Wanted(k, share, [sensitive]), rows=len(ages)
    )
    if found is None or not found.kept.any():
        return
    groups = [
        tree.levels[level].group[column][found.kept]
        for tree, level, column in zip(trees, found.levels, [first, second], strict=True)
    ]
    classes, rest = classes_of(groups), asked[found.kept]
    assert (anonymity.k_of(classes) or 0) >= k
    assert (closeness.t_of(classes, rest, distance) or 0) <= t + 1e-9
    assert (diversity.entropy_l(classes, rest) or 0) >= (l_value or 1) - 1e-6
    assert (~found.kept).sum() <= share * len(ages) + 1e-9


def test_a_lattice_beyond_the_limit_is_refused() -> None:
    tree = Hierarchy(tuple(hierarchies.suppression(["a"]).levels * 20))
    column = np.zeros(3, dtype=np.int64)
    with pytest.raises(lattice.TooManyLevels):
        lattice.search([column] * 5, [tree] * 5, lattice.Wanted(1), rows=3)


texts = st.lists(
    st.one_of(
        st.none(),
        st.integers(-50, 150).map(str),
        st.dates().map(str),
        st.text("abc ", max_size=4),
    ),
    min_size=1,
    max_size=30,
    unique=True,
)


@given(texts)
def test_every_level_only_merges_and_never_tells_more(values: list[str | None]) -> None:
    counts = np.arange(1, len(values) + 1, dtype=np.int64)
    for tree in (
        hierarchies.numeric(values),
        hierarchies.age(values),
        hierarchies.dates(values),
        hierarchies.prefix(values),
        hierarchies.top(values, counts, [5, 2]),
        hierarchies.suppression(values),
    ):
        assert tree.levels[0].labels == tuple(values)
        assert tree.levels[-1].labels == (hierarchies.ANY,)
        assert (tree.levels[-1].loss == 1).all()
        for fine, coarse in itertools.pairwise(tree.levels):
            merged = Counter(zip(fine.group.tolist(), coarse.group.tolist(), strict=True))
            assert len(merged) == len(fine.labels)
            assert (coarse.loss >= fine.loss).all()
            assert (coarse.loss <= 1).all()


def labels(tree: Hierarchy, level: int) -> list[str | None]:
    return [tree.levels[level].labels[group] for group in tree.levels[level].group]


def test_intervals_ages_dates_prefixes_and_trees_read_as_expected() -> None:
    assert labels(hierarchies.numeric(["18", "20", "29"], [10]), 1) == ["10-19", "20-29", "20-29"]
    assert labels(hierarchies.numeric(["-3", "0.5"], [5]), 1) == ["[-5, 0)", "[0, 5)"]
    assert labels(hierarchies.age(["37", "89", "90", "104"]), 1) == ["35-39", "85-89", "90+", "90+"]
    dates = hierarchies.dates(["2020-03-09", "31.12.1999"])
    assert [level.name for level in dates.levels] == [
        "as is", "month", "quarter", "year", "decade", "*",
    ]  # fmt: skip
    assert labels(dates, 2) == ["2020-Q1", "1999-Q4"]
    assert labels(hierarchies.prefix(["94110", "10001"], [3]), 1) == ["941**", "100**"]
    places = hierarchies.tree(["Lyon", "Nice", "Bonn"], {"Lyon": ["France"], "Nice": ["France"]})
    assert labels(places, 1) == ["France", "France", "Bonn"]
    assert labels(hierarchies.top(["a", "b", "c"], np.array([1, 5, 3]), [1]), 1) == [
        "other", "b", "other",
    ]  # fmt: skip


@pytest.mark.parametrize("widths", [[0], [5, 12], [10, 5], [math.inf]])
def test_widths_that_do_not_nest_are_refused(widths: list[float]) -> None:
    with pytest.raises(InvalidHierarchy, match="widths"):
        hierarchies.numeric(["1", "50"], widths)
