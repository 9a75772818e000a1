"""Every query of fairness."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select, update

from customerai.core.db import Transaction, add_to_counts, insert_missing
from customerai.fairness.tables import cell, decision
from customerai.fairness.tensor import Cell, Decision


def add_decisions(tx: Transaction, tenant: str, decisions: Sequence[Decision]) -> list[Decision]:
    """Keep decisions; those that were kept before are left out of what returns."""
    by_id: dict[str, Decision] = {}
    for item in decisions:
        by_id.setdefault(item.id, item)
    rows = [
        {"tenant": tenant, **vars(item), "groups": dict(item.groups)} for item in by_id.values()
    ]
    new = {decision_id for _, decision_id in insert_missing(tx, decision, rows)}
    return [item for item in by_id.values() if item.id in new]


def find_decision(
    tx: Transaction, tenant: str, decision_id: str, *, locked: bool = False
) -> Decision | None:
    """A decision.

    Args:
        locked: nobody else changes it until the transaction ends.
    """
    statement = select(decision).where(decision.c.tenant == tenant, decision.c.id == decision_id)
    row = tx.execute(statement.with_for_update() if locked else statement).one_or_none()
    if row is None:
        return None
    return Decision(**{k: v for k, v in row._mapping.items() if k != "tenant"})


def set_label(tx: Transaction, tenant: str, decision_id: str, label: str) -> None:
    tx.execute(
        update(decision)
        .where(decision.c.tenant == tenant, decision.c.id == decision_id)
        .values(label=label)
    )


def add_counts(tx: Transaction, tenant: str, cells: Counter[Cell]) -> None:
    """Add to the tensor; negative counts take back."""
    add_to_counts(
        tx,
        cell,
        [
            {
                "tenant": tenant,
                **vars(place),
                "groups_digest": hashlib.sha256(place.groups.encode()).digest(),
                "n": n,
            }
            for place, n in cells.items()
            if n
        ],
    )


def find_cells(
    tx: Transaction, tenant: str, kind: str, *, first_day: int, last_day: int
) -> list[tuple[Cell, int]]:
    """The filled cells of a kind in a range of days, both included."""
    rows = tx.execute(
        select(cell).where(
            cell.c.tenant == tenant,
            cell.c.kind == kind,
            cell.c.day >= first_day,
            cell.c.day <= last_day,
            cell.c.n != 0,
        )
    )
    return [
        (
            Cell(
                row.kind,
                row.day,
                row.policy_version,
                row.groups,
                row.label,
                row.outcome,
                row.score_bin,
            ),
            row.n,
        )
        for row in rows
    ]


def kinds_by_tenant(tx: Transaction, *, first_day: int) -> list[tuple[str, str]]:
    """Each tenant with each kind that it decided on since a day; what is watched, not shown."""
    rows = tx.execute(
        select(cell.c.tenant, cell.c.kind).where(cell.c.day >= first_day, cell.c.n != 0).distinct()
    )
    return sorted((row.tenant, row.kind) for row in rows)


def list_kinds(tx: Transaction, tenant: str) -> dict[str, int]:
    """Kinds of decisions and how many of each were made."""
    rows = tx.execute(
        select(cell.c.kind, func.sum(cell.c.n).label("n"))
        .where(cell.c.tenant == tenant)
        .group_by(cell.c.kind)
        .order_by(cell.c.kind)
    )
    return {row.kind: int(row.n) for row in rows}
