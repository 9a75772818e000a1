"""Every query about reveals: who looked at which kinds of values, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, literal, select, tuple_

from customerai.core.db import Transaction
from customerai.core.safe_text import SafeText
from customerai.privacy.rights.tables import reveal


@dataclass(frozen=True)
class Reveal:
    """That somebody looked at values, and why; no value.

    Attributes:
        types: entity type to how many were shown.
    """

    tenant: str
    id: str
    at: datetime
    actor: str
    session_id: str
    reason: str
    said: SafeText
    types: dict[str, int]
    shown: int


def made_since(
    tx: Transaction, tenant: str, actor: str, since: datetime
) -> tuple[int, datetime | None]:
    """How often somebody looked at values since a time, and when first."""
    row = tx.execute(
        select(func.count(), func.min(reveal.c.at)).where(
            reveal.c.tenant == tenant, reveal.c.actor == actor, reveal.c.at > since
        )
    ).one()
    return int(row[0]), row[1]


def add(tx: Transaction, new: Reveal) -> None:
    tx.execute(insert(reveal).values(**vars(new)))


def page(
    tx: Transaction, tenant: str, *, before: tuple[datetime, str] | None, limit: int
) -> list[Reveal]:
    """Reveals, newest first."""
    statement = select(reveal).where(reveal.c.tenant == tenant)
    if before is not None:
        bound = tuple_(literal(before[0], reveal.c.at.type), literal(before[1]))
        statement = statement.where(tuple_(reveal.c.at, reveal.c.id) < bound)
    rows = tx.execute(statement.order_by(reveal.c.at.desc(), reveal.c.id.desc()).limit(limit))
    return [Reveal(**row._mapping) for row in rows]
