"""A table made safe by its plan, with the risk before and after and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from customerai.privacy.operators import Scope
from customerai.privacy.tabular import columns
from customerai.privacy.tabular.columns import Coded, Progress
from customerai.privacy.tabular.planning import ColumnPlan, InvalidPlan, TablePlan
from customerai.privacy.tabular.roles import Analyzer
from customerai.privacy.techniques import anonymity, closeness, diversity, lattice, utility
from customerai.privacy.techniques.classes import BoolArray, Classes, classes_of
from customerai.privacy.techniques.hierarchies import Hierarchy, InvalidHierarchy

if TYPE_CHECKING:
    import polars as pl


class CannotKeep(ValueError):
    """No generalization and no allowed suppression reaches what the plan asks for."""


@dataclass(frozen=True)
class Release:
    """A safe table and the figures of how safe and how costly it is.

    Attributes:
        report: plain JSON: `before`, `after` (see `measure`), `utility`, `columns` (what became of
            each), `search`. No value of the table is in it.
    """

    frame: pl.DataFrame
    report: dict[str, Any]


def release(
    frame: pl.DataFrame,
    plan: TablePlan,
    *,
    key: bytes,
    analyzer: Analyzer,
    progress: Progress | None = None,
) -> Release:
    """The table that the plan makes of a frame.

    Args:
        key: of the project, at least 16 bytes; tables under one key have one stand-in a value.
        progress: is told of cells that are done; may raise to stop.

    Raises:
        InvalidPlan: a hierarchy cannot be built, or a distance does not fit its column.
        CannotKeep: what is asked cannot be reached.
    """
    tell = progress or _nobody
    quasi = plan.of_role("quasi")
    codes = {column.name: columns.coded(frame.get_column(column.name)) for column in quasi}
    sensitive = {
        column.name: columns.coded(frame.get_column(column.name))
        for column in plan.of_role("sensitive")
    }
    _check_distances(plan, sensitive)
    before = measure([codes[c.name] for c in quasi], sensitive, plan, rows=frame.height)
    tell(frame.height * (len(quasi) + len(sensitive)))
    trees = _hierarchies(frame, quasi, codes)
    levels, kept, searched = _levels(plan, quasi, codes, trees, sensitive, rows=frame.height)
    scope = Scope(key)
    subjects = None if plan.subject is None else frame.get_column(plan.subject)
    made: dict[str, pl.Series] = {}
    for column in plan.columns:
        source = frame.get_column(column.name)
        if column.role == "direct" and column.operator is not None:
            made[column.name] = columns.stand_ins(source, column, scope, tell, subjects=subjects)
        elif column.role == "text":
            made[column.name] = columns.safe_texts(source, column, scope, analyzer, tell)
        elif column.role == "quasi":
            level = levels[column.name]
            if trees[column.name].levels[level].name != "as is":
                source = columns.generalized(
                    codes[column.name], trees[column.name], level, column.name
                )
            made[column.name] = source
        elif column.role in ("sensitive", "none"):
            made[column.name] = source
            tell(frame.height)
    safe = _frame(frame, made, kept)
    after_codes = [columns.coded(safe.get_column(column.name)) for column in quasi]
    after_sensitive = {name: columns.coded(safe.get_column(name)) for name in sensitive}
    after = measure(after_codes, after_sensitive, plan, rows=safe.height)
    losses = {
        name: _mean(trees[name].levels[levels[name]].loss[codes[name].codes], kept)
        for name in levels
    }
    kept_classes = classes_of([c.codes for c in after_codes], rows=safe.height)
    cost = utility.utility_of(kept_classes, rows=frame.height, loss_by_column=losses, k=plan.k)
    return Release(
        safe,
        {
            "before": before,
            "after": after,
            "utility": asdict(cost),
            "columns": [_told(column, levels, trees) for column in plan.columns],
            "search": searched,
        },
    )


def measure(
    quasi: Sequence[Coded], sensitive: Mapping[str, Coded], plan: TablePlan, *, rows: int
) -> dict[str, Any]:
    """The risk of a table as plain JSON: k, class sizes, linkage risks, l and t by column.

    What is undefined is None, with a `reason`.
    """
    if not quasi:
        return {"rows": rows, "k": None, "reason": "no-quasi-identifiers"}
    if not rows:
        return {"rows": 0, "k": None, "reason": "no-rows"}
    classes = classes_of([column.codes for column in quasi], rows=rows)
    return {
        "rows": rows,
        "classes": classes.count,
        "k": anonymity.k_of(classes),
        "unique_share": anonymity.unique_share(classes),
        "sizes": [asdict(bucket) for bucket in anonymity.size_distribution(classes)],
        "risk": asdict(anonymity.risk_of(classes)),
        "sensitive": {
            column.name: _measured(classes, sensitive[column.name], column)
            for column in plan.of_role("sensitive")
        },
    }


def _measured(classes: Classes, column: Coded, plan: ColumnPlan) -> dict[str, Any]:
    distance = _distance(plan, column)
    return {
        "distinct_l": diversity.distinct_l(classes, column.codes),
        "entropy_l": diversity.entropy_l(classes, column.codes),
        "t": closeness.t_of(classes, column.codes, distance),
        "distance": distance,
        "values": len(column.values),
    }


def _distance(plan: ColumnPlan, column: Coded) -> closeness.Distance:
    return plan.distance or ("ordered" if column.ordered else "equal")


def _check_distances(plan: TablePlan, sensitive: Mapping[str, Coded]) -> None:
    for place, column in enumerate(plan.columns, start=1):
        if column.distance == "ordered" and not sensitive[column.name].ordered:
            raise InvalidPlan(f"column {place}: not all values are numbers, which 'ordered' needs")


def _hierarchies(
    frame: pl.DataFrame, quasi: Sequence[ColumnPlan], codes: Mapping[str, Coded]
) -> dict[str, Hierarchy]:
    found = {}
    for place, column in enumerate(quasi, start=1):
        try:
            found[column.name] = columns.hierarchy_of(
                codes[column.name], frame.get_column(column.name), column
            )
        except InvalidHierarchy as error:
            raise InvalidPlan(f"quasi-identifier {place}: {error}") from None
    return found


def _levels(
    plan: TablePlan,
    quasi: Sequence[ColumnPlan],
    codes: Mapping[str, Coded],
    trees: Mapping[str, Hierarchy],
    sensitive: Mapping[str, Coded],
    *,
    rows: int,
) -> tuple[dict[str, int], BoolArray, dict[str, Any] | None]:
    """The level of each quasi-identifier, the rows that stay, and what the search says."""
    if not plan.enforces:
        return {column.name: 0 for column in quasi}, np.ones(rows, dtype=bool), None
    wanted = lattice.Wanted(
        k=plan.k or 1,
        max_suppressed=plan.max_suppressed,
        sensitive=[
            lattice.Sensitive(
                codes=sensitive[column.name].codes,
                l_value=column.l,
                l_kind=column.l_kind,
                t_value=column.t,
                distance=_distance(column, sensitive[column.name]),
            )
            for column in plan.of_role("sensitive")
        ],
    )
    try:
        found = lattice.search(
            [codes[column.name].codes for column in quasi],
            [trees[column.name] for column in quasi],
            wanted,
            rows=rows,
        )
    except lattice.TooManyLevels as error:
        raise InvalidPlan(f"{error}; give some columns a fixed level") from None
    if found is None or not found.kept.any():
        raise CannotKeep(
            "No generalization reaches this. Allow more rows to be left out, ask for less, or let "
            "columns with a fixed level climb."
        )
    told = {"checked": found.checked, "proven_best": found.proven, "loss": found.loss}
    return {c.name: level for c, level in zip(quasi, found.levels, strict=True)}, found.kept, told


def _frame(frame: pl.DataFrame, made: Mapping[str, pl.Series], kept: BoolArray) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    columns_made = [series.rename(name) for name, series in made.items()]
    if not columns_made:
        raise InvalidPlan("every column is left out")
    safe = pl.DataFrame(columns_made)
    return safe if kept.all() else safe.filter(pl.Series(kept))


def _mean(loss: np.ndarray[Any, np.dtype[np.float64]], kept: BoolArray) -> float:
    return float(loss[kept].mean()) if kept.any() else 1.0


def _told(
    column: ColumnPlan, levels: Mapping[str, int], trees: Mapping[str, Hierarchy]
) -> dict[str, Any]:
    told: dict[str, Any] = {"name": column.name, "role": column.role}
    if column.role == "direct":
        told |= {
            "entity": column.entity,
            "operator": "drop" if column.operator is None else column.operator.kind,
        }
    elif column.role == "quasi":
        tree = trees[column.name]
        level = levels[column.name]
        told |= {
            "level": column.level if column.level is not None else level,
            "level_name": tree.levels[level].name,
            "levels": [one.name for one in tree.levels],
        }
    elif column.role == "text":
        told["operators"] = {entity: one.kind for entity, one in column.operators.items()}
    return told


def _nobody(cells: int) -> None:
    del cells
