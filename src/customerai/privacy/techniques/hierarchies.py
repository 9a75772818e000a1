"""Generalization hierarchies: what a value becomes, level by level, until nothing is told.

A hierarchy is built over the distinct values of a column, as texts. Level 0 leaves them as they
are; the last level puts `*` in the place of every value. Each level only merges what the level
before it told apart. The loss of a value at a level is the normalized certainty penalty (Xu et al.,
KDD 2006): for numbers the width of the interval over the range of the column, for categories the
share of the categories that were merged; 0 for a value as it is, 1 for `*`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np

from customerai.privacy.techniques.classes import FloatArray, IntArray

ANY: Final = "*"
AGE_WIDTHS: Final = (5, 10, 20, 40)
AGE_TOP: Final = 90
"""Ages from here on share one band: 45 CFR 164.514(b)(2)(i)(C)."""
_NICE: Final = (1, 2, 5)
_SPLITS: Final = 20
_DATE_FORMATS: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y")
_ISO_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


class InvalidHierarchy(ValueError):
    """A hierarchy cannot be built; the message names the field or the rule, no value."""


@dataclass(frozen=True)
class Level:
    """One level over a column's v distinct values.

    Attributes:
        group: shape (v,); which group each value falls into.
        labels: the text of each group; None for values that are missing.
        loss: shape (v,); what each value loses, in [0, 1].
    """

    name: str
    group: IntArray
    labels: tuple[str | None, ...]
    loss: FloatArray


@dataclass(frozen=True)
class Hierarchy:
    """Levels from the values as they are to `*`."""

    levels: tuple[Level, ...]

    def at(self, level: int) -> Hierarchy:
        """The same with one level alone.

        Raises:
            InvalidHierarchy: there is no such level.
        """
        if not 0 <= level < len(self.levels):
            raise InvalidHierarchy(f"field 'level' is not in 0..{len(self.levels) - 1}")
        return Hierarchy((self.levels[level],))


Values = Sequence[str | None]


def suppression(values: Values) -> Hierarchy:
    """The value or `*`."""
    return _hierarchy(values, [])


def top(values: Values, counts: IntArray, keep: Sequence[int]) -> Hierarchy:
    """The most frequent values, at each level fewer of them; the others are `other`.

    Args:
        counts: shape (v,); how often each value occurs.
        keep: how many values stay, falling.

    Raises:
        InvalidHierarchy: the numbers do not fall, or one is below 1.
    """
    if any(number < 1 for number in keep) or list(keep) != sorted(set(keep), reverse=True):
        raise InvalidHierarchy("field 'keep' is not a list of falling whole numbers of 1 or more")
    order = sorted(range(len(values)), key=lambda at: (-int(counts[at]), str(values[at])))
    rank = {at: place for place, at in enumerate(order)}
    return _hierarchy(
        values,
        [
            (
                f"top {number}",
                [
                    value if rank[at] < number or value is None else "other"
                    for at, value in enumerate(values)
                ],
            )
            for number in keep
            if number < len(values)
        ],
    )


def tree(values: Values, parents: Mapping[str, Sequence[str]]) -> Hierarchy:
    """Categories and what contains them, nearest first: `{"Lyon": ["France", "Europe"]}`.

    A value that is not listed goes from itself to `*`.

    Raises:
        InvalidHierarchy: a category would be torn apart by the next level.
    """
    depth = max((len(path) for path in parents.values()), default=0)

    def ancestor(value: str | None, level: int) -> str | None:
        path = parents.get(value or "", ())
        return path[min(level, len(path)) - 1] if value is not None and path else value

    return _hierarchy(
        values,
        [(f"up {at}", [ancestor(value, at) for value in values]) for at in range(1, depth + 1)],
    )


def prefix(values: Values, keep: Sequence[int] | None = None) -> Hierarchy:
    """The first characters, at each level fewer of them, such as of a postal code: `941**`.

    Args:
        keep: how many characters stay, falling; by default one fewer a level, at most five levels.

    Raises:
        InvalidHierarchy: the numbers do not fall, or one is below 1.
    """
    longest = max((len(value) for value in values if value), default=1)
    if keep is None:
        keep = list(range(longest - 1, 0, -1))[-5:]
    if any(number < 1 for number in keep) or list(keep) != sorted(set(keep), reverse=True):
        raise InvalidHierarchy("field 'keep' is not a list of falling whole numbers of 1 or more")

    def cut(value: str | None, number: int) -> str | None:
        if value is None or not value:
            return value
        return value[:number] + ANY * max(longest - number, 1)

    return _hierarchy(
        values, [(f"first {number}", [cut(value, number) for value in values]) for number in keep]
    )


def numeric(
    values: Values,
    widths: Sequence[float] | None = None,
    *,
    origin: float = 0.0,
    top_from: float | None = None,
) -> Hierarchy:
    """Intervals of growing width, closed below and open above; texts that are no number stay.

    Args:
        widths: of the intervals, each a multiple of the one before; by default four that cut the
            column's range into about twenty to two.
        origin: where an interval begins.
        top_from: numbers from here on share one interval.

    Raises:
        InvalidHierarchy: a width is not above 0 or no multiple of the one before.
    """
    numbers = [number_of(value) for value in values]
    known = [number for number in numbers if number is not None]
    spread = max(known) - min(known) if known else 0.0
    chosen = _widths(spread) if widths is None else [float(width) for width in widths]
    for before, width in zip([None, *chosen], chosen, strict=False):
        multiple = 1.0 if before is None or before <= 0 else width / before
        if width <= 0 or not math.isfinite(width) or abs(multiple - round(multiple)) > 1e-9:  # noqa: PLR2004
            raise InvalidHierarchy("field 'widths' is not a list of multiples of one another")
    whole = all(number.is_integer() for number in known)
    whole = whole and float(origin).is_integer()

    def interval(at: int, width: float) -> str | None:
        number = numbers[at]
        if number is None:
            return values[at]
        if top_from is not None and number >= top_from:
            return f"{_plain(top_from)}+"
        low = origin + math.floor((number - origin) / width) * width
        high = low + width
        if top_from is not None:
            high = min(high, top_from)
        return _interval(low, high, whole=whole and width.is_integer())

    levels = [
        (f"width {_plain(width)}", [interval(at, width) for at in range(len(values))])
        for width in chosen
    ]
    losses = [
        np.array(
            [0.0 if n is None else min(width / spread, 1.0) if spread else 0.0 for n in numbers]
        )
        for width in chosen
    ]
    return _hierarchy(values, levels, losses)


def age(values: Values) -> Hierarchy:
    """Bands of 5, 10, 20 and 40 years; 90 and above is one band."""
    return numeric(values, AGE_WIDTHS, top_from=AGE_TOP)


def dates(values: Values) -> Hierarchy:
    """The month, the quarter, the year, the decade of a date; texts that are no date stay."""
    parsed = [date_of(value) for value in values]

    def told(at: int, tell: Callable[[date], str]) -> str | None:
        found = parsed[at]
        return values[at] if found is None else tell(found)

    tellers: list[tuple[str, Callable[[date], str]]] = [
        ("month", lambda day: f"{day.year:04}-{day.month:02}"),
        ("quarter", lambda day: f"{day.year:04}-Q{(day.month + 2) // 3}"),
        ("year", lambda day: f"{day.year:04}"),
        ("decade", lambda day: f"{day.year // 10 * 10:04}s"),
    ]
    known = [found.toordinal() for found in parsed if found is not None]
    spread = (max(known) - min(known)) if known else 0
    days = {"month": 30.44, "quarter": 91.31, "year": 365.25, "decade": 3652.5}
    losses = [
        np.array(
            [0.0 if d is None or not spread else min(days[name] / spread, 1.0) for d in parsed]
        )
        for name, _ in tellers
    ]
    return _hierarchy(
        values,
        [(name, [told(at, tell) for at in range(len(values))]) for name, tell in tellers],
        losses,
    )


def number_of(value: str | None) -> float | None:
    """The finite number that a text is, or None; a decimal comma is taken for a point."""
    if value is None or not value or len(value) > 40 or "_" in value:  # noqa: PLR2004
        return None
    try:
        found = float(value.replace(",", ".") if value.count(",") == 1 else value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def date_of(value: str | None) -> date | None:
    """The date that a text is, with or without a time of day, or None.

    A date such as 03/04/2020 is read day first unless only month first makes a date.
    """
    if value is None or not 8 <= len(value) <= 40:  # noqa: PLR2004
        return None
    if _ISO_TIME.match(value):
        value = value[:10]
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(value, form).date()
        except ValueError:
            continue
    return None


def _hierarchy(
    values: Values,
    levels: Sequence[tuple[str, Sequence[str | None]]],
    losses: Sequence[FloatArray] | None = None,
) -> Hierarchy:
    """As is, the levels given, `*`; a level that merges nothing new is left out."""
    made = [_level("as is", list(values), np.zeros(len(values)))]
    for place, (name, labels) in enumerate(levels):
        loss = _merged(labels) if losses is None else losses[place]
        level = _level(name, labels, np.maximum(loss, made[-1].loss))
        if not _nests(made[-1], level):
            raise InvalidHierarchy("a level tells apart what the level before it merged")
        if len(level.labels) < len(made[-1].labels) or level.labels != made[-1].labels:
            made.append(level)
    made.append(_level(ANY, [ANY] * len(values), np.ones(len(values))))
    return Hierarchy(tuple(made))


def _level(name: str, labels: Sequence[str | None], loss: FloatArray) -> Level:
    known: dict[str | None, int] = {}
    group = np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int64)
    return Level(name, group, tuple(known), loss)


def _merged(labels: Sequence[str | None]) -> FloatArray:
    """The share of the values that share a label; 0 where it is one value's own."""
    level = _level("", labels, np.zeros(len(labels)))
    sizes = np.bincount(level.group, minlength=1)[level.group]
    share: FloatArray = np.where(sizes == 1, 0.0, sizes / max(len(labels), 1))
    return share


def _nests(fine: Level, coarse: Level) -> bool:
    pairs = np.unique(np.stack([fine.group, coarse.group]), axis=1)
    return bool(pairs.shape[1] == np.unique(fine.group).size)


def _widths(spread: float) -> list[float]:
    """Four or fewer nice widths, each a multiple of the one before: 5, 10, 50 …"""
    if spread <= 0:
        return []
    start = 10.0 ** math.floor(math.log10(spread / _SPLITS))
    first = next(
        (start * nice for nice in (*_NICE, 10) if start * nice >= spread / _SPLITS), start * 10
    )
    factors = (1, 2, 4, 8)
    return [first * factor for factor in factors if first * factor < spread]


def _interval(low: float, high: float, *, whole: bool) -> str:
    if whole and low >= 0:
        return f"{int(low)}-{int(high) - 1}" if high - low > 1 else f"{int(low)}"
    return f"[{_plain(low)}, {_plain(high)})"


def _plain(number: float) -> str:
    return f"{number:.10g}"
