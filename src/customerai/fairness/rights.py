"""What fairness keeps of single decisions: their links erased, contributed to exports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, func, select

from customerai.contracts.events import DecisionMade
from customerai.core import erased
from customerai.core.db import Transaction
from customerai.core.partitions import month_of
from customerai.fairness.tables import decision


def erase(tx: Transaction, tenant: str, decision_ids: Collection[str]) -> int:
    """Delete single decisions; returns how many. They stay counted by group, which links nobody."""
    return sum(
        tx.execute(
            delete(decision).where(decision.c.tenant == tenant, decision.c.id.in_(some))
        ).rowcount
        for some in erased.in_batches(sorted(decision_ids))
    )


def erase_late(tx: Transaction, tenant: str, events: Sequence[DecisionMade]) -> int:
    """Delete what was just counted of conversations that were erased before it came."""
    since = erased.since(tx, tenant, {event.conversation_id for event in events})
    late = [
        event.decision_id
        for event in events
        if event.conversation_id in since
        and datetime.fromisoformat(event.at) <= since[event.conversation_id]
    ]
    return erase(tx, tenant, late)


def contribution(tx: Transaction, tenant: str, decision_ids: Collection[str]) -> tuple[bytes, int]:
    """Decisions as JSON, and how many."""
    found = [
        _told(row)
        for some in erased.in_batches(sorted(decision_ids))
        for row in tx.execute(
            select(decision)
            .where(decision.c.tenant == tenant, decision.c.id.in_(some))
            .order_by(decision.c.at, decision.c.id)
        )
    ]
    return orjson.dumps({"decisions": found}), len(found)


def _told(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "outcome": row.outcome,
        "score": row.score,
        "label": row.label,
        "groups": row.groups,
        "at": row.at.isoformat(),
    }


def aged(tx: Transaction, tenant: str, before: datetime) -> tuple[dict[str, int], datetime | None]:
    """Single decisions that are older than `before`: how many by month, and the oldest."""
    months: dict[str, int] = {}
    oldest: datetime | None = tx.execute(
        select(func.min(decision.c.at)).where(decision.c.tenant == tenant)
    ).scalar_one()
    for at in tx.execute(
        select(decision.c.at).where(decision.c.tenant == tenant, decision.c.at < before)
    ).scalars():
        number = month_of(at)
        name = f"{number // 100}-{number % 100:02d}"
        months[name] = months.get(name, 0) + 1
    return months, oldest if months else None


def erase_aged(tx: Transaction, tenant: str, before: datetime) -> int:
    """Delete single decisions that are older than `before`; returns how many."""
    return tx.execute(
        delete(decision).where(decision.c.tenant == tenant, decision.c.at < before)
    ).rowcount
