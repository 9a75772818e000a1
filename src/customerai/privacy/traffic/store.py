"""Every query of what left and of the second look's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, select

from customerai.core.db import Transaction, add_to_counts, insert_new
from customerai.privacy.traffic.tables import leak_day, passage

_PIECE = 500


@dataclass(frozen=True)
class Passage:
    """What one call made safe.

    Attributes:
        id: of its receipt.
        texts: safe texts, each cut to its beginning; the first few of `n`.
        digest: SHA-256 over all safe texts, as in the receipt.
    """

    id: str
    at: datetime
    purpose: str
    actor: str
    session_id: str
    subject_id: str
    policy_version: str
    entities: Mapping[str, int]
    texts: tuple[str, ...]
    n: int
    digest: str


def add(tx: Transaction, tenant: str, passages: Sequence[Passage]) -> None:
    """Keep what left; one that is there already stays as it is."""
    rows = [
        {
            "tenant": tenant,
            "id": each.id,
            "at": each.at,
            "purpose": each.purpose,
            "actor": each.actor,
            "session_id": each.session_id,
            "subject_id": each.subject_id,
            "policy_version": each.policy_version,
            "entities": dict(each.entities),
            "texts": list(each.texts),
            "n": each.n,
            "digest": each.digest,
        }
        for each in passages
    ]
    insert_new(tx, passage, rows)


def find(tx: Transaction, tenant: str, passage_id: str) -> Passage | None:
    row = tx.execute(
        select(passage).where(passage.c.tenant == tenant, passage.c.id == passage_id)
    ).first()
    return None if row is None else _passage(row._mapping)


def page(
    tx: Transaction,
    tenant: str,
    *,
    before: tuple[datetime, str] | None,
    purpose: str | None,
    session_id: str | None,
    limit: int,
) -> list[Passage]:
    """The newest first, from a place on."""
    statement = select(passage).where(passage.c.tenant == tenant)
    if purpose is not None:
        statement = statement.where(passage.c.purpose == purpose)
    if session_id is not None:
        statement = statement.where(passage.c.session_id == session_id)
    if before is not None:
        at, row_id = before
        statement = statement.where(
            (passage.c.at < at) | ((passage.c.at == at) & (passage.c.id < row_id))
        )
    ordered = statement.order_by(passage.c.at.desc(), passage.c.id.desc()).limit(limit)
    return [_passage(row._mapping) for row in tx.execute(ordered)]


def drop_before(tx: Transaction, before: datetime) -> int:
    """Forget a piece of what left earlier, of every tenant; returns how many went."""
    old = tx.execute(
        select(passage.c.tenant, passage.c.id).where(passage.c.at < before).limit(_PIECE)
    ).all()
    for row in old:
        tx.execute(delete(passage).where(passage.c.tenant == row.tenant, passage.c.id == row.id))
    return len(old)


def drop(
    tx: Transaction,
    tenant: str,
    *,
    subject_ids: Sequence[str] = (),
    session_ids: Sequence[str] = (),
) -> int:
    """Forget what left of these customers and sessions; returns how many went."""
    gone = 0
    for column, ids in ((passage.c.subject_id, subject_ids), (passage.c.session_id, session_ids)):
        for first in range(0, len(ids), _PIECE):
            piece = list(ids[first : first + _PIECE])
            found = tx.execute(delete(passage).where(passage.c.tenant == tenant, column.in_(piece)))
            gone += int(found.rowcount)
    return gone


def count_leaks(tx: Transaction, counts: Mapping[tuple[str, int, str], int]) -> None:
    """Add to the figures: tenant, day and kind to how many."""
    add_to_counts(
        tx,
        leak_day,
        [
            {"tenant": tenant, "day": day, "kind": kind, "n": n}
            for (tenant, day, kind), n in counts.items()
        ],
    )


def leak_days(tx: Transaction, tenant: str, first_day: int) -> dict[int, dict[str, int]]:
    """The figures by day and kind, from a day on."""
    found: dict[int, dict[str, int]] = {}
    for row in tx.execute(
        select(leak_day.c.day, leak_day.c.kind, leak_day.c.n)
        .where(leak_day.c.tenant == tenant, leak_day.c.day >= first_day)
        .order_by(leak_day.c.day)
    ):
        found.setdefault(row.day, {})[row.kind] = row.n
    return found


def _passage(row: RowMapping) -> Passage:
    columns = {name: row[name] for name in Passage.__dataclass_fields__}
    return Passage(**{**columns, "texts": tuple(columns["texts"])})
