"""Private statistics of a table: what may be asked, and the answer with its noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import numpy as np
import orjson

from customerai.privacy.techniques import differential_privacy as dp
from customerai.privacy.techniques.classes import FloatArray
from customerai.privacy.techniques.differential_privacy import InvalidQuery, Noisy
from customerai.privacy.techniques.hierarchies import number_of

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["count", "sum", "mean", "histogram"]
KINDS: Final = ("count", "sum", "mean", "histogram")
MOST_EPSILON: Final = 10.0
_MOST_CONDITIONS: Final = 5
_LONGEST: Final = 200


@dataclass(frozen=True)
class Query:
    """A statistic that is asked for.

    Attributes:
        bounds: into which numbers are clamped; of sums and means, and the caller's own.
        step: to which numbers are rounded.
        keys: public values that a histogram counts; all others are counted together.
        edges: public edges of a histogram's bins, closed below and open above, the last closed.
        where: column and value, as text, that rows must have; all of them.
        epsilon: what it may cost.
    """

    statistic: Kind
    epsilon: float
    column: str | None = None
    bounds: tuple[float, float] | None = None
    step: float = 1.0
    keys: tuple[str, ...] | None = None
    edges: tuple[float, ...] | None = None
    where: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.statistic not in KINDS:
            raise InvalidQuery(f"field 'statistic' is not one of {', '.join(KINDS)}")
        if not (math.isfinite(self.epsilon) and 0 < self.epsilon <= MOST_EPSILON):
            raise InvalidQuery(f"field 'epsilon' is not above 0 and at most {MOST_EPSILON:g}")
        numbers = self.statistic in ("sum", "mean")
        if (self.column is None) != (self.statistic == "count"):
            raise InvalidQuery("field 'column' is for every statistic but a count")
        if (self.bounds is not None) != numbers:
            raise InvalidQuery("field 'bounds' is for sums and means, which need it")
        histogram = self.statistic == "histogram"
        if ((self.keys is None) == (self.edges is None)) == histogram or (
            not histogram and (self.keys is not None or self.edges is not None)
        ):
            raise InvalidQuery("a histogram, and nothing else, needs one of 'keys' and 'edges'")
        if self.bounds is not None:
            dp.Grid(*self.bounds, self.step)
        if self.edges is not None:
            dp.edges_of(self.edges)
        if self.keys is not None and not (
            1 <= len(set(self.keys)) == len(self.keys) <= dp.MOST_KEYS
        ):
            raise InvalidQuery(f"field 'keys' is not a list of 1 to {dp.MOST_KEYS} distinct texts")
        if len(self.where) > _MOST_CONDITIONS:
            raise InvalidQuery(f"field 'where' has more than {_MOST_CONDITIONS} conditions")

    def canonical(self) -> bytes:
        """Bytes that are equal for queries that ask the same."""
        told = asdict(self)
        told["where"] = sorted(self.where)
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)

    def columns(self) -> set[str]:
        """The columns that it looks at."""
        return {name for name, _ in self.where} | ({self.column} if self.column else set())


def query_of(config: Mapping[str, Any]) -> Query:
    """The query that was stored as `asdict`."""
    fields = dict(config)
    for name in ("bounds", "keys", "edges"):
        if fields.get(name) is not None:
            fields[name] = tuple(fields[name])
    fields["where"] = tuple((name, value) for name, value in fields.get("where") or ())
    return Query(**fields)


def answer(frame: pl.DataFrame, query: Query, *, rows_per_person: int) -> dict[str, Any]:
    """The statistic with its noise, as plain JSON; differentially private at `query.epsilon`.

    Cells that are missing, or no numbers where numbers are asked for, are left out: a row changes
    only its own.

    Raises:
        InvalidQuery: a column is not in the table, or the numbers do not fit the bounds' grid.
    """
    missing = query.columns() - set(frame.columns)
    if missing:
        raise InvalidQuery("a column of the query is not in the table")
    rows = _where(frame, query)
    epsilon, each = query.epsilon, rows_per_person
    if query.statistic == "count":
        return _told(dp.noisy_count(rows.height, epsilon=epsilon, rows_per_person=each))
    column = rows.get_column(cast(str, query.column))
    if query.statistic == "histogram":
        return _histogram(column, query, rows_per_person)
    assert query.bounds is not None
    grid = dp.Grid(*query.bounds, query.step)
    numbers = _numbers(column)
    if query.statistic == "sum":
        return _told(dp.noisy_sum(numbers, grid, epsilon=epsilon, rows_per_person=each))
    mean, count = dp.noisy_mean(numbers, grid, epsilon=epsilon, rows_per_person=each)
    return {**_told(mean), "count": _told(count)}


def _histogram(column: pl.Series, query: Query, rows_per_person: int) -> dict[str, Any]:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    if query.edges is not None:
        edges = dp.edges_of(query.edges)
        names = [f"[{low:g}, {high:g})" for low, high in pairwise(edges)]
        names[-1] = names[-1][:-1] + "]"
        keys = dp.bins_of(_numbers(column), edges)
    else:
        assert query.keys is not None
        names = list(query.keys)
        known = pl.DataFrame({"value": names, "code": range(len(names))})
        texts = column.drop_nulls().cast(pl.String).to_frame("value")
        found = texts.join(known, on="value", how="left").get_column("code")
        keys = found.fill_null(len(names)).to_numpy().astype(np.int64)
    drawn = dp.noisy_histogram(
        keys, len(names), epsilon=query.epsilon, rows_per_person=rows_per_person
    )
    bins = [
        {"key": name, **_told(noisy)} for name, noisy in zip([*names, None], drawn, strict=True)
    ]
    return {"bins": bins}


def _where(frame: pl.DataFrame, query: Query) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - loaded when a table comes

    for name, value in query.where:
        frame = frame.filter(pl.col(name).cast(pl.String) == value)
    return frame


def _numbers(column: pl.Series) -> FloatArray:
    if column.dtype.is_numeric():
        found: FloatArray = column.drop_nulls().to_numpy().astype(np.float64)
        finite: FloatArray = found[np.isfinite(found)]
        return finite
    texts = column.drop_nulls().to_list()
    numbers = [number for value in texts if (number := number_of(str(value))) is not None]
    return np.array(numbers, dtype=np.float64)


def _told(noisy: Noisy) -> dict[str, Any]:
    return {"value": noisy.value, "scale": noisy.scale, "accuracy_95": noisy.accuracy}
