"""The least generalization that makes a table k-anonymous, l-diverse and t-close.

A node of the lattice says a level for each quasi-identifier. Rows of classes that still break a
rule are left out, up to a limit. Nodes are visited by a lower bound of their loss, so that the
first one that no bound undercuts is the best of all; a node that breaks what more detail cannot
mend (k, distinct l) rules out all nodes below it at once.

References:
    El Emam et al., A globally optimal k-anonymity method for the de-identification of health
    data, JAMIA 16(5), 2009 (predictive tagging, suppression limit).
    Kohlmayer et al., Flash: efficient, stable and optimal k-anonymity, PASSAT 2012 (binary search
    along paths).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from customerai.privacy.techniques.classes import (
    BoolArray,
    Classes,
    FloatArray,
    IntArray,
    classes_of,
)
from customerai.privacy.techniques.closeness import Distance, distance_by_class
from customerai.privacy.techniques.diversity import distinct_by_class, entropy_by_class
from customerai.privacy.techniques.hierarchies import Hierarchy

MOST_NODES: Final = 1 << 20
_MOST_CHECKED: Final = 2000
_SLACK: Final = 1e-9
"""Rounding: a distance of exactly t must count as within t."""


class TooManyLevels(ValueError):
    """The hierarchies have more combinations of levels than are searched."""


@dataclass(frozen=True)
class Sensitive:
    """What is asked of one sensitive column.

    Attributes:
        codes: shape (n,); in the order of the values where `distance` is `ordered`.
        l_value: least diversity; None: none is asked.
        t_value: largest distance; None: none is asked.
    """

    codes: IntArray
    l_value: float | None = None
    l_kind: Literal["distinct", "entropy"] = "distinct"
    t_value: float | None = None
    distance: Distance = "equal"


@dataclass(frozen=True)
class Wanted:
    """What a release must keep to; `max_suppressed` is a share of the rows."""

    k: int
    max_suppressed: float = 0.0
    sensitive: Sequence[Sensitive] = ()


@dataclass(frozen=True)
class Found:
    """The best node.

    Attributes:
        levels: of each quasi-identifier.
        kept: shape (n,); which rows stay.
        loss: mean NCP, a row left out counting 1.
        checked: nodes that were looked at.
        proven: no node has a smaller loss; False when the search was cut off, or where entropy or
            distances are asked for, in which case a node may have been passed over.
    """

    levels: tuple[int, ...]
    kept: BoolArray
    loss: float
    checked: int
    proven: bool


@dataclass
class _Search:
    columns: Sequence[IntArray]
    hierarchies: Sequence[Hierarchy]
    wanted: Wanted
    rows: int
    seen: dict[tuple[int, ...], tuple[float, BoolArray | None, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Rows that agree in everything agree at every level: they are counted once.
        self.same = classes_of(self.columns, rows=self.rows)
        first = np.zeros(self.same.count, dtype=np.int64)
        first[self.same.of_row[::-1]] = np.arange(self.rows - 1, -1, -1)
        self.base = [column[first] for column in self.columns]
        self.most = math.floor(self.wanted.max_suppressed * self.rows + _SLACK)

    def loss_of(self, node: Sequence[int]) -> FloatArray:
        """Mean loss over the columns of each distinct row; shape (u,)."""
        total = np.zeros(self.same.count)
        for base, hierarchy, level in zip(self.base, self.hierarchies, node, strict=True):
            total += hierarchy.levels[level].loss[base]
        return total / max(len(self.base), 1)

    def check(self, node: tuple[int, ...]) -> tuple[float, BoolArray | None, bool]:
        """The loss (infinite when too much is left out), what stays, and whether all below fail."""
        if node not in self.seen:
            self.seen[node] = self._check(node)
        return self.seen[node]

    def _check(self, node: tuple[int, ...]) -> tuple[float, BoolArray | None, bool]:
        groups = [
            hierarchy.levels[level].group[base]
            for base, hierarchy, level in zip(self.base, self.hierarchies, node, strict=True)
        ]
        merged = classes_of(groups, rows=self.same.count)
        sizes = np.bincount(merged.of_row, weights=self.same.sizes, minlength=merged.count)
        sizes = sizes.astype(np.int64)
        good = sizes >= self.wanted.k
        if int(sizes[~good].sum()) > self.most:
            return math.inf, None, True
        if self.wanted.sensitive:
            classes = Classes(merged.of_row[self.same.of_row], sizes)
            for column in self.wanted.sensitive:
                if column.l_value is not None and column.l_kind == "distinct":
                    good &= distinct_by_class(classes, column.codes) >= column.l_value
            if int(sizes[~good].sum()) > self.most:
                return math.inf, None, True
            good = self._diverse_and_close(classes, good)
            if int(sizes[~good].sum()) > self.most:
                return math.inf, None, False
        kept = good[merged.of_row]
        lost = float((self.loss_of(node) * self.same.sizes)[kept].sum())
        suppressed = float(self.same.sizes[~kept].sum())
        return (lost + suppressed) / max(self.rows, 1), kept, False

    def _diverse_and_close(self, classes: Classes, good: BoolArray) -> BoolArray:
        good = good.copy()
        for column in self.wanted.sensitive:
            if column.l_value is not None and column.l_kind == "entropy":
                least = math.log(column.l_value) - _SLACK
                good &= entropy_by_class(classes, column.codes) >= least
        close = [column for column in self.wanted.sensitive if column.t_value is not None]
        while close:
            # The reference is what is released, so it moves with every class that is left out.
            kept = good[classes.of_row]
            if not kept.any() or int(classes.sizes[~good].sum()) > self.most:
                break
            before = int(good.sum())
            for column in close:
                reference = np.bincount(column.codes[kept], minlength=int(column.codes.max()) + 1)
                # Only released values count as places. Where a class holds another one, it is out
                # already, and its distance does not matter.
                present = reference > 0
                place = np.maximum(np.cumsum(present) - 1, 0)
                share = reference[present] / reference.sum()
                distance = distance_by_class(
                    classes, place[column.codes], column.distance, reference=share
                )
                assert column.t_value is not None
                good &= distance <= column.t_value + _SLACK
            if int(good.sum()) == before:
                break
        return good


def search(
    columns: Sequence[IntArray],
    hierarchies: Sequence[Hierarchy],
    wanted: Wanted,
    *,
    rows: int,
) -> Found | None:
    """The node with the smallest loss that keeps to what is wanted; None when none does.

    Args:
        columns: shape (n,) each; codes of the distinct values over which the hierarchies are.
        rows: n.

    Raises:
        TooManyLevels: more than `MOST_NODES` combinations.
    """
    shape = tuple(len(hierarchy.levels) for hierarchy in hierarchies)
    if math.prod(shape) > MOST_NODES:
        raise TooManyLevels(f"there are more than {MOST_NODES} combinations of levels")
    state = _Search(columns, hierarchies, wanted, rows)
    bound = _bounds(columns, hierarchies, shape, rows)
    failed = np.zeros(shape, dtype=bool)
    summit = tuple(size - 1 for size in shape)
    best, best_loss = summit, math.inf
    monotone = all(
        column.t_value is None and (column.l_value is None or column.l_kind == "distinct")
        for column in wanted.sensitive
    )
    cut_off = False

    def look(node: tuple[int, ...]) -> bool:
        """Whether a node holds; what it rules out is ruled out."""
        nonlocal best, best_loss
        loss, kept, rules_out = state.check(node)
        if rules_out:
            failed[tuple(slice(0, level + 1) for level in node)] = True
        if loss < best_loss:
            best, best_loss = node, loss
        return kept is not None

    look(summit)
    for flat in np.argsort(bound, axis=None, kind="stable"):
        if bound.flat[flat] >= best_loss:
            break
        node = tuple(int(level) for level in np.unravel_index(int(flat), shape))
        if failed[node] or node in state.seen:
            continue
        if len(state.seen) >= _MOST_CHECKED:
            cut_off = True
            break
        if not look(node):
            _climb(node, summit, bound, failed, look)
    if math.isinf(best_loss):
        return None
    loss, kept, _ = state.check(best)
    assert kept is not None
    return Found(
        levels=best,
        kept=kept[state.same.of_row],
        loss=loss,
        checked=len(state.seen),
        proven=monotone and not cut_off,
    )


def _climb(
    node: tuple[int, ...],
    summit: tuple[int, ...],
    bound: FloatArray,
    failed: BoolArray,
    look: Callable[[tuple[int, ...]], bool],
) -> None:
    """Binary search for the first node that holds on the cheapest path to the top."""
    path = []
    at = node
    while at != summit:
        ups = [
            (*at[:place], at[place] + 1, *at[place + 1 :])
            for place in range(len(at))
            if at[place] < summit[place]
        ]
        at = min(ups, key=lambda up: (bool(failed[up]), float(bound[up])))
        path.append(at)
    low, high = 0, len(path) - 1
    while low < high:
        middle = (low + high) // 2
        if not failed[path[middle]] and look(path[middle]):
            high = middle
        else:
            low = middle + 1


def _bounds(
    columns: Sequence[IntArray],
    hierarchies: Sequence[Hierarchy],
    shape: tuple[int, ...],
    rows: int,
) -> FloatArray:
    """The loss of every node when no row is left out: no node can have less."""
    bound = np.zeros(shape)
    for axis, (column, hierarchy) in enumerate(zip(columns, hierarchies, strict=True)):
        counts = np.bincount(column, minlength=hierarchy.levels[0].group.size)
        means = [float((level.loss * counts).sum()) / max(rows, 1) for level in hierarchy.levels]
        bound += np.array(means).reshape([-1 if at == axis else 1 for at in range(len(shape))])
    return bound / max(len(shape), 1)
