"""Every query about retention: what is kept for how long, and the looks at the calendar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, literal, select, tuple_, update

from customerai.core.db import Transaction, upsert
from customerai.core.partitions import month_of
from customerai.privacy.rights.tables import retention, run
from customerai.privacy.tables import session

CLASSES: Final = ("conversations", "sessions", "decisions", "imports")
"""What can be kept for a number of days; the rest follows from these."""

_OURS: Final = "psn_"


@dataclass(frozen=True)
class Run:
    """A look at the calendar.

    Attributes:
        found: service to what it told: counts by class and month, the oldest, those held.
    """

    tenant: str
    id: str
    dry_run: bool
    actor: str
    status: str
    created_at: datetime
    done_at: datetime | None
    found: dict[str, dict[str, Any]]


def policy(tx: Transaction, tenant: str) -> dict[str, int | None]:
    """Days for which each class is kept; None is for ever."""
    rows = tx.execute(select(retention).where(retention.c.tenant == tenant))
    chosen = {row.data_class: row.days for row in rows}
    return {name: chosen.get(name) for name in CLASSES}


def put_policy(tx: Transaction, tenant: str, days: Mapping[str, int | None]) -> None:
    rows = [
        {"tenant": tenant, "data_class": name, "days": kept} for name, kept in sorted(days.items())
    ]
    upsert(tx, retention, rows)


def tenants(tx: Transaction) -> list[str]:
    """Tenants that keep something for a number of days only."""
    return list(
        tx.execute(
            select(retention.c.tenant).where(retention.c.days.is_not(None)).distinct()
        ).scalars()
    )


def add_run(tx: Transaction, new: Run) -> None:
    tx.execute(insert(run).values(**vars(new)))


def find_run(tx: Transaction, tenant: str, run_id: str, *, locked: bool = False) -> Run | None:
    """A look at the calendar.

    Args:
        locked: nobody else changes it until the transaction ends.
    """
    statement = select(run).where(run.c.tenant == tenant, run.c.id == run_id)
    row = tx.execute(statement.with_for_update() if locked else statement).one_or_none()
    return None if row is None else Run(**row._mapping)


def change_run(tx: Transaction, tenant: str, run_id: str, **values: Any) -> None:
    tx.execute(update(run).where(run.c.tenant == tenant, run.c.id == run_id).values(**values))


def page(
    tx: Transaction, tenant: str, *, before: tuple[datetime, str] | None, limit: int
) -> list[Run]:
    """Looks at the calendar, newest first."""
    statement = select(run).where(run.c.tenant == tenant)
    if before is not None:
        bound = tuple_(literal(before[0], run.c.created_at.type), literal(before[1]))
        statement = statement.where(tuple_(run.c.created_at, run.c.id) < bound)
    rows = tx.execute(statement.order_by(run.c.created_at.desc(), run.c.id.desc()).limit(limit))
    return [Run(**row._mapping) for row in rows]


def last_run(tx: Transaction, tenant: str) -> datetime | None:
    """When the calendar was looked at last in earnest."""
    found: datetime | None = tx.execute(
        select(func.max(run.c.created_at)).where(run.c.tenant == tenant, run.c.dry_run.is_(False))
    ).scalar_one()
    return found


def old_sessions(
    tx: Transaction, tenant: str, before: datetime, held: Collection[str]
) -> tuple[list[str], dict[str, int], datetime | None, int]:
    """Sessions that callers opened before a time: ids, counts by month, the oldest, those held."""
    rows: Sequence[Any] = tx.execute(
        select(session.c.id, session.c.subject_id, session.c.created_at)
        .where(
            session.c.tenant == tenant,
            session.c.id.startswith(_OURS, autoescape=True),
            session.c.created_at < before,
        )
        .order_by(session.c.created_at)
    ).all()
    stays = set(held)
    going = [row for row in rows if row.subject_id.partition("~")[0] not in stays]
    months: dict[str, int] = {}
    for row in going:
        name = month_name(row.created_at)
        months[name] = months.get(name, 0) + 1
    oldest = going[0].created_at if going else None
    return [row.id for row in going], months, oldest, len(rows) - len(going)


def month_name(at: datetime) -> str:
    """A month as people write it, such as `2026-11`."""
    number = month_of(at)
    return f"{number // 100}-{number % 100:02d}"
