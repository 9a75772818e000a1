"""The count tensor: day × policy × groups × label × outcome × score bin; pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

SCORE_BINS: Final = 10
NO_SCORE: Final = -1
NO_LABEL: Final = ""
JOINER: Final = "|"  # between the parts of an intersectional group
UNKNOWN: Final = "unknown"
_SECONDS_A_DAY: Final = 86_400


@dataclass(frozen=True)
class Decision:
    """A decision about a customer.

    Attributes:
        kind: what was decided, such as `reply` or `priority`.
        score: the model's score in [0, 1], if there was one.
        label: what turned out to be true, if known.
        groups: the customer's label for each sensitive feature.
    """

    id: str
    kind: str
    outcome: str
    score: float | None
    label: str | None
    groups: Mapping[str, str]
    policy_version: str
    at: datetime


@dataclass(frozen=True)
class Cell:
    """A place in the tensor."""

    kind: str
    day: int
    policy_version: str
    groups: str
    label: str
    outcome: str
    score_bin: int


def cell_of(decision: Decision) -> Cell:
    """Where a decision is counted."""
    return Cell(
        kind=decision.kind,
        day=day_of(decision.at),
        policy_version=decision.policy_version,
        groups=json.dumps(dict(decision.groups), sort_keys=True, separators=(",", ":")),
        label=decision.label or NO_LABEL,
        outcome=decision.outcome,
        score_bin=score_bin(decision.score),
    )


def day_of(at: datetime) -> int:
    """Whole days since 1970."""
    return int(at.timestamp()) // _SECONDS_A_DAY


def score_bin(score: float | None) -> int:
    """Ten bins of equal width over [0, 1], the last one closed; `NO_SCORE` without a score."""
    if score is None:
        return NO_SCORE
    return min(int(score * SCORE_BINS), SCORE_BINS - 1)


def outcomes_by_group(
    cells: Iterable[tuple[Cell, int]], features: tuple[str, ...]
) -> dict[str, Counter[str]]:
    """Counts by outcome for each group of one feature, or of several features together.

    Args:
        features: names of sensitive features; the parts of a group's name are joined by `|`
            in this order, a missing one is `unknown`; inside a part of several, `|` and `\\` have
            a `\\` before them, so that different groups have different names.
    """
    found: dict[str, Counter[str]] = {}
    for cell, n in cells:
        labels = json.loads(cell.groups)
        group = _name([labels.get(feature, UNKNOWN) for feature in features])
        found.setdefault(group, Counter())[cell.outcome] += n
    return {group: counts for group, counts in sorted(found.items()) if counts.total()}


def _name(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    escaped = (part.replace("\\", "\\\\").replace(JOINER, "\\" + JOINER) for part in parts)
    return JOINER.join(escaped)


def features_in(cells: Iterable[tuple[Cell, int]]) -> list[str]:
    """Every sensitive feature that occurs."""
    return sorted({feature for cell, _ in cells for feature in json.loads(cell.groups)})
