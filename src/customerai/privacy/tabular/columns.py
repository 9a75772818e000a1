"""One column at a time: stand-ins for its values, safe texts, codes and hierarchies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from customerai.privacy import operators
from customerai.privacy.operators import Operator, Scope
from customerai.privacy.recognizers.spans import Span
from customerai.privacy.tabular.planning import ColumnPlan, HierarchyPlan
from customerai.privacy.tabular.roles import Analyzer, kind_of
from customerai.privacy.techniques import hierarchies
from customerai.privacy.techniques.classes import IntArray
from customerai.privacy.techniques.hierarchies import Hierarchy, number_of

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[int], None]
"""Is told of cells that are done; raises to stop the work."""

_BATCH: Final = 512
_MANY: Final = 50
"""Distinct values from which a category may become `other` before it becomes `*`."""


@dataclass(frozen=True)
class Coded:
    """A column as numbers.

    Attributes:
        codes: shape (n,); the place of each cell's value among `values`.
        values: the distinct texts, None last; in the order of the numbers where all are numbers.
        ordered: whether all of them are numbers.
    """

    codes: IntArray
    values: tuple[str | None, ...]
    ordered: bool


def coded(column: pl.Series) -> Coded:
    """The values of a column as codes."""
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    texts = column.cast(pl.String)
    known: list[str] = texts.drop_nulls().unique().to_list()
    numbers = {value: number_of(value) for value in known}
    ordered = bool(known) and all(number is not None for number in numbers.values())
    known.sort(key=lambda value: (numbers[value] if ordered else 0.0, value))
    places = pl.DataFrame(
        {
            "value": pl.Series(known, dtype=pl.String),
            "code": pl.Series(range(len(known)), dtype=pl.Int64),
        }
    )
    found = texts.to_frame("value").join(places, on="value", how="left", maintain_order="left")
    codes = found.get_column("code").fill_null(len(known)).to_numpy().astype(np.int64)
    missing = column.null_count() > 0
    return Coded(codes, (*known, None) if missing else tuple(known), ordered)


def hierarchy_of(coded_column: Coded, column: pl.Series, plan: ColumnPlan) -> Hierarchy:
    """The hierarchy that the plan asks for, or one that fits the values.

    Raises:
        InvalidHierarchy: what the plan asks for cannot be built.
    """
    values = coded_column.values
    asked = plan.hierarchy or _fitting(coded_column, column)
    counts = np.bincount(coded_column.codes, minlength=len(values)).astype(np.int64)
    made = _build(asked, values, counts)
    return made if plan.level is None else made.at(plan.level)


def _build(asked: HierarchyPlan, values: Sequence[str | None], counts: IntArray) -> Hierarchy:
    if asked.kind == "numeric":
        return hierarchies.numeric(
            values, asked.widths, origin=asked.origin, top_from=asked.top_from
        )
    if asked.kind == "age":
        return hierarchies.age(values)
    if asked.kind == "date":
        return hierarchies.dates(values)
    if asked.kind == "prefix":
        return hierarchies.prefix(values, asked.keep)
    if asked.kind == "tree":
        return hierarchies.tree(values, asked.parents)
    if asked.kind == "top":
        return hierarchies.top(values, counts, asked.keep or ())
    return hierarchies.suppression(values)


def _fitting(found: Coded, column: pl.Series) -> HierarchyPlan:
    known = [value for value in found.values if value is not None]
    kind = kind_of(column, known[:300])
    if kind == "date":
        return HierarchyPlan("date")
    if found.ordered and kind in ("integer", "number"):
        return HierarchyPlan("numeric")
    if known and len({len(value) for value in known}) == 1 and all(v.isdigit() for v in known):
        return HierarchyPlan("prefix")
    if len(known) > _MANY:
        return HierarchyPlan("top", keep=(50, 20, 10, 5))
    if len(known) > 5:  # noqa: PLR2004
        keep = tuple(number for number in (20, 10, 5, 2) if number < len(known))
        return HierarchyPlan("top", keep=keep)
    return HierarchyPlan("suppress")


def generalized(column: Coded, hierarchy: Hierarchy, level: int, name: str) -> pl.Series:
    """The column at a level, as texts."""
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    at = hierarchy.levels[level]
    labels = pl.Series(name, at.labels, dtype=pl.String)
    return labels.gather(pl.Series(at.group[column.codes]))


def stand_ins(
    column: pl.Series,
    plan: ColumnPlan,
    scope: Scope,
    progress: Progress,
    *,
    subjects: pl.Series | None = None,
) -> pl.Series:
    """A direct identifier's values replaced, each distinct one once.

    Equal values of one entity get equal stand-ins in all tables that share the scope's key,
    whether they came as numbers or as texts.

    Args:
        subjects: whose each row is; dates of one person then move together.
    """
    assert plan.operator is not None
    operator = plan.operator
    if subjects is not None and operator.kind == "date_shift":
        return _by_subject(column, subjects, plan, scope=scope, progress=progress)

    def replaced(values: Sequence[str]) -> list[str]:
        return [_stand_in(operator, _whole(plan.entity, value), value, scope) for value in values]

    return _by_value(column, replaced, progress)


def _by_subject(
    column: pl.Series,
    subjects: pl.Series,
    plan: ColumnPlan,
    *,
    scope: Scope,
    progress: Progress,
) -> pl.Series:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    assert plan.operator is not None
    texts = column.cast(pl.String).to_list()
    whose = subjects.cast(pl.String).to_list()
    known: dict[tuple[str | None, str], str] = {}
    made: list[str | None] = []
    for place, (subject, value) in enumerate(zip(whose, texts, strict=True), start=1):
        if value is not None and (subject, value) not in known:
            theirs = replace(scope, subject=subject or "")
            known[subject, value] = _stand_in(
                plan.operator, _whole(plan.entity, value), value, theirs
            )
        made.append(None if value is None else known[subject, value])
        if place % _BATCH == 0:
            progress(_BATCH)
    return pl.Series(column.name, made, dtype=pl.String)


def safe_texts(
    column: pl.Series, plan: ColumnPlan, scope: Scope, analyzer: Analyzer, progress: Progress
) -> pl.Series:
    """Free text with what is found in it replaced; each distinct text is read once."""

    def chosen(span: Span, value: str) -> str:
        operator = plan.operators.get(span.type, plan.operators["DEFAULT"])
        return _stand_in(operator, span, value, scope)

    def replaced(values: Sequence[str]) -> list[str]:
        return [
            operators.apply(text, spans, chosen)[0]
            for text, spans in zip(values, analyzer.analyze(values), strict=True)
        ]

    return _by_value(column, replaced, progress)


def _whole(entity: str, value: str) -> Span:
    return Span(entity, 0, len(value), 1.0, "column")


def _stand_in(operator: Operator, span: Span, value: str, scope: Scope) -> str:
    """What stands for one value; `[TYPE]` where the operator has nothing for it."""
    if not value:
        return value
    try:
        return operators.run(operator, span, value, scope=scope)
    except operators.NoStandIn:
        return f"[{span.type}]"


def _by_value(
    column: pl.Series, stand_ins: Callable[[Sequence[str]], list[str]], progress: Progress
) -> pl.Series:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    texts: pl.Series = column.cast(pl.String)
    known: list[str] = texts.drop_nulls().unique(maintain_order=True).to_list()
    made: list[str] = []
    per_value = texts.len() / max(len(known), 1)
    for batch in _batches(known):
        made += stand_ins(batch)
        progress(round(len(batch) * per_value))
    if not known:
        return texts
    places = pl.DataFrame(
        {"value": pl.Series(known, dtype=pl.String), "made": pl.Series(made, dtype=pl.String)}
    )
    joined = texts.to_frame("value").join(places, on="value", how="left", maintain_order="left")
    replaced: pl.Series = joined.get_column("made").rename(column.name)
    return replaced


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))
